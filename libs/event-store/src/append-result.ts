import { safeInteger } from '#database';
import type { Append, Outcome, Reservation } from './append.js';

const ALL_AS_EXPECTED = '-1';
const KINDS = ['accepted', 'repeat', 'conflict', 'mismatch', 'reserved'] as const;

/** The answer of log.append for a batch, as text: of each command outcome, position, version, count, stream. */
export function outcomesOf(rows: readonly string[][], batch: readonly Append[], names: readonly Reservation[]): Outcome[] {
  const [code, end] = rows[0] ?? [];
  if (code !== ALL_AS_EXPECTED) return batch.map((append, at) => outcomeOf(rows[at]!, append, names));
  const first = safeInteger(end!) - batch.length + 1;
  return batch.map(({ stream, expectedVersion }, at) => {
    const version = Number(expectedVersion) + 1;
    return { kind: 'accepted', streamId: stream.id, eventCount: 1, position: first + at, version };
  });
}

function outcomeOf(row: readonly string[], append: Append, names: readonly Reservation[]): Outcome {
  const [code, position, version, count, stream] = row as [string, string, string, string, string];
  const kind = KINDS[Number(code)];
  if (kind === undefined) throw new Error(`log.append answered ${code}`);
  switch (kind) {
    case 'accepted':
      return {
        kind,
        streamId: append.stream.id,
        eventCount: append.events.length,
        position: safeInteger(position),
        version: Number(version),
      };
    case 'repeat':
      return { kind, streamId: stream, eventCount: Number(count), position: safeInteger(position), version: Number(version) };
    case 'conflict':
      return { kind, stream, version: Number(version) };
    case 'mismatch':
      return { kind };
    case 'reserved':
      return { kind, reservation: names[Number(count) - 1]!, holder: stream };
  }
}
