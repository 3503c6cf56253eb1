import { safeInteger } from '#database';
import type { Append, Outcome, Reservation } from './append.js';

const KINDS = ['accepted', 'repeat', 'conflict', 'mismatch', 'reserved'] as const;

/** One row of log.append's answer, as text: outcome, position, version, count, stream. */
export function outcomeOf(row: readonly string[], append: Append, names: readonly Reservation[]): Outcome {
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
