/** What the guard is to run. Paths are absolute. */
export interface GuardPlan {
  /** Folder with PostgreSQL's `bin`, `lib` and `share`. */
  native: string;
  /** Copy the binaries first: the account that runs them cannot reach them where they are. */
  copyNative: boolean;
  dataDir: string;
  /** Delete the data folder at the end. */
  ephemeral: boolean;
  /** Account to run as, where we are root: PostgreSQL refuses root. */
  account?: { uid: number; gid: number };
  /** Name of the lock that one data folder has: an abstract socket, a named pipe, or a socket's path. */
  lock: string;
  initdb: readonly string[];
  server: readonly string[];
}

export type GuardMessage = { ready: number; password: string } | { failed: string };

/**
 * The guard's whole program. It owns PostgreSQL: it starts it, and ends it and deletes what is temporary once its own
 * owner is gone, however that died. It is run as text in a process of its own (`node --eval`), from the compiled tree
 * and from TypeScript sources alike, so it may use nothing from outside its braces.
 */
/* istanbul ignore next -- instrumented text would not run by itself */
export async function postgresGuard(): Promise<void> {
  const { spawn } = await import('node:child_process');
  const fs = await import('node:fs');
  const net = await import('node:net');
  const os = await import('node:os');
  const path = await import('node:path');
  const { randomBytes } = await import('node:crypto');
  const events = await import('node:events');
  const { setTimeout: sleep } = await import('node:timers/promises');

  const STOP_MS = 30_000;
  const START_MS = 120_000;
  const LOCK_MS = 60_000;
  const LOG_MAX = 50_000;
  const PID_BEYOND_ALL = '2147483646'; // no system hands out such a process id

  const plan = JSON.parse(process.argv[1] ?? '') as GuardPlan;
  const { dataDir, account } = plan;
  const leftovers: string[] = [];
  const pidFile = path.join(dataDir, 'postmaster.pid');
  const passwordFile = path.join(dataDir, 'rapport-password');
  const env = { ...process.env, LC_ALL: 'C', LANG: 'C' };
  let native = plan.native;
  let running: ReturnType<typeof spawn> | undefined;
  let over = false;

  const finish = async (): Promise<void> => {
    if (over) return;
    over = true;
    await stopRunning();
    for (const folder of leftovers) fs.rmSync(folder, { recursive: true, force: true });
    process.exit();
  };

  /** Tells the owner, then leaves; the owner sees the message before our end. */
  const fail = async (failed: string): Promise<void> => {
    if (process.connected) await new Promise((resolve) => process.send!({ failed }, resolve));
    await finish();
  };

  async function stopRunning(): Promise<void> {
    const child = running;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = events.default.once(child, 'exit');
    child.kill(plan.ephemeral ? 'SIGQUIT' : 'SIGINT'); // nobody needs the last checkpoint of what is deleted next
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  }

  // One guard per data folder. The lock dies with its process; who finds it asks whether its holder is on its way out.
  async function takeLock(): Promise<void> {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined).end(process.connected && !over ? 'owned' : 'ending');
    });
    for (const deadline = Date.now() + LOCK_MS; ; await sleep(100)) {
      server.listen(plan.lock);
      const listening = await events.default.once(server, 'listening').then(
        () => true,
        () => false,
      );
      if (listening) return;
      const answer = await askHolder();
      if (answer === 'owned') throw new Error(`the data folder ${dataDir} is in use by another process`);
      if (Date.now() > deadline) throw new Error(`the process that last used ${dataDir} does not end`);
      if (answer === 'nobody' && path.isAbsolute(plan.lock) && os.platform() !== 'win32') fs.rmSync(plan.lock, { force: true });
    }
  }

  async function askHolder(): Promise<string> {
    const socket = net.connect(plan.lock).setEncoding('utf8');
    try {
      let answer = '';
      for await (const chunk of socket) answer += String(chunk);
      return answer;
    } catch {
      return 'nobody';
    }
  }

  // With the lock in our hands, a postmaster on this folder is the orphan of a guard that was killed.
  async function stopOrphan(): Promise<void> {
    const lines = readPidFile();
    const pid = Number(lines?.[0]);
    if (!lines || !Number.isInteger(pid) || pid <= 1) return;
    if (!isAlive(pid)) return; // PostgreSQL itself removes what a dead postmaster left
    if (!isPostmasterHere(pid)) {
      // The id now belongs to some other process, at whose sight PostgreSQL would refuse to start. The file stays, since
      // its other lines protect against surviving backends; only the misleading id goes.
      fs.writeFileSync(pidFile, [PID_BEYOND_ALL, ...lines.slice(1)].join('\n'));
      return;
    }
    process.kill(pid, 'SIGINT');
    for (const deadline = Date.now() + STOP_MS; fs.existsSync(pidFile) && Date.now() < deadline;) await sleep(50);
    if (fs.existsSync(pidFile)) throw new Error(`PostgreSQL ${pid}, left over on ${dataDir}, does not end`);
  }

  function readPidFile(): string[] | undefined {
    try {
      return fs.readFileSync(pidFile, 'utf8').split('\n');
    } catch {
      return undefined;
    }
  }

  function isAlive(pid: number): boolean {
    try {
      return process.kill(pid, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  }

  function isPostmasterHere(pid: number): boolean {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(dataDir);
    } catch {
      return !fs.existsSync('/proc/self'); // where processes cannot be looked at, believe the file
    }
  }

  async function prepareFolders(): Promise<void> {
    if (plan.copyNative) {
      const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'rapport-postgres-bin-'));
      leftovers.push(copy);
      fs.chmodSync(copy, 0o755);
      fs.cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
      native = copy;
    }
    fs.mkdirSync(path.dirname(dataDir), { recursive: true });
    if (plan.ephemeral) leftovers.push(dataDir);
    const stat = fs.lstatSync(dataDir, { throwIfNoEntry: false });
    const isForeign = stat && account && stat.uid !== account.uid && fs.existsSync(path.join(dataDir, 'PG_VERSION'));
    if (stat && (!stat.isDirectory() || isForeign)) throw new Error(`${dataDir} is not a folder of ours`);
  }

  // Beside its final place and renamed when complete: an interrupted one is never mistaken for a cluster.
  async function createCluster(): Promise<void> {
    if (fs.existsSync(path.join(dataDir, 'PG_VERSION'))) return;
    if (fs.existsSync(dataDir) && fs.readdirSync(dataDir).length > 0) throw new Error(`${dataDir} holds something else than a cluster`);
    const fresh = `${dataDir}.new`;
    fs.rmSync(fresh, { recursive: true, force: true });
    leftovers.push(fresh);
    fs.mkdirSync(fresh, { mode: 0o700 });
    const password = `${fresh}.password`; // anybody on this machine can reach the port, so the port asks for it
    leftovers.push(password);
    fs.writeFileSync(password, randomBytes(24).toString('hex'), { mode: 0o600 });
    if (account) for (const made of [fresh, password]) fs.chownSync(made, account.uid, account.gid);
    const args = ['-D', fresh, `--pwfile=${password}`, ...plan.initdb];
    const log = await new Promise<string>((resolve) => {
      running = spawn(path.join(native, 'bin/initdb'), args, { ...account, env, stdio: ['ignore', 'pipe', 'pipe'] });
      let text = '';
      running.stdout?.on('data', (chunk) => (text += String(chunk)));
      running.stderr?.on('data', (chunk) => (text += String(chunk)));
      running.once('error', (error) => resolve(error.message)).once('close', (code) => resolve(code === 0 ? '' : text || `exit ${code}`));
    });
    if (log) throw new Error(`initdb failed: ${log}`);
    fs.renameSync(password, path.join(fresh, path.basename(passwordFile)));
    fs.renameSync(fresh, dataDir);
  }

  async function startServer(): Promise<void> {
    const options = { ...account, env, stdio: ['ignore', 'ignore', 'pipe'] as ['ignore', 'ignore', 'pipe'] };
    const child = spawn(path.join(native, 'bin/postgres'), ['-D', dataDir, ...plan.server], options);
    running = child;
    let log = '';
    let ready = false;
    const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
    child.stderr.on('data', (chunk) => {
      log = (log + String(chunk)).slice(-LOG_MAX);
      if (ready || !log.includes('ready to accept connections')) return;
      ready = true;
      clearTimeout(timer);
      if (process.connected) process.send!({ ready: child.pid, password: fs.readFileSync(passwordFile, 'utf8') });
    });
    child.once('error', (error) => void fail(error.message));
    child.once('close', () => {
      if (!over) void (ready ? finish() : fail(log)); // it ended by itself: our owner notices, and starts anew or ends
    });
  }

  process.once('disconnect', () => void finish());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void finish());
  if (!process.connected) return finish(); // our owner died before we listened
  try {
    for (const step of [takeLock, prepareFolders, stopOrphan, createCluster, startServer]) {
      if (!over) await step();
    }
  } catch (error) {
    await fail((error as Error).message);
  }
}
