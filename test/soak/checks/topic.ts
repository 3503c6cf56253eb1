import { createKafka, fromRecord } from '#event-feed';
import { partitionOf, type Uuid } from '#event-sourcing';
import { messagesOf } from '../../support/topic-messages.js';
import type { Rogue } from '../rogue.js';
import { TOPICS, type World } from '../world.js';
import type { Check } from './check.js';

interface Published {
  partition: number;
  position: number;
  previous: number;
}

/** G6, G12: the topic and the log hold the same events, first occurrences in order, and the chain of each partition is whole. */
export async function checkTopic({ kafka, owner }: World, rogue: Rogue, head: number): Promise<Check> {
  const published = await publishedIn(kafka.brokers, rogue.records);
  const { rows } = await owner.query<{ position: number; key: Uuid }>(
    'SELECT position, key FROM log.events WHERE position <= $1 ORDER BY position',
    [head],
  );
  const findings: string[] = [];
  const last = new Map<number, number>();
  const seen = new Set<number>();
  for (const { partition, position, previous } of published) {
    if (seen.has(position)) continue;
    seen.add(position);
    const before = last.get(partition) ?? 0;
    if (previous !== before) findings.push(`position ${position} follows ${previous} by its own word, and ${before} in its partition`);
    last.set(partition, position);
  }
  const expected = new Map<number, number>();
  for (const { position, key } of rows) {
    if (!seen.has(position)) findings.push(`position ${position} is not in the topic`);
    expected.set(partitionOf(key), position);
  }
  for (const position of seen) if (position > head) findings.push(`position ${position} is in the topic and not in the log`);
  const doubles = published.length - seen.size;
  const percent = ((100 * doubles) / Math.max(1, seen.size)).toFixed(2);
  const compared = `${rows.length} events, ${doubles} of them published more than once by the relay (${percent} %)`;
  return { name: 'Kafka and the log hold the same, first occurrences in order', findings, compared };
}

/** What the relay wrote, in order within each partition. */
async function publishedIn(brokers: string, rogue: ReadonlySet<string>): Promise<Published[]> {
  const messages = await messagesOf(createKafka('soak checker', { brokers: [brokers] }), TOPICS.events);
  return messages.flatMap(({ partition, message }) => {
    const record = rogue.has(`${partition}:${message.offset}`) ? undefined : fromRecord(partition, message);
    if (record?.kind !== 'event') return [];
    return [{ partition, position: record.event.position, previous: record.event.previousPosition }];
  });
}
