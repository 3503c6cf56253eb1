import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isLocalDateText, readStrictJson } from '#event-sourcing';
import { type FileMarker, UnusableDelivery } from './adapter.js';

/** `X.complete.json` beside `X.jsonl` says that the file holds all of the day; without it the day stays open. */
export const markerPathOf = (filePath: string, extension: string): string =>
  path.join(path.dirname(filePath), `${path.basename(filePath, extension)}.complete.json`);

const SOURCE = /^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,63}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** None where there is no such file. Throws UnusableDelivery where it is no marker. */
export async function readMarker(filePath: string, extension: string): Promise<readonly FileMarker[]> {
  const markerPath = markerPathOf(filePath, extension);
  if (!existsSync(markerPath)) return [];
  const name = path.basename(markerPath);
  const read = readStrictJson(await readFile(markerPath));
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
  if (!whole || typeof assetsMinor !== 'object' || !Object.values(assetsMinor).every(isCount))
    throw new UnusableDelivery(
      'marker-unreadable',
      `${name} needs source, on, records, sha256 and, where there are assets, assetsMinor by currency`,
    );
  return [{ source: source, on: on, records, assetsMinor, sha256: sha256! }];
}
