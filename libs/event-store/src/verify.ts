import type pg from 'pg';
import { partitionOf } from '#event-sourcing';
import { eventDigest, type ExactEvent, FIRST_SEAL, sealOf } from './event-digest.js';
import { type EventRow, SealedLog, type SealRow, type StreamStep } from './sealed-log.js';

export type FindingCode =
  | 'position-missing'
  | 'position-unexpected'
  | 'event-unreadable'
  | 'seal-unreadable'
  | 'column-differs'
  | 'seal-differs'
  | 'seal-missing'
  | 'recorded-at-differs'
  | 'recorded-at-decreases'
  | 'partition-differs'
  | 'version-gap'
  | 'version-order'
  | 'stream-differs'
  | 'log-truncated'
  | 'head-differs';

export interface Finding {
  /** Where it was noticed; an edit inside a batch is noticed at the batch's end. */
  position: number;
  code: FindingCode;
  detail: string;
}

export interface VerifyOptions {
  /** A head that was held outside the database: what it covers must still be there, unchanged. */
  held?: { position: number; seal: string };
  pageSize?: number;
  /** Findings kept at most; the count goes on. */
  findingsMax?: number;
  /** Positions checked so far, of how many. Two passes: by position, then by stream. */
  onProgress?: (done: number, total: number) => void;
}

export interface Verification {
  events: number;
  batches: number;
  /** Hex. The newest seal, to be held elsewhere with its position. */
  head: { position: number; seal: string };
  findings: Finding[];
  findingCount: number;
}

/** What the next batch stands on. */
interface Standing {
  lastPosition: bigint;
  recordedAtMicros: bigint;
  seal: Buffer;
}

const PAGE_SIZE = 1_000;
const FINDINGS = 100;

/**
 * Reads the whole log and recomputes what was sealed, in constant memory and short statements, while appends go on.
 * Whatever stands in a row is a finding, never an error; it throws where the database cannot be read.
 */
export async function verifyLog(pool: Pick<pg.Pool, 'query'>, options: VerifyOptions = {}): Promise<Verification> {
  return new Verifier(await SealedLog.open(pool, options.pageSize ?? PAGE_SIZE), options).run();
}

class Verifier {
  private readonly result: Verification = {
    events: 0,
    batches: 0,
    head: { position: 0, seal: FIRST_SEAL.toString('hex') },
    findings: [],
    findingCount: 0,
  };
  private heldSeal: string | undefined;

  constructor(
    private readonly log: SealedLog,
    private readonly options: VerifyOptions,
  ) {}

  async run(): Promise<Verification> {
    for (const difference of this.log.columns.differences()) this.find(0n, 'column-differs', difference);
    const end = await this.end();
    await this.checkBatches(end);
    await this.checkStreams(end);
    const { held } = this.options;
    if (held && BigInt(held.position) > end) {
      this.find(end, 'log-truncated', `the log ends at ${end}, and it once reached ${held.position}`);
    } else if (held && this.heldSeal !== held.seal) {
      this.find(BigInt(held.position), 'head-differs', `the seal of position ${held.position} is not the one that was held`);
    }
    return this.result;
  }

  private async end(): Promise<bigint> {
    const { sealed, last, placeless } = await this.log.ends();
    if (last > sealed) this.find(last, 'position-unexpected', `events up to ${last}, seals up to ${sealed}`);
    if (placeless > 0) this.find(0n, 'position-unexpected', `${placeless} events or seals without a position`);
    return sealed;
  }

  private async checkBatches(end: bigint): Promise<void> {
    const events = new Cursor(this.log.events(end));
    const seals = new Cursor(this.log.seals(end));
    const first = await seals.next();
    if (first?.lastPosition !== 0n || !first.seal?.equals(FIRST_SEAL) || first.recordedAtMicros !== 0n) {
      this.find(0n, 'seal-missing', 'the first seal is not the one every log begins with');
    }
    if (first) this.checkReadable(first);
    let previous: Standing = {
      lastPosition: first?.lastPosition ?? 0n,
      recordedAtMicros: first?.recordedAtMicros ?? 0n,
      seal: first?.seal ?? FIRST_SEAL,
    };
    if (this.options.held?.position === 0) this.heldSeal = previous.seal.toString('hex');
    for (let seal = await seals.next(); seal; seal = await seals.next()) {
      previous = await this.checkBatch(previous, seal, events);
      this.options.onProgress?.(Number(seal.lastPosition), Number(end) * 2);
    }
    this.result.head = { position: Number(previous.lastPosition), seal: previous.seal.toString('hex') };
    await this.checkCount(end);
  }

  // Where somebody dropped the primary key, a second event at a page's last position would be read by no page.
  private async checkCount(end: bigint): Promise<void> {
    const extra = (await this.log.countUpTo(end)) - this.result.events;
    if (extra > 0) this.find(end, 'position-unexpected', `${extra} more events than positions`);
  }

  private async checkBatch(previous: Standing, seal: SealRow, events: Cursor<EventRow>): Promise<Standing> {
    const digests: Buffer[] = [];
    let expected = previous.lastPosition + 1n;
    for (let row = await events.peek(); row && row.position <= seal.lastPosition; row = await events.peek()) {
      await events.next();
      this.result.events++;
      if (row.position > expected) this.find(expected, 'position-missing', `positions ${expected} to ${row.position - 1n}`);
      if (row.position < expected) this.find(row.position, 'position-unexpected', 'below the first position');
      expected = row.position + 1n;
      if (row.event) {
        this.checkEvent(row.event, seal);
        digests.push(eventDigest(row.event));
      } else {
        this.find(row.position, 'event-unreadable', `no event holds this ${row.unreadable.join(', ')}`);
      }
    }
    if (expected <= seal.lastPosition) this.find(expected, 'position-missing', `positions ${expected} to ${seal.lastPosition}`);
    this.checkReadable(seal);
    const recordedAtMicros = seal.recordedAtMicros ?? previous.recordedAtMicros;
    if (recordedAtMicros < previous.recordedAtMicros) this.find(seal.lastPosition, 'recorded-at-decreases', 'of a seal');
    const computed = sealOf(previous.seal, digests);
    if (seal.seal && !computed.equals(seal.seal)) {
      this.find(seal.lastPosition, 'seal-differs', `the batch from ${previous.lastPosition + 1n} is not what was sealed`);
    }
    this.result.batches++;
    if (this.options.held && BigInt(this.options.held.position) === seal.lastPosition) this.heldSeal = seal.seal?.toString('hex');
    // Where a seal is lost, the one it must have been lets the next batch be judged on its own.
    return { lastPosition: seal.lastPosition, recordedAtMicros, seal: seal.seal ?? computed };
  }

  private checkReadable(seal: SealRow): void {
    if (seal.recordedAtMicros === undefined) this.find(seal.lastPosition, 'seal-unreadable', 'its recorded_at is no instant');
    if (!seal.seal) this.find(seal.lastPosition, 'seal-unreadable', 'its seal is no digest');
  }

  private checkEvent(event: ExactEvent, seal: SealRow): void {
    if (seal.recordedAtMicros !== undefined && event.recordedAtMicros !== seal.recordedAtMicros) {
      this.find(event.position, 'recorded-at-differs', 'an event and its seal tell different times');
    }
    if (event.partition !== partitionOf(event.key)) this.find(event.position, 'partition-differs', `${event.partition}`);
  }

  // The seals prove that nothing changed since it was written; this proves that what was written was right.
  private async checkStreams(end: bigint): Promise<void> {
    let previous: StreamStep | undefined;
    let done = 0;
    for await (const steps of this.log.streamSteps()) {
      for (const step of steps) {
        const before = previous?.streamId === step.streamId ? previous : undefined;
        if (step.version !== (before?.version ?? 0) + 1) {
          this.find(step.position, 'version-gap', `stream ${step.streamId}: ${step.version} after ${before?.version ?? 0}`);
        }
        if (before && step.position <= before.position) {
          this.find(step.position, 'version-order', `stream ${step.streamId}: version ${step.version} stands before its predecessor`);
        }
        if (before && (before.key !== step.key || before.streamKind !== step.streamKind)) {
          this.find(step.position, 'stream-differs', `stream ${step.streamId} changes its key or kind`);
        }
        previous = step;
      }
      done += steps.length;
      this.options.onProgress?.(Number(end) + Math.min(done, Number(end)), Number(end) * 2);
    }
  }

  private find(position: bigint, code: FindingCode, detail: string): void {
    this.result.findingCount++;
    if (this.result.findings.length < (this.options.findingsMax ?? FINDINGS)) {
      this.result.findings.push({ position: Number(position), code, detail });
    }
  }
}

/** One by one through pages. */
class Cursor<T> {
  private page: readonly T[] = [];
  private at = 0;

  constructor(private readonly pages: AsyncGenerator<T[]>) {}

  async peek(): Promise<T | undefined> {
    if (this.at === this.page.length) {
      const step = await this.pages.next();
      if (step.done) return undefined;
      this.page = step.value;
      this.at = 0;
    }
    return this.page[this.at];
  }

  async next(): Promise<T | undefined> {
    const value = await this.peek();
    if (value !== undefined) this.at++;
    return value;
  }
}
