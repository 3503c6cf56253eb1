import type pg from 'pg';
import { PipelinedConnection, type PoolOptions } from '#database';
import { type Append, type Outcome, OutcomeUnknown, Overloaded } from './append.js';
import { type AppendLoad, appendMetrics, type AppendOutcome, showLoad } from './append-metrics.js';
import { APPEND, parametersOf } from './append-parameters.js';
import { outcomesOf } from './append-result.js';
import { Scratch } from './binary-array.js';
import { assertWellFormed } from './well-formed.js';

export interface CoalescerOptions extends Pick<PoolOptions, 'url' | 'role' | 'applicationName'> {
  maxBatchEvents?: number;
  /** Characters of data and metadata in one batch; a larger command goes alone. */
  maxBatchCharacters?: number;
  /** Commands waiting at most; further ones are refused with Overloaded. */
  maxQueued?: number;
  /** How long a command is tried again while the database is away. */
  retryForMs?: number;
  reconnectDelayMs?: number;
  /** Something was appended; the log ends at least there. */
  onAppended?: (position: number) => void;
  /** A batch came back, however it ended. */
  onSettled?: () => void;
}

interface Pending {
  order: number;
  append: Append;
  arrivedMs: number;
  deadlineMs: number;
  /** Its batch failed as a whole: it goes by itself, so that a poisonous neighbour cannot hurt it. */
  alone: boolean;
  /** It left this process at least once, and what became of it is not known. */
  sent: boolean;
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

// Two batches share one pipelined connection: while PostgreSQL works on one, Node answers and encodes the other.
// A second connection would only wait for the clock row. Below SPLIT_FROM one batch is cheaper than two halves.
const IN_FLIGHT = 2;
const SPLIT_FROM = 32;
const BATCH_EVENTS = 512;
const BATCH_CHARACTERS = 4_000_000;
const QUEUED = 10_000;
const RETRY_FOR_MS = 10_000;
const RECONNECT_DELAY_MS = 50;
const STATEMENT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 15_000; // the server's own limit comes first; this one is for a line that went dead
const RAW = { getTypeParser: () => (value: string) => value };
// Not the command's fault, and over soon: no room or memory, an input or output error, a conflict of locks, a timeout.
const PASSING = /^(53|58|40|55P03|57014)/;

/** Batches appends across concurrent callers without waiting for more: what queued during one round trip is the next batch. */
export class Coalescer {
  private queue: Pending[] = [];
  private count = 0;
  private inFlight = 0;
  private underWay = 0;
  private scheduled = false;
  private closed = false;
  private readonly connection: PipelinedConnection;
  private idle: (() => void) | undefined;
  private readonly scratches: Scratch[] = [];
  readonly stats = { batches: 0, commands: 0 };
  /** Commands answered, whatever the answer. */
  private answered = 0;
  private readonly endMetrics: () => void;

  constructor(private readonly options: CoalescerOptions) {
    const { url, role, applicationName } = options;
    const settings = { synchronous_commit: 'on', statement_timeout: String(STATEMENT_TIMEOUT_MS) };
    this.connection = new PipelinedConnection({ url, role, applicationName, settings, answerTimeoutMs: ANSWER_TIMEOUT_MS });
    this.endMetrics = showLoad(() => this.load);
  }

  get load(): AppendLoad {
    return { queued: this.queue.length, underWay: this.underWay, answered: this.answered };
  }

  append(append: Append): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      assertWellFormed(append);
      if (this.closed || this.queue.length >= (this.options.maxQueued ?? QUEUED)) {
        appendMetrics.outcomes.inc({ outcome: 'overloaded' });
        throw new Overloaded('too many commands are waiting');
      }
      const arrivedMs = performance.now();
      const deadlineMs = arrivedMs + (this.options.retryForMs ?? RETRY_FOR_MS);
      this.queue.push({ order: this.count++, append, arrivedMs, deadlineMs, alone: false, sent: false, resolve, reject });
      this.schedule();
    });
  }

  /** Waits for what is queued; refuses what comes. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.queue.length > 0 || this.inFlight > 0) await new Promise<void>((resolve) => (this.idle = resolve));
    await this.connection.end();
    this.endMetrics();
  }

  // setImmediate, not a timer: everything that arrives in this turn of the event loop joins, and nobody lingers.
  private schedule(): void {
    if (this.scheduled || this.inFlight >= IN_FLIGHT) return;
    if (this.queue.length === 0) {
      if (this.inFlight === 0) this.idle?.();
      return;
    }
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      while (this.inFlight < IN_FLIGHT && this.queue.length > 0) void this.send(this.nextBatch());
    });
  }

  private nextBatch(): Pending[] {
    const { queue, inFlight, options } = this;
    if (queue[0]!.alone) return queue.splice(0, 1);
    const share = queue.length < SPLIT_FROM ? queue.length : Math.ceil(queue.length / (IN_FLIGHT - inFlight));
    let events = options.maxBatchEvents ?? BATCH_EVENTS;
    let characters = options.maxBatchCharacters ?? BATCH_CHARACTERS;
    let n = 0;
    for (; n < share && !queue[n]!.alone; n++) {
      const own = queue[n]!.append.events;
      events -= Math.max(1, own.length);
      for (const { data, metadata } of own) characters -= data.length + metadata.length;
      if (n > 0 && (events < 0 || characters < 0)) break;
    }
    return queue.splice(0, n);
  }

  private async send(batch: Pending[]): Promise<void> {
    const scratch = this.scratches.pop() ?? new Scratch();
    this.inFlight++;
    this.stats.batches++;
    this.stats.commands += batch.length;
    this.underWay += batch.length;
    appendMetrics.batchCommands.observe(batch.length);
    try {
      const client = await this.connection.open();
      const appends = batch.map(({ append }) => append);
      const { values, names } = parametersOf(appends, scratch);
      for (const pending of batch) pending.sent = true;
      const query: pg.QueryArrayConfig = { name: 'append', text: APPEND, values, rowMode: 'array', types: RAW };
      const { rows } = await client.query<string[]>(query);
      let end = 0;
      const counts = new Map<AppendOutcome, number>();
      outcomesOf(rows, appends, names).forEach((outcome, at) => {
        if (outcome.kind === 'accepted' && outcome.position > end) end = outcome.position;
        counts.set(outcome.kind, (counts.get(outcome.kind) ?? 0) + 1);
        batch[at]!.resolve(outcome);
      });
      this.tellAnswered(batch, counts);
      if (end > 0) this.options.onAppended?.(end);
    } catch (error) {
      await this.retry(batch, error as pg.DatabaseError);
    } finally {
      this.scratches.push(scratch); // its batch has been answered, or its connection is gone
      this.inFlight--;
      this.underWay -= batch.length;
      this.schedule();
      this.options.onSettled?.();
    }
  }

  private tellAnswered(batch: readonly Pending[], counts: ReadonlyMap<AppendOutcome, number>): void {
    const now = performance.now();
    this.answered += batch.length;
    for (const [outcome, count] of counts) appendMetrics.outcomes.inc({ outcome }, count);
    for (const { arrivedMs } of batch) appendMetrics.duration.observe((now - arrivedMs) / 1_000);
  }

  private refuse(pending: Pending, outcome: AppendOutcome, error: Error): void {
    this.tellAnswered([pending], new Map([[outcome, 1]]));
    pending.reject(error);
  }

  // Sending again is always safe: a command that did commit answers with its first outcome.
  private async retry(batch: Pending[], error: pg.DatabaseError): Promise<void> {
    const refused = error.severity === 'ERROR'; // the statement left nothing behind, the connection lives
    const passing = !refused || PASSING.test(error.code ?? '');
    if (!passing && batch.length === 1) return this.refuse(batch[0]!, 'failed', error);
    if (passing) await new Promise((resolve) => setTimeout(resolve, this.options.reconnectDelayMs ?? RECONNECT_DELAY_MS));
    for (const pending of batch) {
      pending.alone = !passing;
      // what an earlier try did is unknown for as long as no answer came; an error is an answer for that try alone
      if (pending.deadlineMs > performance.now()) this.queue.push(pending);
      else if (pending.sent) this.refuse(pending, 'unknown', new OutcomeUnknown(error.message, { cause: error }));
      else this.refuse(pending, 'overloaded', new Overloaded('the database is away', { cause: error }));
    }
    this.queue.sort((a, b) => a.order - b.order);
  }
}
