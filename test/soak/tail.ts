import { setTimeout as sleep } from 'node:timers/promises';
import { LogReader } from '#event-store';
import type { World } from './world.js';

const PAGE = 200;
const POLL_MS = 2;

/**
 * Reads the log while it is written, as every reader of ours does: from the last position it saw. G5: what it has not seen
 * then, it never sees, so that a position which becomes visible below one that it has read is an event lost.
 */
export class Tail {
  /** Positions seen, in order. */
  private readonly seen: number[] = [];

  constructor(private readonly pool: World['owner']) {}

  get count(): number {
    return this.seen.length;
  }

  async run(signal: AbortSignal): Promise<void> {
    const reader = new LogReader(this.pool);
    while (!signal.aborted) {
      const page = await reader.read({ after: this.seen.at(-1) ?? 0, limit: PAGE }).catch(() => []);
      for (const { position } of page) this.seen.push(position);
      if (page.length < PAGE) await sleep(POLL_MS);
    }
  }

  /** Positions up to `head` that it did not see, or saw out of turn. */
  missed(head: number): number[] {
    const missed: number[] = [];
    let at = 0;
    for (let position = 1; position <= head; position++) {
      if (this.seen[at] === position) at++;
      else missed.push(position);
    }
    return missed;
  }
}
