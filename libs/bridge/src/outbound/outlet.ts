import type { Database } from '#database';
import { type CloudRecord, nothingPublished, type Outlet, rewind } from '#event-feed';
import type { RecordedEvent } from '#event-sourcing';
import type { LogReader } from '#event-store';
import { isTierChange, tierChangeOf } from './tier-change.js';

const PAGE = 5_000;

/** The log's tier changes as messages of `rapport.tier-changes`: CloudEvents in Kafka's binary mode, key = client. */
export const tierChangeOutlet: Outlet = {
  selects: isTierChange,
  record(event: RecordedEvent, previousPosition: number): CloudRecord {
    const change = tierChangeOf(event, previousPosition);
    return {
      partition: event.partition,
      key: change.clientId,
      value: JSON.stringify(change),
      headers: {
        'content-type': 'application/json',
        ce_specversion: '1.0',
        ce_id: change.id,
        ce_type: 'rapport.TierChanged.v1',
        ce_source: '/rapport',
        ce_subject: change.clientId,
        ce_time: change.recordedAt,
        ce_dataschema: 'urn:rapport:schema:tierChange:1',
        ce_position: String(change.position),
        ce_previousposition: String(change.previousPosition),
      },
    };
  },
};

/**
 * Has every change from this log position on told again. Answers how many there are; undefined where the topic was never
 * filled, and so will be from its beginning anyhow.
 */
export async function replayTierChanges(
  pool: Database,
  reader: Pick<LogReader, 'pages'>,
  topic: string,
  from: number,
): Promise<number | undefined> {
  const { previous } = nothingPublished();
  let again = 0;
  for await (const page of reader.pages({ after: 0, limit: PAGE })) {
    for (const event of page) {
      if (!isTierChange(event)) continue;
      if (event.position < from) previous[event.partition] = event.position;
      else again++;
    }
  }
  const set = await rewind(pool, topic, { position: Math.max(0, from - 1), previous });
  return set ? again : undefined;
}
