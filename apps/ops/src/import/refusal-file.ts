import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { csvRecord } from '#text-files';
import type { RefusedRow } from './importer.js';

/** Refused rows of one import as CSV: file, line, reason, column. Never a value, which may be personal. */
export class RefusalFile {
  private stream: WriteStream | undefined;

  constructor(readonly filePath: string) {}

  add({ file, line, reason, column }: RefusedRow): void {
    if (!this.stream) {
      mkdirSync(path.dirname(this.filePath), { recursive: true });
      this.stream = createWriteStream(this.filePath);
      this.stream.write(csvRecord(['file', 'line', 'reason', 'column']));
    }
    this.stream.write(csvRecord([file, line, reason, column ?? '']));
  }

  async close(): Promise<void> {
    if (!this.stream) return;
    this.stream.end();
    await finished(this.stream);
  }
}
