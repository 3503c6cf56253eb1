import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventRegistry } from '#application';
import { createPool, migrate, startEmbeddedPostgres } from '#database';
import { PostgresFeed } from '#event-feed';
import { newId, type Uuid } from '#event-sourcing';
import { EventStore, LogReader } from '#event-store';
import { ClientKeys, MasterKeys } from '#privacy';
import { allProjections } from '#read-models';
import { ProjectionRunner, ReadModelPositions, type RebuildResult } from '#projections';
import { allMigrations } from '../../apps/ops/src/migrations.js';
import { type BenchResult, type BenchSettings, Rounds, sizeOf } from './bench.js';
import { peakMibOf } from './peak-memory.js';

const SIZES = { quick: [5_000, 20_000], usual: [10_000, 100_000], full: [100_000, 1_000_000] } as const;
const SECONDS_AT_FULL = 90;
/** A round takes minutes. */
const ROUNDS_MAX = 1;
const WORKERS = [1, 2];
const CLIENTS = 10_000;
const EVENTS_A_STREAM = 100;
const APPENDS_UNDER_WAY = 16;
const LOAD_PAUSE_MS = 20; // between appends of one event each, while it is rebuilt

interface Measured {
  eventsPerSecond: number;
  seconds: number;
  lockMs: number;
  peakMib: number;
}

/**
 * `ops rebuild timeline` as a process of its own, over logs of two sizes, with one worker and with two, while a projector
 * follows and some fifty events a second are appended.
 */
export async function benchRebuild(settings: BenchSettings): Promise<BenchResult> {
  const { rounds } = settings;
  const [few, many] = sizeOf<readonly [number, number]>(settings, SIZES);
  const measured = new Rounds();
  for (let round = 1; round <= Math.min(rounds, ROUNDS_MAX); round++) {
    for (const size of [few, many]) {
      for (const [workers, { eventsPerSecond, seconds, lockMs, peakMib }] of await measure(size)) {
        const name = nameOf(size, workers);
        measured.add(`${name}: rate`, 'events/s', eventsPerSecond);
        measured.add(`${name}: seconds`, 's', seconds);
        measured.add(`${name}: lock`, 'ms', lockMs);
        measured.add(`${name}: memory`, 'MiB', peakMib);
        const told = `${eventsPerSecond.toFixed(0)}/s, ${seconds.toFixed(1)} s, lock ${lockMs.toFixed(0)} ms, ${peakMib.toFixed(0)} MiB`;
        console.error(`round ${round}: ${name}: ${told}`);
      }
    }
  }
  const [one, two] = WORKERS.map((workers) => nameOf(many, workers)) as [string, string];
  const memory = nameOf(few, WORKERS[1]!);
  return {
    rows: [
      measured.ratio(
        `rebuild of a timeline of ${many.toLocaleString('en-US')} events, from start to swap: two workers / one`,
        `${two}: rate`,
        `${one}: rate`,
      ),
      measured.absolute('the same, by two workers', `${two}: seconds`, settings.full ? { atMost: SECONDS_AT_FULL } : undefined),
      measured.absolute('the same, how long the projections are held at the swap', `${two}: lock`),
      measured.ratio(
        `the same, peak memory of the process: at ${Math.round(many / few)} times the events`,
        `${two}: memory`,
        `${memory}: memory`,
      ),
    ],
    held: [
      `one embedded PostgreSQL with fsync on, ops rebuild as a process of its own; one row an event, a projector and about 50 appends a second beside it; at most ${ROUNDS_MAX} round`,
    ],
  };
}

const nameOf = (size: number, workers: number): string => `${size} events, ${workers} worker${workers === 1 ? '' : 's'}`;

async function measure(size: number): Promise<[number, Measured][]> {
  const postgres = await startEmbeddedPostgres({ onNotice: (sentence) => console.error(sentence) });
  const folder = mkdtempSync(path.join(tmpdir(), 'rapport-bench-'));
  const masterKeyFile = path.join(folder, 'master-keys.json');
  const master = MasterKeys.loadOrCreate(masterKeyFile);
  const { url } = postgres;
  await migrate(url, allMigrations);
  const pool = createPool({ url, role: 'rapport_projector', applicationName: 'bench projector' });
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'bench' });
  const reader = new LogReader(pool);
  const stopping = new AbortController();
  try {
    await fill(store, size);
    const keys = new ClientKeys(pool, master);
    const projections = allProjections({ registry: eventRegistry, keys, master, firmZone: 'Asia/Shanghai' });
    const timeline = projections.filter(({ name }) => name === 'timeline');
    const runner = new ProjectionRunner({ pool, store: reader, registry: eventRegistry, projections: timeline });
    const feeding = new PostgresFeed({ pool, group: 'bench', reader, onAppended: store.onAppended }).run(runner, stopping.signal);
    const startedAt = performance.now();
    await new ReadModelPositions(pool).waitFor(timeline[0]!, size, 600_000);
    console.error(`${size} events projected live at ${((size * 1_000) / (performance.now() - startedAt)).toFixed(0)}/s`);
    const loading = load(store, stopping.signal);
    const env = { ...process.env, DATABASE_URL: url, MASTER_KEY_FILE: masterKeyFile, RAPPORT_HOME: folder, NODE_OPTIONS: '' };
    const measured: [number, Measured][] = [];
    for (const workers of WORKERS) {
      measured.push([workers, await rebuildOnce(env, workers)]);
      await ops(env, 'rebuild', 'timeline', '--release');
    }
    stopping.abort();
    await Promise.all([loading, feeding]);
    await runner.close();
    return measured;
  } finally {
    stopping.abort();
    await store.close();
    await pool.end();
    await postgres.stop();
    rmSync(folder, { recursive: true });
  }
}

const clients: readonly Uuid[] = Array.from({ length: CLIENTS }, newId);

const appendOf = (client: number, count: number): Parameters<EventStore['append']>[0] => {
  const key = clients[client % CLIENTS]!;
  const event = () => ({
    eventId: newId(),
    type: 'FollowUpScheduled',
    schemaVersion: 1,
    occurredAt: new Date().toISOString(),
    data: JSON.stringify({ clientId: key, dueAt: '2030-01-01T00:00:00.000Z', purpose: 'review', owner: 'amy', contactId: newId() }),
    metadata: JSON.stringify({ actor: { id: 's1', role: 'branchManager' }, branchId: 'sh-01', correlationId: newId() }),
  });
  return {
    commandId: newId(),
    requestHash: 'ab'.repeat(32),
    keepOutcome: 'sevenDays',
    stream: { id: newId(), kind: 'followUp', key },
    expectedVersion: 0,
    events: Array.from({ length: count }, event),
  };
};

async function fill(store: EventStore, size: number): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < size / EVENTS_A_STREAM) await store.append(appendOf(next++, EVENTS_A_STREAM));
  };
  await Promise.all(Array.from({ length: APPENDS_UNDER_WAY }, one));
}

async function load(store: EventStore, signal: AbortSignal): Promise<void> {
  for (let i = 0; !signal.aborted; i++) {
    await store.append(appendOf(i, 1));
    await sleep(LOAD_PAUSE_MS);
  }
}

async function rebuildOnce(env: NodeJS.ProcessEnv, workers: number): Promise<Measured> {
  const { stdout, peakMib } = await ops(env, 'rebuild', 'timeline', '--workers', String(workers), '--json');
  const [result] = JSON.parse(stdout) as [RebuildResult];
  if (result.outcome !== 'swapped') throw new Error(`the rebuild ended with ${result.outcome}`);
  const { events, seconds, lockMs } = result;
  return { eventsPerSecond: events / seconds, seconds, lockMs, peakMib };
}

/** The peak is what Linux tells of the process: its highest resident set so far, looked at until it ends. */
async function ops(env: NodeJS.ProcessEnv, ...args: string[]): Promise<{ stdout: string; peakMib: number }> {
  const main = path.resolve(import.meta.dirname, '../../apps/ops/src/main.js');
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let [stdout, peakMib] = ['', 0];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  const watch = setInterval(() => {
    peakMib = Math.max(peakMib, peakMibOf(child.pid!) ?? 0);
  }, 100);
  const [code] = (await once(child, 'close')) as [number];
  clearInterval(watch);
  if (code !== 0) throw new Error(`ops ${args.join(' ')} ended with ${code}`);
  return { stdout, peakMib };
}
