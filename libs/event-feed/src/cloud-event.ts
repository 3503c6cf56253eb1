import type { IHeaders, KafkaMessage } from 'kafkajs';
import { type EventMetadata, isUuid, type RecordedEvent } from '#event-sourcing';
import type { FedEvent } from './feed.js';

const SPEC_VERSION = '1.0';
const SOURCE = '/rapport';
const WATERMARK_TYPE = 'rapport.Watermark';

/** A record to be sent: CloudEvents in Kafka's binary mode, attributes in `ce_` headers and the data, as stored, in the value. */
export interface CloudRecord {
  partition: number;
  key: string | null;
  value: string | null;
  headers: Record<string, string>;
}

/** What a record of the topic says. */
export type FeedRecord =
  | { kind: 'event'; event: FedEvent }
  /** Every event of this partition up to `watermark` is in the topic; the last of them has `lastPosition`. */
  | { kind: 'watermark'; watermark: number; lastPosition: number };

/** A record that is not ours. Skipping it is safe: the chain of previous positions betrays what it may have stood for. */
export class Unreadable extends Error {}

/** Never throws: attributes that an event’s metadata lacks are left out. */
export function toRecord(event: RecordedEvent, previousPosition: number): CloudRecord {
  const metadata = metadataOf(event);
  const headers: Record<string, unknown> = {
    'content-type': 'application/json',
    ce_specversion: SPEC_VERSION,
    ce_id: event.eventId,
    ce_type: event.type,
    ce_source: SOURCE,
    ce_subject: event.key,
    ce_time: event.occurredAt,
    ce_dataschema: `urn:rapport:schema:${event.type}:${event.schemaVersion}`, // an absolute URI, as CloudEvents asks
    ce_recordedat: event.recordedAt,
    ce_position: String(event.position),
    ce_previousposition: String(previousPosition),
    ce_streamid: event.streamId,
    ce_streamkind: event.streamKind,
    ce_streamversion: String(event.version),
    ce_schemaversion: String(event.schemaVersion),
    ce_actorid: metadata.actor?.id,
    ce_actorrole: metadata.actor?.role,
    ce_onbehalfof: metadata.actor?.onBehalfOf,
    ce_branchid: metadata.branchId,
    ce_correlationid: metadata.correlationId,
    ce_causationid: metadata.causationId,
    ce_sourcesystem: metadata.source?.system,
    ce_sourcerecord: metadata.source?.record,
    ce_sourcesequence: metadata.source?.sequence?.toString(),
    ce_reasoncode: metadata.reasonCode,
    ce_precision: metadata.precision,
    ce_localdate: metadata.localDate,
    ce_traceparent: metadata.traceparent,
    traceparent: metadata.traceparent,
    // the metadata as it was stored and hashed, so that nothing is rebuilt from parts
    'rapport-metadata': event.metadata,
  };
  return { partition: event.partition, key: event.key, value: event.data, headers: present(headers) };
}

export function watermarkRecord(topic: string, partition: number, watermark: number, lastPosition: number): CloudRecord {
  return {
    partition,
    key: null,
    value: null,
    headers: {
      ce_specversion: SPEC_VERSION,
      ce_id: `${topic}/${partition}/${watermark}`,
      ce_type: WATERMARK_TYPE,
      ce_source: SOURCE,
      ce_position: String(watermark),
      ce_previousposition: String(lastPosition),
    },
  };
}

/** Throws Unreadable for anything that the relay cannot have written. */
export function fromRecord(partition: number, message: Pick<KafkaMessage, 'key' | 'value' | 'headers'>): FeedRecord {
  const headers = message.headers ?? {};
  const position = integer(headers, 'ce_position', 1);
  const previousPosition = integer(headers, 'ce_previousposition', 0);
  const type = text(headers, 'ce_type');
  if (type === WATERMARK_TYPE) {
    if (previousPosition > position) throw new Unreadable('watermark below the event it follows');
    return { kind: 'watermark', watermark: position, lastPosition: previousPosition };
  }
  if (previousPosition >= position) throw new Unreadable('an event cannot follow itself');
  const key = text(headers, 'ce_subject');
  if (message.value === null || !isUuid(key)) throw new Unreadable('an event needs data and a key');
  const event: FedEvent = {
    position,
    previousPosition,
    recordedAt: text(headers, 'ce_recordedat'),
    eventId: text(headers, 'ce_id'),
    streamId: text(headers, 'ce_streamid'),
    streamKind: text(headers, 'ce_streamkind'),
    version: integer(headers, 'ce_streamversion', 1),
    key,
    partition,
    type,
    schemaVersion: integer(headers, 'ce_schemaversion', 1),
    occurredAt: text(headers, 'ce_time'),
    data: message.value.toString('utf8'),
    metadata: text(headers, 'rapport-metadata'),
  };
  return { kind: 'event', event };
}

function text(headers: IHeaders, name: string): string {
  const value = headers[name];
  if (value === undefined || Array.isArray(value)) throw new Unreadable(`header ${name} is missing`);
  return value.toString('utf8');
}

function integer(headers: IHeaders, name: string, least: number): number {
  const value = Number(text(headers, name));
  if (!Number.isSafeInteger(value) || value < least) throw new Unreadable(`header ${name} is not a count`);
  return value;
}

const present = (headers: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));

/**
 * What an event's metadata states, as far as it can be read. Whatever stands in the log is carried: who cannot read it parks
 * its client, and one broken event holds up nobody else.
 */
export function metadataOf({ metadata }: Pick<RecordedEvent, 'metadata'>): Partial<EventMetadata> {
  try {
    return (JSON.parse(metadata) ?? {}) as Partial<EventMetadata>;
  } catch {
    return {};
  }
}
