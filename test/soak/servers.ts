import { execFileSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { createPool, type EmbeddedPostgres, startEmbeddedPostgres } from '#database';
import { FaultProxy } from '../support/fault-proxy.js';
import { freePort } from '../support/free-port.js';

const WAL_DISK = '224m';
const WAL_KEPT = '64MB';

/** A server of the soak's own, behind a line that can be cut, which is killed and started again on what it left on disk. */
export interface Server {
  line: FaultProxy;
  pid(): number;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresServer extends Server {
  /** Of a superuser, past the line. */
  url: string;
  /** The disk of its log files, where there is one of its own to fill. */
  walDisk: string | undefined;
  clockFile: string | undefined;
}

export interface PostgresOptions {
  folder: string;
  /** Where its clock is read from, by libfaketime. */
  clock?: { library: string; file: string };
}

/** PostgreSQL with its write-ahead log on a small disk of its own, where this process may mount one. */
export async function startPostgres({ folder, clock }: PostgresOptions): Promise<PostgresServer> {
  const dataDir = path.join(folder, 'postgres');
  let running: EmbeddedPostgres = await startEmbeddedPostgres({ dataDir });
  const { url } = running;
  const port = Number(new URL(url).port);
  const pool = createPool({ url, max: 1, applicationName: 'soak' });
  for (const setting of [`max_wal_size = '${WAL_KEPT}'`, `min_wal_size = '32MB'`, `wal_recycle = off`])
    await pool.query(`ALTER SYSTEM SET ${setting}`);
  await pool.end();
  await running.stop();
  const walDisk = mountedWal(folder, dataDir);
  const start = async (): Promise<void> => {
    running = await faketimed(clock, () => startEmbeddedPostgres({ dataDir, port }));
  };
  await start();
  const line = await FaultProxy.before(url);
  return {
    url,
    line,
    walDisk,
    clockFile: clock?.file,
    start,
    pid: () => running.pid,
    async stop() {
      await running.stop();
      if (walDisk) execFileSync('umount', ['-l', walDisk]);
      await line.close();
    },
  };
}

/** What is started meanwhile has its clock read from the file. */
async function faketimed<T>(clock: PostgresOptions['clock'], start: () => Promise<T>): Promise<T> {
  if (!clock) return start();
  const fake = fakeClock(clock.library, clock.file);
  Object.assign(process.env, fake);
  try {
    return await start();
  } finally {
    for (const name of Object.keys(fake)) delete process.env[name];
  }
}

/** The environment of a process that reads its clock from a file, which may say `+3600` or `-86400`. */
export const fakeClock = (library: string, file: string): Record<string, string> => ({
  LD_PRELOAD: library,
  FAKETIME_TIMESTAMP_FILE: file,
  FAKETIME_CACHE_DURATION: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1', // or the drift between the clocks, which gives a step away, could not be seen
  FAKETIME_DONT_RESET: '1',
});

function mountedWal(folder: string, dataDir: string): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const disk = path.join(folder, 'wal');
  const wal = path.join(dataDir, 'pg_wal');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${WAL_DISK},mode=700`, 'rapport-soak', disk], { stdio: 'pipe' });
  } catch {
    rmSync(disk, { recursive: true });
    return undefined;
  }
  const { uid, gid } = statSync(wal);
  cpSync(wal, path.join(disk, 'pg_wal'), { recursive: true });
  execFileSync('chown', ['-R', `${uid}:${gid}`, disk]);
  chownSync(disk, uid, gid);
  renameSync(wal, `${wal}.old`);
  symlinkSync(path.join(disk, 'pg_wal'), wal);
  rmSync(`${wal}.old`, { recursive: true });
  return disk;
}

export interface KafkaServer extends Server {
  /** Past the line. */
  brokers: string;
}

interface LocalKafka {
  pid: number;
  stop(): Promise<void>;
}

type StartKafka = (options: { dataDir: string; port: number; settings: Record<string, string> }) => Promise<LocalKafka>;

/** This machine has no Kafka to start. */
export class NoBroker extends Error {}

/** A broker whose clients come by the line, since that is the address it gives out. */
export async function startBroker(folder: string): Promise<KafkaServer> {
  // plain JavaScript, which is not compiled
  const { startKafka } = (await import(path.resolve('test/support/local-kafka.mjs'))) as { startKafka: StartKafka };
  const port = await freePort();
  const brokers = `127.0.0.1:${port}`;
  const line = await FaultProxy.before(`kafka://${brokers}`);
  const settings = { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${line.port}` };
  const open = (): Promise<LocalKafka> => startKafka({ dataDir: path.join(folder, 'kafka'), port, settings });
  let running = await open().catch(async (error: Error) => {
    await line.close();
    throw new NoBroker(error.message);
  });
  return {
    brokers: `127.0.0.1:${line.port}`,
    line,
    pid: () => running.pid,
    async start() {
      await running.stop();
      running = await open();
    },
    async stop() {
      await running.stop();
      await line.close();
    },
  };
}
