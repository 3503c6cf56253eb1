import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.js';
import { principalIn } from './request-context.js';

/** What a route declares whose answer is much work. */
export interface ExpensiveConfig {
  readonly expensive?: boolean;
}

const ROUTE_CONFIG = '__fastify_route_config__';

/** Goes above a route's own decorator: its answer is much work, and waits for its turn among those that are. */
export const Expensive = (): MethodDecorator => (_target, _name, descriptor: PropertyDescriptor) => {
  const method = descriptor.value as object;
  const config = Reflect.getMetadata(ROUTE_CONFIG, method) as object;
  Reflect.defineMetadata(ROUTE_CONFIG, { ...config, expensive: true } satisfies ExpensiveConfig, method);
};

export interface ExpensiveLimits {
  /** How many are answered side by side. */
  atOnce: number;
  /** How many of one caller are answered or wait. */
  ofCallerMax: number;
  waitingMax: number;
  waitMaxMs: number;
}

const LIMITS: ExpensiveLimits = { atOnce: 2, ofCallerMax: 4, waitingMax: 48, waitMaxMs: 10_000 };

interface Waiting {
  begin: () => void;
}

/** Turns of what is much work: few at once, so that commands have the rest, and callers one after the other, so that none fills the queue. */
export class ExpensiveReads {
  private underWay = 0;
  private waiting = 0;
  /** In the order of their next turns. */
  private readonly queues = new Map<string, Waiting[]>();
  private readonly ofCaller = new Map<string, number>();

  constructor(private readonly limits: ExpensiveLimits = LIMITS) {}

  /** Resolves when it is the caller's turn, with what ends it. Throws a Problem where they ask too much, or all do. `gone`: nobody waits any more. */
  async turn(caller: string, gone?: AbortSignal): Promise<() => void> {
    const own = this.ofCaller.get(caller) ?? 0;
    if (own >= this.limits.ofCallerMax) throw new Problem('too-many-requests', { retryAfterSec: 1 });
    const atOnce = this.underWay < this.limits.atOnce && this.waiting === 0;
    if (!atOnce && this.waiting >= this.limits.waitingMax) throw new Problem('overloaded', { retryAfterSec: 1 });
    this.ofCaller.set(caller, own + 1);
    try {
      if (!atOnce) await this.inQueue(caller, gone);
    } catch (error) {
      this.forget(caller);
      throw error;
    }
    this.underWay++;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.underWay--;
      this.forget(caller);
      this.next();
    };
  }

  private inQueue(caller: string, gone: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.leave(caller, own);
        settle(() => reject(new Problem('overloaded', { retryAfterSec: 1 })));
      };
      const timer = setTimeout(leave, this.limits.waitMaxMs);
      const settle = (then: () => void): void => {
        clearTimeout(timer);
        gone?.removeEventListener('abort', leave);
        then();
      };
      const own: Waiting = { begin: () => settle(resolve) };
      gone?.addEventListener('abort', leave);
      this.waiting++;
      this.queues.set(caller, [...(this.queues.get(caller) ?? []), own]);
    });
  }

  private leave(caller: string, own: Waiting): void {
    this.waiting--;
    const left = (this.queues.get(caller) ?? []).filter((one) => one !== own);
    if (left.length > 0) this.queues.set(caller, left);
    else this.queues.delete(caller);
  }

  private next(): void {
    const first = this.queues.entries().next();
    if (first.done || this.underWay >= this.limits.atOnce) return;
    const [caller, [own, ...others]] = first.value;
    this.queues.delete(caller);
    if (others.length > 0) this.queues.set(caller, others); // behind all others
    this.waiting--;
    own!.begin();
  }

  private forget(caller: string): void {
    const own = this.ofCaller.get(caller)! - 1;
    if (own > 0) this.ofCaller.set(caller, own);
    else this.ofCaller.delete(caller);
  }
}

/** Lets the routes that declare it wait for their turn, once their bodies are read. A turn ends with the work, not with the caller's patience. */
export function takeTurns(server: FastifyInstance, reads = new ExpensiveReads()): void {
  const ends = new WeakMap<FastifyRequest, () => void>();
  server.addHook('preHandler', async (request: FastifyRequest, reply: FastifyReply) => {
    if (!(request.routeOptions.config as ExpensiveConfig).expensive) return;
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    ends.set(request, await reads.turn(principalIn(request).subject, gone.signal));
  });
  server.addHook('onSend', async (request: FastifyRequest) => ends.get(request)?.());
}
