import type { KafkaMessage } from 'kafkajs';
import { counter, createLogger } from '#telemetry';
import { fromRecord, Unreadable } from './cloud-event.js';
import type { FedEvent, Slice } from './feed.js';
import type { RecordMac } from './record-mac.js';
import { undecodableBatch } from './undecodable-batches.js';

const log = createLogger('kafka-feed');
const foreign = counter(
  'rapport_feed_foreign_records_total',
  'Records of the event topic, and whole batches, that the relay did not write: they have no effect.',
);

/**
 * What some records of one partition say. Undefined where none of them was ours. What the relay did not write is counted, and
 * passed over: the chain of previous positions betrays what it may have stood for, and the store fills in.
 */
export function sliceOf(topicId: string, partition: number, messages: readonly KafkaMessage[], mac: RecordMac): Slice | undefined {
  const events: FedEvent[] = [];
  const passedOver: { offset: string; error: string }[] = [];
  let [watermark, lastPosition] = [-1, 0];
  for (const message of messages) {
    try {
      const undecodable = undecodableBatch(message);
      if (undecodable) throw new Unreadable(`a batch from offset ${undecodable.firstOffset} on: ${undecodable.reason}`);
      if (!mac.verify(partition, message)) throw new Unreadable('its MAC is not the relay’s');
      const record = fromRecord(partition, message);
      if (record.kind === 'event') events.push(record.event);
      const at = record.kind === 'event' ? record.event.position : record.watermark;
      if (at < watermark) continue;
      watermark = at;
      lastPosition = record.kind === 'event' ? at : record.lastPosition;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      passedOver.push({ offset: message.offset, error: error.message });
    }
  }
  if (passedOver.length > 0) {
    foreign.inc(passedOver.length);
    const told = { partition, records: passedOver.length, first: passedOver[0], last: passedOver.at(-1)!.offset };
    log.error(told, 'passed over what the relay did not write'); // one line, for who can write one can write thousands
  }
  const last = messages.at(-1);
  if (watermark < 0 || !last) return undefined;
  return { partition, events, watermark, lastPosition, cursor: `${topicId}:${BigInt(last.offset) + 1n}` };
}

/** Broker offset to go on at; the topic's beginning where the cursor is another topic's or there is none. */
export function offsetOf(cursor: string | undefined, topicId: string): string {
  const [id, offset] = cursor?.split(':') ?? [];
  return id === topicId && offset !== undefined && /^\d+$/.test(offset) ? offset : EARLIEST;
}
export const EARLIEST = '-2';
