import { Worker } from 'node:worker_threads';
import type { OnModuleDestroy } from '@nestjs/common';
import { Problem } from '../problems/problem.js';
import type { WhatIfDone, WhatIfOutcome, WhatIfTask } from './what-if-worker.js';

const ANSWER_MAX_MS = 15_000;
// Node.js runs what was built, also beside tests that run the sources
const FILE = new URL(
  import.meta.url.replace(/\/apps\/api\/src\/(.*)\.ts$/, '/dist/apps/api/src/$1.js').replace(/what-if-thread/, 'what-if-worker'),
);

interface Asked {
  resolve: (outcome: WhatIfOutcome) => void;
  reject: (error: Error) => void;
}

/** Answers what-if documents beside the thread that serves requests. It is started with the first question. */
export class WhatIfThread implements OnModuleDestroy {
  private worker: Worker | undefined;
  private readonly asked = new Map<number, Asked>();
  private count = 0;

  /** The answer, or what is wrong with the documents. Throws a Problem where it takes too long. */
  async answer(body: unknown, effortMax: number): Promise<WhatIfOutcome> {
    const worker = (this.worker ??= this.start());
    const nth = this.count++;
    const timer = setTimeout(() => this.end(worker, new Problem('overloaded', { retryAfterSec: 1 })), ANSWER_MAX_MS);
    try {
      return await new Promise<WhatIfOutcome>((resolve, reject) => {
        this.asked.set(nth, { resolve, reject });
        worker.postMessage({ nth, body, effortMax } satisfies WhatIfTask);
      });
    } finally {
      clearTimeout(timer);
      this.asked.delete(nth);
    }
  }

  async onModuleDestroy(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(FILE);
    worker.unref(); // it keeps no process alive
    worker.on('message', ({ nth, error, ...outcome }: WhatIfDone) => {
      const one = this.asked.get(nth);
      if (error === undefined) one?.resolve(outcome);
      else one?.reject(new Error(error));
    });
    worker.on('error', (error) => this.end(worker, error));
    worker.on('exit', () => this.end(worker, new Error('the thread of what-ifs ended')));
    return worker;
  }

  private end(worker: Worker, reason: Error): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    for (const { reject } of this.asked.values()) reject(reason);
    void worker.terminate();
  }
}
