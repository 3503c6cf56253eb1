import kafkajs, { type Kafka, type Message, type Producer } from 'kafkajs';
import type { CloudRecord } from './cloud-event.js';
import { within } from '#telemetry';
import { KAFKA_DEADLINE_MS } from './kafka-client.js';

/**
 * The plain producer for one life: no idempotence and no retries of its own, because kafkajs's idempotent producer,
 * used on after an error, loses acknowledged records. After any rejection it must be closed and a new one made.
 */
export class TopicWriter {
  private readonly producer: Producer;
  private readonly ends = new Map<number, bigint>();
  private failed = false;

  constructor(
    kafka: Kafka,
    private readonly topic: string,
  ) {
    this.producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      idempotent: false,
      maxInFlightRequests: 1,
      retry: { retries: 0 },
    });
  }

  async connect(): Promise<void> {
    await this.use('connecting a producer', this.producer.connect());
  }

  /** Resolves once every in-sync replica has the records. One call at a time. */
  async send(records: readonly CloudRecord[]): Promise<void> {
    const messages: Message[] = records.map(({ partition, key, value, headers }) => ({ partition, key, value, headers }));
    const batch = { acks: -1, timeout: KAFKA_DEADLINE_MS, topicMessages: [{ topic: this.topic, messages }] };
    const counts = new Map<number, bigint>();
    for (const { partition } of records) counts.set(partition, (counts.get(partition) ?? 0n) + 1n);
    for (const { partition, baseOffset, errorCode } of await this.use('sending', this.producer.sendBatch(batch))) {
      if (errorCode !== 0) throw this.spoilt(`Kafka answered error ${errorCode} for partition ${partition}`);
      if (baseOffset === undefined) continue;
      const base = BigInt(baseOffset);
      // offsets that went back are those of another topic under the same name, without what was sent before
      if (base < (this.ends.get(partition) ?? 0n)) throw this.spoilt(`partition ${partition} began anew`);
      this.ends.set(partition, base + (counts.get(partition) ?? 0n));
    }
  }

  async close(): Promise<void> {
    await within(KAFKA_DEADLINE_MS, 'leaving Kafka', this.producer.disconnect()).catch(() => {});
  }

  private async use<T>(what: string, work: Promise<T>): Promise<T> {
    if (this.failed) throw new Error('this producer has failed before; make a new one');
    try {
      return await within(KAFKA_DEADLINE_MS, what, work);
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }

  private spoilt(reason: string): Error {
    this.failed = true;
    return new Error(reason);
  }
}
