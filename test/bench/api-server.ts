import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Pool } from 'undici';
import { newId } from '#event-sourcing';
import type { ApiWorld } from './api-world.js';
import { assertSame } from './bench.js';
import type { ServerCost, ServerPlan } from './http-server.js';
import { rateOf } from './load.js';

/** Standard output is for the figures. */
const STANDARD_ERROR = 2;
const SERVER = path.join(import.meta.dirname, 'http-server.js');

/** A server as a process of its own, and what it answered and cost. */
export class ApiServer {
  private constructor(
    readonly mode: ServerPlan['mode'],
    private readonly child: ChildProcess,
    private readonly port: number,
  ) {}

  static async start(plan: ServerPlan): Promise<ApiServer> {
    const child = fork(SERVER, [JSON.stringify(plan)], { stdio: ['ignore', STANDARD_ERROR, 'inherit', 'ipc'] });
    const early = once(child, 'exit').then(() => Promise.reject(new Error(`the server for ${plan.mode} did not start`)));
    early.catch(() => undefined); // it ends later, asked to
    const [{ port }] = (await Promise.race([once(child, 'message'), early])) as [{ port: number }];
    return new ApiServer(plan.mode, child, port);
  }

  /** As many connections as callers, each with one request under way: how many were answered, and their rate after the warm-up. */
  async load({ bodies, authorization }: ApiWorld, callers: number, seconds: number): Promise<{ rate: number; count: number }> {
    const connections = new Pool(this.url, { connections: callers, pipelining: 1 });
    let count = 0;
    const rate = await rateOf(callers, seconds, async () => {
      const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': newId() };
      const sent = bodies[count++ % bodies.length]!;
      const { statusCode, body } = await connections.request({ method: 'POST', path: '/v1/contacts', headers, body: sent });
      if (statusCode !== 201) assertSame('an answer', await body.text(), 'one of 201');
      await body.dump();
    });
    await connections.close();
    return { rate, count };
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Since it began. */
  async cost(): Promise<ServerCost> {
    this.child.send('cost');
    const [cost] = (await once(this.child, 'message')) as [ServerCost];
    return cost;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
