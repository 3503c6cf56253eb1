import type { Consumer, KafkaMessage } from 'kafkajs';
import { createLogger } from '#telemetry';
import type { Checkpoint, FeedConsumer } from './feed.js';
import { EARLIEST, offsetOf } from './kafka-slice.js';
import { Backoff } from './pause.js';
import type { TopicIds } from './topic-id.js';
import { undecodableBatch } from './undecodable-batches.js';

const log = createLogger('kafka-feed');

/** Offsets that a record stands for: its own, or those of a batch that cannot be decoded. */
export interface OffsetSpan {
  from: string;
  to: string;
}

export function spanOf(first: KafkaMessage | undefined): OffsetSpan {
  const undecodable = first && undecodableBatch(first);
  if (undecodable) return { from: undecodable.firstOffset, to: undecodable.lastOffset };
  const offset = first?.offset ?? '0';
  return { from: offset, to: offset };
}

/** One assignment: the look-up that began when the group was joined, and the partitions that already read from there. */
interface Term {
  ended: AbortController;
  topicId: Promise<string>;
  targets: Map<number, Promise<string>>;
  entered: Set<number>;
}

/**
 * Where this member reads each of its partitions. kafkajs does not await GROUP_JOIN listeners, so records may arrive
 * from wherever the broker thinks before our checkpoints are known: a partition's first batch waits for them, and where
 * it begins elsewhere it is dropped and the partition sought. An idle partition is sought too, for it has no batch.
 */
export class KafkaPositions {
  private term: Term | undefined;
  private partitions: readonly number[] = [];
  private readonly backoffs = new Map<number, Backoff>();
  private readonly toCommit = new Map<number, bigint>();

  constructor(
    private readonly member: Consumer,
    private readonly topic: string,
    private readonly consumer: FeedConsumer,
    private readonly topicIds: TopicIds,
  ) {}

  joined(partitions: readonly number[]): void {
    log.info({ topic: this.topic, partitions: partitions.length }, 'joined the group');
    this.begin(partitions);
  }

  close(): void {
    this.term?.ended.abort();
    this.term = undefined;
  }

  backoff(partition: number): Backoff {
    const backoff = this.backoffs.get(partition) ?? new Backoff();
    this.backoffs.set(partition, backoff);
    return backoff;
  }

  /** The topic's id when the batch is the one to go on with; undefined when the partition was sought elsewhere instead. */
  async enter(partition: number, first: OffsetSpan): Promise<string | undefined> {
    const term = this.term;
    const target = term?.targets.get(partition);
    if (!term || !target) return undefined;
    const offset = await target;
    if (this.term !== term || term.targets.get(partition) !== target) return undefined;
    if (!term.entered.has(partition)) {
      term.entered.add(partition);
      // a batch may begin a little before the offset that was asked for, never after it without a gap
      if (offset !== EARLIEST && !(BigInt(first.from) <= BigInt(offset) && BigInt(offset) <= BigInt(first.to))) {
        this.seek(partition, offset);
        return undefined;
      }
    }
    return term.topicId;
  }

  /** After a rejection: takes the partition over again and reads on from the checkpoint. */
  async again(partition: number): Promise<void> {
    const term = this.term;
    if (!term) return;
    term.entered.delete(partition);
    const target = this.target(term, partition, this.lookUp(term, [partition]));
    term.targets.set(partition, target);
    const offset = await target.catch(() => undefined); // rejects only when the term is over
    if (offset !== undefined && this.term === term) this.seek(partition, offset);
  }

  applied(partition: number, nextOffset: bigint): void {
    this.toCommit.set(partition, nextOffset);
  }

  /** For lag dashboards only. */
  async commit(): Promise<void> {
    const offsets = [...this.toCommit].map(([partition, offset]) => ({ topic: this.topic, partition, offset: String(offset) }));
    this.toCommit.clear();
    if (offsets.length > 0) await this.member.commitOffsets(offsets);
  }

  /** A topic made anew under the same name is read from its beginning. */
  async checkTopic(): Promise<void> {
    const term = this.term;
    if (!term) return;
    const [before, now] = [await term.topicId, await this.topicIds.read()];
    if (before === now || now === undefined || this.term !== term) return;
    log.warn({ topic: this.topic, before, now }, 'the topic was made anew, reading it from the beginning');
    this.begin(this.partitions);
  }

  private begin(partitions: readonly number[]): void {
    this.term?.ended.abort();
    this.toCommit.clear();
    this.partitions = partitions;
    const ended = new AbortController();
    const term: Term = { ended, topicId: this.retried(ended.signal, () => this.readTopicId()), targets: new Map(), entered: new Set() };
    this.term = term;
    const checkpoints = this.lookUp(term, partitions);
    for (const partition of partitions) {
      const target = this.target(term, partition, checkpoints);
      term.targets.set(partition, target);
      target.then((offset) => this.term === term && !term.entered.has(partition) && this.seek(partition, offset)).catch(() => {});
    }
  }

  private async readTopicId(): Promise<string> {
    const id = await this.topicIds.read();
    if (id === undefined) throw new Error(`there is no topic ${this.topic}`);
    return id;
  }

  private async target(term: Term, partition: number, checkpoints: Promise<ReadonlyMap<number, Checkpoint>>): Promise<string> {
    return offsetOf((await checkpoints).get(partition)?.cursor, await term.topicId);
  }

  private lookUp(term: Term, partitions: readonly number[]): Promise<ReadonlyMap<number, Checkpoint>> {
    return this.retried(term.ended.signal, () => this.consumer.checkpoints(partitions));
  }

  private async retried<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    const backoff = new Backoff();
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (signal.aborted) throw error;
        log.warn({ topic: this.topic, error: String(error) }, 'cannot learn where to read from yet');
        await backoff.wait(signal);
      }
    }
  }

  private seek(partition: number, offset: string): void {
    try {
      this.member.seek({ topic: this.topic, partition, offset });
    } catch (error) {
      log.debug({ partition, error: String(error) }, 'not seeking: the member is stopping');
    }
  }
}
