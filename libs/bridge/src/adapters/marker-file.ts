import { existsSync } from 'node:fs';
import path from 'node:path';
import { isCurrency, isLocalDateText, readStrictJson } from '#event-sourcing';
import { decoded, encodingOf, UnreadableText } from '#text-files';
import { type FileMarker, UnusableDelivery } from './adapter.js';

/** `X.complete.json` beside `X.jsonl` says that the file holds all of the day; without it the day stays open. */
export const markerPathOf = (filePath: string): string =>
  path.join(path.dirname(filePath), `${path.basename(filePath, path.extname(filePath))}.complete.json`);

const SOURCE = /^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,63}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** None where there is no such file. Throws UnusableDelivery where it is no marker. */
export async function readMarker(filePath: string): Promise<readonly FileMarker[]> {
  const markerPath = markerPathOf(filePath);
  if (!existsSync(markerPath)) return [];
  const name = path.basename(markerPath);
  const read = readStrictJson(await bytesOf(markerPath, name));
  if (!read || read.faults.length > 0) throw new UnusableDelivery('marker-unreadable', `${name} is no JSON document`);
  const { source, on, records, assetsMinor = {}, sha256, ...rest } = (read.value ?? {}) as Partial<FileMarker>;
  const whole =
    typeof source === 'string' &&
    SOURCE.test(source) &&
    typeof on === 'string' &&
    isLocalDateText(on) &&
    isCount(records) &&
    SHA256.test(sha256 ?? '') &&
    Object.keys(rest).length === 0;
  if (
    !whole ||
    typeof assetsMinor !== 'object' ||
    !Object.values(assetsMinor).every(isCount) ||
    !Object.keys(assetsMinor).every(isCurrency)
  )
    throw new UnusableDelivery(
      'marker-unreadable',
      `${name} needs source, on, records, sha256 and, where there are assets, assetsMinor by currency`,
    );
  return [{ source: source, on: on, records, assetsMinor, sha256: sha256! }];
}

/** As UTF-8 without a byte order mark, whatever it was saved as. */
async function bytesOf(markerPath: string, name: string): Promise<Buffer> {
  const chunks: string[] = [];
  try {
    for await (const chunk of decoded(markerPath, await encodingOf(markerPath, name))) chunks.push(chunk);
  } catch (error) {
    throw error instanceof UnreadableText ? new UnusableDelivery('marker-unreadable', error.message) : error;
  }
  return Buffer.from(chunks.join(''));
}
