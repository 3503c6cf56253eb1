import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Pool } from 'undici';
import { newId } from '#event-sourcing';
import { assertSame, type BenchResult, type BenchSettings, type Contender, Rounds } from './bench.js';
import { type ApiWorld, openApiWorld } from './api-world.js';
import { everyMigration, withServer } from './bench-server.js';
import type { ServerPlan } from './http-server.js';
import { rateOf } from './load.js';

const CALLERS = 64;
const CLIENTS = 64;
const SERVER = path.join(import.meta.dirname, 'http-server.js');

/** POST /v1/contacts: through everything, through everything but the append, and on a bare Fastify. */
export const benchHttp = ({ rounds, seconds }: BenchSettings): Promise<BenchResult> =>
  withServer(async (server) => {
    const url = await server.newDatabase('http', everyMigration);
    const world = await openApiWorld(url, CLIENTS);
    const children: ChildProcess[] = [];
    try {
      const before = await world.eventCount();
      let accepted = 0;
      const contenders: Contender[] = [];
      const cost = new Rounds();
      for (const mode of ['everything', 'no-op append', 'raw Fastify'] as const) {
        const { child, port } = await startServer({ mode, url, ...world.serving });
        children.push(child);
        const load = async (duration: number): Promise<number> => {
          const before = await cpuUsOf(child);
          const { rate, count } = await post(port, world, duration);
          if (duration === seconds) cost.add(mode, 'µs', ((await cpuUsOf(child)) - before) / count);
          if (mode === 'everything') accepted += count;
          return rate;
        };
        await load(seconds / 2); // warm
        contenders.push({ name: mode, unit: 'requests/s', measure: () => load(seconds) });
      }
      const measured = await Rounds.of(contenders, rounds);
      assertSame('commands that were answered 201 are in the log', (await world.eventCount()) - before, accepted);
      return {
        rows: [
          measured.ratio('HTTP command: through everything / the same route, no-op append', 'everything', 'no-op append', {
            atLeast: 0.85,
          }),
          measured.ratio('HTTP command: through everything / raw Fastify no-op', 'everything', 'raw Fastify', { atLeast: 0.3 }),
          cost.ratio("the same by the servers' own CPU time a request: raw Fastify / everything", 'raw Fastify', 'everything'),
        ],
        held: [
          `${server.held}; POST /v1/contacts, ${CALLERS} connections without pipelining (undici), a new Idempotency-Key a request, ${CLIENTS} clients`,
          `each server a process of its own, the load in another, which at the raw server costs more than the server, hence the third row; body of ${Buffer.byteLength(world.bodies[0]!)} B, answers 201 with the same members`,
          'everything: token, rate limit, strict JSON, validation, look-ups, decision, encryption, durable append; raw Fastify: its default JSON parser, no schema, no database',
        ],
      };
    } finally {
      for (const child of children) await stopped(child);
      await world.close();
    }
  });

async function startServer(plan: ServerPlan): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(SERVER, [JSON.stringify(plan)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const early = once(child, 'exit').then(() => Promise.reject(new Error(`the server for ${plan.mode} did not start`)));
  early.catch(() => undefined); // it ends later, asked to
  const [{ port }] = (await Promise.race([once(child, 'message'), early])) as [{ port: number }];
  return { child, port };
}

async function cpuUsOf(child: ChildProcess): Promise<number> {
  child.send('cost');
  const [{ cpuUs }] = (await once(child, 'message')) as [{ cpuUs: NodeJS.CpuUsage }];
  return cpuUs.user + cpuUs.system;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** As many connections as callers, each with one request under way. Answers what was answered, and the rate of it after the warm-up. */
async function post(port: number, { bodies, authorization }: ApiWorld, seconds: number): Promise<{ rate: number; count: number }> {
  const connections = new Pool(`http://127.0.0.1:${port}`, { connections: CALLERS, pipelining: 1 });
  let count = 0;
  const rate = await rateOf(CALLERS, seconds, async () => {
    const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': newId() };
    const { statusCode, body } = await connections.request({
      ...{ method: 'POST', path: '/v1/contacts', headers, body: bodies[count++ % bodies.length]! },
    });
    if (statusCode !== 201) assertSame('an answer', await body.text(), 'one of 201');
    await body.dump();
  });
  await connections.close();
  return { rate, count };
}
