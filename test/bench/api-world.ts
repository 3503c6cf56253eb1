import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AuthenticationSettings, LocalIssuer, type Role } from '#access';
import { EventCodec, eventRegistry } from '#application';
import { client, clientStream } from '#clients';
import { createPool } from '#database';
import { newId } from '#event-sourcing';
import { EventStore } from '#event-store';
import { ClientKeys, MasterKeys } from '#privacy';
import { assertSame } from './bench.js';

const BRANCH = 'sh-01';

export interface ApiWorld {
  /** What a server of the API needs beside the database. */
  serving: { masterKeyFile: string; authentication: AuthenticationSettings };
  /** Of a branch manager. */
  authorization: string;
  /** Of a caller with this role. */
  readonly tokenOf: (role: Role, subject?: string) => Promise<string>;
  /** One of POST /v1/contacts for each client. */
  bodies: readonly string[];
  eventCount(): Promise<number>;
  close(): Promise<void>;
}

/** A database with so many registered clients, keys, and a token to call the API with. */
export async function openApiWorld(url: string, clients: number): Promise<ApiWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rapport-bench-'));
  const masterKeyFile = path.join(folder, 'master-keys.json');
  const pool = createPool({ url, max: 4, applicationName: 'bench world' });
  const issuer = await LocalIssuer.open(path.join(folder, 'issuer'));
  const ids = await registerClients(url, new ClientKeys(pool, MasterKeys.loadOrCreate(masterKeyFile)), clients);
  const tokenOf = (role: Role): Promise<string> => issuer.issueToken({ subject: 'loader', role, branch: BRANCH, ttlSeconds: 24 * 3600 });
  return {
    serving: { masterKeyFile, authentication: issuer.settings },
    authorization: `Bearer ${await tokenOf('branchManager')}`,
    tokenOf,
    bodies: ids.map((clientId) => JSON.stringify(contactBody(clientId))),
    async eventCount() {
      const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM log.events');
      return rows[0]!.count;
    },
    async close() {
      await pool.end();
      await rm(folder, { recursive: true });
    },
  };
}

const contactBody = (clientId: string): object => ({
  clientId,
  channel: 'phone',
  direction: 'inbound',
  automated: false,
  startedAt: '2026-03-11T09:00:00+08:00',
  durationSec: 240,
  process: 'advice',
  purpose: 'Asks about a fund',
  summary: 'Wants the fee schedule of the balanced fund and a call back next week.',
});

async function registerClients(url: string, keys: ClientKeys, count: number): Promise<string[]> {
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'bench world' });
  const codec = new EventCodec(eventRegistry, keys);
  const now = new Date().toISOString();
  const ids = Array.from({ length: count }, () => newId());
  await keys.ensure(ids);
  const register = async (id: string, nth: number): Promise<void> => {
    const about = {
      clientNo: `B-${nth}`,
      party: 'person',
      identity: { name: '王芳' },
      reachableAt: [],
      acquisitionSource: 'branch',
      provisional: false,
    } as const;
    const decided = client.decide({ type: 'RegisterClient', ...about, branchId: BRANCH }, client.initial);
    const principal = { subject: 'loader', role: 'branchManager', branchScope: BRANCH };
    const asked = { commandId: newId(), requestHash: 'ab'.repeat(32), keepOutcome: 'forever' } as const;
    const events = await codec.encode(decided, id, BRANCH, { ...asked, principal, now, correlationId: newId() });
    const { kind } = await store.append({ ...asked, stream: clientStream(id), expectedVersion: 0, events });
    assertSame('registration', kind, 'accepted');
  };
  await Promise.all(ids.map(register));
  await store.close();
  return ids;
}
