import { describe, expect, it } from '@jest/globals';
import { type CloudEvent, Kafka as CloudEventKafka, type Message } from 'cloudevents';
import { type EventMetadata, newId, partitionOf } from '#event-sourcing';
import { fromRecord, toRecord, Unreadable, watermarkRecord } from './cloud-event.js';
import type { FedEvent } from './feed.js';

const key = newId();
const metadata: EventMetadata = {
  actor: { id: 'staff-7', role: 'serviceDesk', onBehalfOf: '王经理' },
  branchId: 'b-01',
  correlationId: newId(),
  causationId: newId(),
  source: { system: 'cfpb', record: '3217', sequence: 2 },
  reasonCode: 'client-asked',
  precision: 'day',
  localDate: '2025-03-11',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};
const event: FedEvent = {
  position: 812,
  previousPosition: 790,
  recordedAt: '2025-03-11T02:00:00.125Z',
  eventId: newId(),
  streamId: newId(),
  streamKind: 'contact',
  version: 3,
  key,
  partition: partitionOf(key),
  type: 'ContactLogged',
  schemaVersion: 1,
  occurredAt: '2025-03-11T01:59:00.000Z',
  data: '{"channel":"phone", "note":"空格 kept as stored"}',
  metadata: JSON.stringify(metadata, null, 1),
};
const received = (record: ReturnType<typeof toRecord>) => ({
  key: record.key === null ? null : Buffer.from(record.key),
  value: record.value === null ? null : Buffer.from(record.value),
  headers: Object.fromEntries(Object.entries(record.headers).map(([name, text]) => [name, Buffer.from(text)])),
});

describe('an event as a Kafka record', () => {
  it('comes back as it was stored, to the byte', () => {
    expect(fromRecord(event.partition, received(toRecord(event, 790)))).toEqual({ kind: 'event', event });
  });

  it('is a CloudEvent to anybody who reads it with the standard library', () => {
    const { value, headers } = toRecord(event, 790);
    const cloudEvent = CloudEventKafka.toEvent({ body: value!, value: value!, headers } as Message) as CloudEvent;
    expect(cloudEvent.validate()).toBe(true);
    expect(cloudEvent).toMatchObject({
      id: event.eventId,
      type: 'ContactLogged',
      subject: key,
      time: event.occurredAt,
      position: '812',
      previousposition: '790',
      streamkind: 'contact',
      actorid: 'staff-7',
      sourcesequence: '2',
      data: JSON.parse(event.data) as object,
    });
  });

  it('carries no personal data in its key: the client’s id alone', () => {
    expect(toRecord(event, 0).key).toBe(key);
  });
});

describe('a watermark', () => {
  it.each(['{}', 'null', 'no JSON', '{"actor":17,"branchId":4}'])('carries an event whose metadata is broken: %s', (broken) => {
    const stored = { ...event, metadata: broken };
    expect(fromRecord(event.partition, received(toRecord(stored, 790)))).toEqual({ kind: 'event', event: stored });
  });

  it('says how far its partition is complete, and the last event before that', () => {
    const record = watermarkRecord('rapport.events', 5, 900, 812);
    expect(fromRecord(5, received(record))).toEqual({ kind: 'watermark', watermark: 900, lastPosition: 812 });
  });
});

describe('a record that the relay did not write', () => {
  const good = received(toRecord(event, 790));
  it.each([
    ['no headers', { ...good, headers: {} }],
    ['no data', { ...good, value: null }],
    ['a position that is no count', { ...good, headers: { ...good.headers, ce_position: Buffer.from('1e99') } }],
    ['an event before itself', { ...good, headers: { ...good.headers, ce_previousposition: Buffer.from('812') } }],
    ['a client that is no id', { ...good, headers: { ...good.headers, ce_subject: Buffer.from('everybody') } }],
  ])('is told apart: %s', (_, message) => {
    expect(() => fromRecord(event.partition, message)).toThrow(Unreadable);
  });
});
