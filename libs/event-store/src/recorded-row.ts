import { instantOf, safeInteger } from '#database';
import type { RecordedEvent } from '#event-sourcing';

/** Columns of log.events in the order that `recordedEvent` reads them. */
export const COLUMNS =
  'position, recorded_at, event_id, stream_id, stream_kind, version, key, partition, type, schema_version, occurred_at, data, metadata';

export type RecordedRow = [string, string, string, string, string, string, string, string, string, string, string, string, string];

/** Rows stay as PostgreSQL wrote them until this reads them: no column is parsed twice. */
export const RAW = { getTypeParser: () => (value: string) => value };

export function recordedEvent(row: RecordedRow): RecordedEvent {
  return {
    position: safeInteger(row[0]),
    recordedAt: instantOf(row[1]),
    eventId: row[2],
    streamId: row[3],
    streamKind: row[4],
    version: Number(row[5]),
    key: row[6],
    partition: Number(row[7]),
    type: row[8],
    schemaVersion: Number(row[9]),
    occurredAt: instantOf(row[10]),
    data: row[11],
    metadata: row[12],
  };
}
