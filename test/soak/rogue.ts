import kafkajs, { type Kafka, type Message } from 'kafkajs';
import type { Database } from '#database';
import { createKafka, RecordMac, toRecord } from '#event-feed';
import { newId, PARTITION_COUNT, partitionOf, type RecordedEvent, type StreamRef, type Uuid } from '#event-sourcing';
import { EventStore, LogReader } from '#event-store';
import { calendarStream } from '#service-levels';
import type { Chance } from '../support/chance.js';
import { produceSnappy } from '../support/packed-batches.js';
import type { Journal } from './journal.js';
import { TOPICS, type World } from './world.js';

const PAGE = 200;
const METADATA = JSON.stringify({ actor: { id: 'rogue', role: 'admin' }, branchId: 'head-office', correlationId: newId() });

/** Does what nobody should: publishes what the relay has not, and writes what no projection can read. */
export class Rogue {
  /** Records that it put into the topic of events, as `partition:offset`. */
  readonly records = new Set<string>();
  /** Clients whose events cannot be applied. */
  readonly poisoned = new Set<Uuid>();
  private readonly kafka: Kafka;
  private readonly reader: LogReader;

  constructor(
    private readonly world: World,
    private readonly journal: Journal,
  ) {
    this.kafka = createKafka('rogue', { brokers: [world.kafka.brokers] });
    this.reader = new LogReader(world.owner);
  }

  /** Events that are in the topic already once more, in any order. */
  async repeats(chance: Chance): Promise<void> {
    const { position } = await relayState(this.world.owner);
    const events = await this.reader.read({ after: chance.whole(Math.max(1, position - PAGE)), upTo: position, limit: PAGE });
    await this.publish(chance.shuffled(events));
  }

  /** Every second event of those that the relay has still to publish: their readers see gaps. */
  async gaps(): Promise<number> {
    const { position } = await relayState(this.world.owner);
    const events = await this.reader.read({ after: position, limit: PAGE });
    const early = events.filter((_, nth) => nth % 2 === 1);
    await this.publish(early);
    return early.length;
  }

  /** Bytes that are no event of ours in every partition, and messages that no adapter can read. */
  async rubbish(): Promise<void> {
    const rubbish = (partition: number): Message => ({ partition, key: 'rubbish', value: Buffer.from([0xff, partition]) });
    await this.send(
      TOPICS.events,
      Array.from({ length: 24 }, (_, partition) => rubbish(partition)),
    );
    await this.send(TOPICS.backOffice, [{ key: 'rubbish', value: Buffer.from('no message at all') }]);
  }

  /** Events of the log as they never were, in other partitions too, and one that is to come. */
  async forgeries(chance: Chance): Promise<void> {
    const { position } = await relayState(this.world.owner);
    const events = await this.reader.read({ after: chance.whole(Math.max(1, position - PAGE)), upTo: position, limit: 20 });
    const forged = events.map((event, nth): Message => {
      const { partition, key, value, headers } = toRecord({ ...event, position: event.position + (nth === 0 ? PAGE * PAGE : 0) }, 0);
      return {
        partition: nth % 2 === 0 ? partition : (partition + 1) % PARTITION_COUNT,
        key,
        value: nth % 3 === 0 ? '{}' : value,
        headers,
      };
    });
    if (forged.length > 0) await this.send(TOPICS.events, forged);
  }

  /** Batches in the back office's topic that kafkajs cannot unpack, beside those of the back office. The topic is theirs: it keeps them packed. */
  async packed(): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const configEntries = [{ name: 'compression.type', value: 'producer' }];
      await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: TOPICS.backOffice, configEntries }] });
    } finally {
      await admin.disconnect();
    }
    const messages = ['a', 'b', 'c'].map((value, partition) => ({ partition, value }));
    await produceSnappy(this.kafka, TOPICS.backOffice, messages);
  }

  /** A calendar whose zone no clock knows, and a revision of it. */
  async unreckonable(): Promise<void> {
    const name = `ROGUE-${newId()}`;
    const calendar = { zone: 'CST', week: { mon: [['09:00', '17:00']] } };
    const stated = { name, effectiveFrom: '2020-01-01', sourceNotice: 'rogue', calendar };
    await this.append(calendarStream(name), [
      { type: 'CalendarPublished', data: JSON.stringify({ ...stated, calendarVersion: 1 }) },
      { type: 'CalendarRevised', data: JSON.stringify({ ...stated, calendarVersion: 2 }) },
    ]);
  }

  /** A client whose first contact is recorded in a shape that it cannot have, and whose second is in order. */
  async poison(): Promise<void> {
    const client = newId();
    this.poisoned.add(client);
    for (const data of ['{"startedAt":17}', '{"nothing":true}']) {
      await this.append({ id: newId(), kind: 'contact', key: client }, [{ type: 'ContactLogged', data, metadata: '{}' }]);
    }
  }

  /** Past every decider, as one who has the API's login. Each event is one command. */
  private async append(stream: StreamRef, events: readonly { type: string; data: string; metadata?: string }[]): Promise<void> {
    const store = await EventStore.open({ url: this.world.postgres.url, role: 'rapport_api', applicationName: 'rogue' });
    try {
      for (const { type, data, metadata = METADATA } of events) {
        const commandId = newId();
        const { id } = this.journal.sent(commandId, 'poison');
        const event = { eventId: newId(), type, schemaVersion: 1, occurredAt: '2026-03-11T01:00:00.000Z', data, metadata };
        const outcome = await store.append({
          commandId,
          requestHash: 'a'.repeat(64),
          keepOutcome: 'sevenDays' as const,
          expectedVersion: 'any' as const,
          stream,
          events: [event],
        });
        if (outcome.kind !== 'accepted') throw new Error(`poison was answered ${outcome.kind}`);
        const { position, version } = outcome;
        this.journal.known({ id, outcome: 'acknowledged', status: 201, position, version, events: [type] });
      }
    } finally {
      await store.close();
    }
  }

  private async publish(events: readonly RecordedEvent[]): Promise<void> {
    const before = await this.previousOf(events);
    const mac = await RecordMac.load(this.world.owner); // as a relay would that was taken for dead
    const messages = events.map((event) => {
      const { partition, key, value, headers } = mac.sign(toRecord(event, before.get(event.position)!));
      return { partition, key, value, headers };
    });
    if (messages.length > 0) await this.send(TOPICS.events, messages);
  }

  private async previousOf(events: readonly RecordedEvent[]): Promise<Map<number, number>> {
    const { rows } = await this.world.owner.query<{ position: number; previous: number }>(
      `SELECT p AS position, coalesce((SELECT max(e.position) FROM log.events e WHERE e.partition = k AND e.position < p), 0) AS previous
         FROM unnest($1::bigint[], $2::smallint[]) AS a (p, k)`,
      [events.map(({ position }) => position), events.map(({ key }) => partitionOf(key))],
    );
    return new Map(rows.map(({ position, previous }) => [position, previous]));
  }

  private async send(topic: string, messages: Message[]): Promise<void> {
    const createPartitioner = kafkajs.Partitioners.DefaultPartitioner;
    const producer = this.kafka.producer({ createPartitioner, allowAutoTopicCreation: false, maxInFlightRequests: 1 });
    await producer.connect();
    try {
      const counts = new Map<number, number>();
      for (const { partition = 0 } of messages) counts.set(partition, (counts.get(partition) ?? 0) + 1);
      for (const { partition, baseOffset } of await producer.send({ topic, acks: -1, messages })) {
        if (topic !== TOPICS.events) continue;
        for (let nth = 0; nth < counts.get(partition)!; nth++) this.records.add(`${partition}:${BigInt(baseOffset!) + BigInt(nth)}`);
      }
    } finally {
      await producer.disconnect();
    }
  }
}

export async function relayState(owner: Database): Promise<{ position: number }> {
  const { rows } = await owner.query<{ position: number }>('SELECT position FROM feed.relay_state WHERE topic = $1', [TOPICS.events]);
  return rows[0] ?? { position: 0 };
}
