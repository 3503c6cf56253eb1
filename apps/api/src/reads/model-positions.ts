import type { Uuid } from '#event-sourcing';
import { projectionIds, type ReadModelName } from '#read-models';
import { type ReadModelPositions } from '#projections';
import { Problem } from '../problems/problem.js';

/** What an answer has to know already. */
export interface Freshness {
  models: readonly ReadModelName[];
  /** Log position, 0 where any will do. */
  minPosition: number;
  /** The client that the answer is about, whose events alone have to be there. */
  clientId?: Uuid;
}

const WAIT_MAX_MS = 1900;
const WAITERS_MAX = 1000;

/** Lets reads wait until their models have reached a position. */
export class ModelPositions {
  private waiters = 0;

  constructor(private readonly positions: ReadModelPositions) {}

  /** Resolves once every model has reached the position; throws a Problem (503) where that takes about 2 s. */
  async reached({ models, minPosition, clientId }: Freshness): Promise<void> {
    if (minPosition === 0) return;
    if (this.waiters >= WAITERS_MAX) throw new Problem('overloaded', { retryAfterSec: 1 });
    this.waiters++;
    try {
      const waits = models.map((model) => this.positions.waitFor(projectionIds[model], minPosition, WAIT_MAX_MS, clientId));
      const reached = await Promise.all(waits);
      if (reached.includes(false)) throw new Problem('position-not-reached', { retryAfterSec: 1 });
    } finally {
      this.waiters--;
    }
  }
}
