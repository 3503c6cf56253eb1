import type { OnModuleDestroy } from '@nestjs/common';
import { type Query, QueryBus } from '@nestjs/cqrs';
import type { Principal } from '#access';
import { type CommitmentChanges, CommitmentChangesQuery } from '#read-models';
import { createLogger } from '#telemetry';
import { Problem } from '../problems/problem.js';
import { Deadlines } from './deadlines.js';
import type { EventStream } from './event-stream.js';

export interface LiveOptions {
  pollMs?: number;
  streamsPerCallerMax?: number;
  streamsMax?: number;
}

interface Subscriber {
  caller: string;
  stream?: EventStream;
  /** All up to here was sent; undefined: from now on. */
  position: number | undefined;
}

const POLL_MS = 500;
const STREAMS_PER_CALLER_MAX = 5;
const STREAMS_MAX = 1_000;
const BATCH = 200;
const RETRY_SEC = 5;
const log = createLogger('live');

/** Tells those who listen what has changed, as far as they may see it: one poll a scope, however many listen. */
export class LiveHub implements OnModuleDestroy {
  private readonly scopes = new Map<string, Set<Subscriber>>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private closing = false;

  constructor(
    private readonly bus: QueryBus,
    private readonly deadlines: Deadlines,
    private readonly options: LiveOptions = {},
  ) {}

  /**
   * `open` starts the answer, once it is sure that there is to be one. Throws a Problem where the caller has too many
   * streams open, or this process is ending.
   */
  subscribe(
    { subject, branchScope }: Principal,
    after: number | undefined,
    open: (position: () => number | undefined) => EventStream,
  ): void {
    if (this.closing) throw new Problem('dependency-away', { retryAfterSec: RETRY_SEC });
    const { streamsPerCallerMax = STREAMS_PER_CALLER_MAX, streamsMax = STREAMS_MAX } = this.options;
    const all = [...this.scopes.values()].flatMap((subscribers) => [...subscribers]);
    if (all.filter(({ caller }) => caller === subject).length >= streamsPerCallerMax) {
      throw new Problem('too-many-streams', { retryAfterSec: RETRY_SEC });
    }
    if (all.length >= streamsMax) throw new Problem('overloaded', { retryAfterSec: RETRY_SEC });
    const subscriber: Subscriber = { caller: subject, position: after };
    const subscribers = this.scopes.get(branchScope) ?? new Set<Subscriber>();
    this.scopes.set(branchScope, subscribers.add(subscriber));
    subscriber.stream = open(() => subscriber.position);
    void subscriber.stream.closed.then(() => this.leave(branchScope, subscriber));
    if (!this.timers.has(branchScope)) this.schedule(branchScope, 0);
  }

  async onModuleDestroy(): Promise<void> {
    this.closing = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    const streams = [...this.scopes.values()].flatMap((subscribers) => [...subscribers].flatMap(({ stream }) => stream ?? []));
    for (const stream of streams) stream.close('shutting-down');
    await Promise.all(streams.map(({ closed }) => closed));
  }

  private leave(scope: string, subscriber: Subscriber): void {
    const subscribers = this.scopes.get(scope);
    subscribers?.delete(subscriber);
    if (subscribers?.size !== 0) return;
    this.scopes.delete(scope);
    clearTimeout(this.timers.get(scope));
    this.timers.delete(scope);
  }

  private schedule(scope: string, waitMs: number): void {
    if (this.closing) return;
    const look = async (): Promise<void> => {
      let more = false;
      try {
        more = await this.tell(scope);
      } catch (error) {
        log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'changes cannot be read just now');
      }
      if (this.timers.get(scope) !== timer) return; // all have left; who came since is told by another
      this.schedule(scope, more ? 0 : (this.options.pollMs ?? POLL_MS));
    };
    const timer = setTimeout(() => void look(), waitMs);
    this.timers.set(scope, timer);
  }

  /** Reads once for all who are at the same position. Answers whether there is more to read at once. */
  private async tell(scope: string): Promise<boolean> {
    const places = new Map<number | undefined, Subscriber[]>();
    for (const subscriber of this.scopes.get(scope) ?? []) {
      places.set(subscriber.position, [...(places.get(subscriber.position) ?? []), subscriber]);
    }
    let more = false;
    for (const [after, subscribers] of places) {
      const query = new CommitmentChangesQuery(scope, after, BATCH);
      const { items, position } = await this.bus.execute<Query<CommitmentChanges>, CommitmentChanges>(query);
      const shown = await this.deadlines.queued(items, Date.now(), scope);
      for (const subscriber of subscribers) {
        for (const item of shown) subscriber.stream?.send('commitment', item.changedPosition, item);
        subscriber.position = position;
      }
      more ||= items.length === BATCH;
    }
    return more;
  }
}
