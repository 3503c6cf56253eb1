import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Uuid } from '#event-sourcing';

/** What the driver knows of one command. `unknown`: no answer came, and it has given up asking. */
export type Known =
  | { id: number; outcome: 'acknowledged'; status: number; position: number; version: number; events: readonly string[] }
  | { id: number; outcome: 'refused'; status: number; code: string }
  | { id: number; outcome: 'unknown' };

export interface Sent {
  id: number;
  commandId: Uuid;
  /** What it was, for people. */
  what: string;
}

/**
 * The driver's own record of what it asked for and was told, each line on disk before the driver goes on: what the system
 * says of itself is compared with this and with nothing else.
 */
export class Journal {
  private readonly file: number;
  private count = 0;

  constructor(readonly path: string) {
    this.file = openSync(path, 'a', 0o600);
  }

  /** Before the command leaves. */
  sent(commandId: Uuid, what: string): Sent {
    const sent = { id: this.count++, commandId, what };
    this.write(sent);
    return sent;
  }

  /** Once it is answered for good, or nobody will ask any more. */
  known(known: Known): void {
    this.write(known);
  }

  close(): void {
    closeSync(this.file);
  }

  private write(line: Sent | Known): void {
    writeSync(this.file, `${JSON.stringify(line)}\n`);
    fdatasyncSync(this.file);
  }
}

/** A command as its journal has it; without an answer it is unknown. */
export type Entry = Sent & { known: Known };

export function entriesOf(path: string): Entry[] {
  const entries: Entry[] = [];
  for (const text of readFileSync(path, 'utf8').split('\n')) {
    if (text === '') continue;
    const line = JSON.parse(text) as Sent | Known;
    if ('commandId' in line) entries[line.id] = { ...line, known: { id: line.id, outcome: 'unknown' } };
    else entries[line.id]!.known = line;
  }
  return entries;
}
