import { createPool } from '#database';

const POLL_MS = 2;
const GIVE_UP_MS = 60_000;

interface Awaited {
  resolve: (atMs: number) => void;
  reject: (error: Error) => void;
  untilMs: number;
}

/** Looks for positions in the timeline until they are there. What it tells is late by its own question, never early. */
export class Watcher {
  private readonly pool;
  private readonly awaited = new Map<number, Awaited>();
  private closed = false;
  private readonly watching: Promise<void>;

  constructor(url: string) {
    this.pool = createPool({ url, max: 1, applicationName: 'bench watcher' });
    this.watching = this.watch();
  }

  /** When its row was there, on the clock of `performance.now()`. */
  seen(position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.awaited.set(position, { resolve, reject, untilMs: performance.now() + GIVE_UP_MS });
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.watching;
    await this.pool.end();
  }

  private async watch(): Promise<void> {
    while (!this.closed) {
      if (this.awaited.size > 0) await this.look().catch((error: Error) => this.giveUp(error, Infinity));
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  private async look(): Promise<void> {
    const text = 'SELECT position FROM read.timeline WHERE position = ANY ($1::bigint[])';
    const { rows } = await this.pool.query<{ position: number }>({ name: 'seen', text, values: [[...this.awaited.keys()]] });
    const atMs = performance.now();
    for (const { position } of rows) {
      this.awaited.get(position)!.resolve(atMs);
      this.awaited.delete(position);
    }
    this.giveUp(new Error(`not visible after ${GIVE_UP_MS} ms`), atMs);
  }

  private giveUp(error: Error, nowMs: number): void {
    for (const [position, { reject, untilMs }] of this.awaited) {
      if (untilMs > nowMs) continue;
      reject(error);
      this.awaited.delete(position);
    }
  }
}
