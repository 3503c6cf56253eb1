// A process of its own, so that it shares no event loop with the load: serves until its parent is gone.
// node http-server.js '{ "mode": "everything", ... }'
import 'reflect-metadata';
import Fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import type { AuthenticationSettings } from '#access';
import { createPool } from '#database';
import { type Append, EventStore, type Outcome } from '#event-store';
import { ClientKeys, MasterKeys } from '#privacy';
import { openReadDatabase } from '#read-models';
import { ReadModelPositions } from '#projections';
import { peakMibOf } from './peak-memory.js';
import { createApi } from '../../apps/api/src/index.js';

export interface ServerPlan {
  mode: 'everything' | 'no-op append' | 'raw Fastify';
  url: string;
  masterKeyFile: string;
  authentication: AuthenticationSettings;
}

export interface ServerCost {
  cpuUs: number;
  peakMib: number;
}

const plan = JSON.parse(process.argv[2]!) as ServerPlan;
process.on('disconnect', () => process.exit());
// asked for what it has cost so far
process.on('message', () => process.send!(costSoFar()));
process.send!({ port: plan.mode === 'raw Fastify' ? await serveRaw() : await serveApi(plan) });

function costSoFar(): ServerCost {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  // the system's own figure of a forked process begins with its parent's
  return { cpuUs: userCPUTime + systemCPUTime, peakMib: peakMibOf(process.pid) ?? maxRSS / 1_024 };
}

/** The same route, body and answer, and nothing behind it. */
async function serveRaw(): Promise<number> {
  const server = Fastify();
  server.post('/v1/contacts', (request, reply) => {
    const { clientId } = request.body as { clientId: string };
    return reply.code(201).send({ id: clientId, version: 1, position: 1, events: ['ContactLogged'] });
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  return (server.server.address() as AddressInfo).port;
}

async function serveApi({ mode, url, masterKeyFile, authentication }: ServerPlan): Promise<number> {
  const role = 'rapport_api' as const;
  const pool = createPool({ url, role, max: 12, applicationName: 'bench api' });
  const store = await EventStore.open({ url, role, applicationName: 'bench api' });
  const master = MasterKeys.load(masterKeyFile);
  const api = await createApi({
    store: mode === 'everything' ? store : withoutAppending(store),
    database: createPool({ url, role, max: 1, applicationName: 'bench inbox' }),
    keys: new ClientKeys(pool, master),
    master,
    reads: await openReadDatabase({ url, role }),
    positions: new ReadModelPositions(pool),
    authentication,
    rateLimitPerMinute: 1_000_000_000,
  });
  return api.port;
}

/** Accepts everything at once and keeps nothing: what is left is the cost of the way there and back. */
function withoutAppending(store: EventStore): EventStore {
  let position = 0;
  const append = async ({ stream, events }: Append): Promise<Outcome> => {
    position += events.length;
    return { kind: 'accepted', streamId: stream.id, eventCount: events.length, position, version: events.length };
  };
  return Object.create(store, { append: { value: append } }) as EventStore;
}
