import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Pool } from 'undici';
import { newId } from '#event-sourcing';
import { percentile } from '../support/percentile.js';
import type { ApiServer } from './api-server.js';
import type { ApiWorld } from './api-world.js';
import { assertSame } from './bench.js';
import { latenciesOf } from './load.js';

const CALLERS = 8;
const COMMANDS = { quick: 200, usual: 2_000 };
const ASKERS = 20;
const DOCUMENTS = 300;
const SAMPLE = path.join(import.meta.dirname, '../../../libs/service-levels/src/what-if/samples/04-waiting-for-the-client.json');
const churners = JSON.stringify({ query: { behaviour: { churnScore: { min: 0 } } } });

export interface CommandLatency {
  p50: number;
  p99: number;
}

export interface BesideExpensive {
  alone: CommandLatency;
  beside: CommandLatency;
  /** How many expensive questions were answered meanwhile, and how many were told to come back. */
  answered: number;
  refused: number;
}

/** Milliseconds of commands of a few callers: alone, and beside twenty others who ask what is much work as fast as they are let. */
export async function besideExpensive(server: ApiServer, world: ApiWorld, quick: boolean): Promise<BesideExpensive> {
  const connections = new Pool(server.url, { connections: CALLERS, pipelining: 1 });
  const command = async (nth: number): Promise<void> => {
    const headers = { authorization: world.authorization, 'content-type': 'application/json', 'idempotency-key': newId() };
    const { statusCode, body } = await connections.request({
      method: 'POST',
      path: '/v1/contacts',
      headers,
      body: world.bodies[nth % world.bodies.length]!,
    });
    assertSame('status of a command', statusCode, 201);
    await body.dump();
  };
  const measured = async (): Promise<CommandLatency> => {
    const latencies = await latenciesOf(CALLERS, quick ? COMMANDS.quick : COMMANDS.usual, command);
    return { p50: percentile(latencies, 50)!, p99: percentile(latencies, 99)! };
  };
  await measured(); // warm
  const alone = await measured();
  const counts = { answered: 0, refused: 0 };
  const stopping = new AbortController();
  const asking = askAll(server, world, stopping.signal, counts);
  const beside = await measured();
  stopping.abort();
  await asking;
  await connections.close();
  return { alone, beside, ...counts };
}

async function askAll(server: ApiServer, world: ApiWorld, stop: AbortSignal, counts: { answered: number; refused: number }): Promise<void> {
  const whatIfs = `[${Array<string>(DOCUMENTS).fill(readFileSync(SAMPLE, 'utf8')).join()}]`;
  const questions = [
    { path: '/v1/service-levels/what-if', body: whatIfs },
    { path: '/v1/segments/count', body: churners },
  ];
  const connections = new Pool(server.url, { connections: ASKERS, pipelining: 1 });
  const ask = async (nth: number): Promise<void> => {
    const headers = { authorization: `Bearer ${await world.tokenOf('branchManager', `asker-${nth}`)}`, 'content-type': 'application/json' };
    for (let turn = nth; !stop.aborted; turn++) {
      const { statusCode, headers: told, body } = await connections.request({ method: 'POST', headers, ...questions[turn % 2]! });
      if (statusCode === 200) counts.answered++;
      else if (statusCode === 429 || statusCode === 503) counts.refused++;
      else assertSame('an answer', await body.text(), 'one of 200');
      await body.dump();
      const waitSec = Number(told['retry-after'] ?? 0);
      if (waitSec > 0) await new Promise((resolve) => setTimeout(resolve, waitSec * 1_000));
    }
  };
  await Promise.all(Array.from({ length: ASKERS }, (_, nth) => ask(nth)));
  await connections.close();
}
