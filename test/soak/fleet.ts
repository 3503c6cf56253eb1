import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export const APPS = ['api', 'relay', 'projector', 'timekeeper', 'bridge'] as const;
export type App = (typeof APPS)[number];

/** One process of the fleet: `relay-1` is the second relay. */
export interface Member {
  app: App;
  name: string;
  child: ChildProcess;
  /** How often it ended without having been killed, by what it said last. */
  exits: string[];
  startedAt: number;
}

export interface FleetOptions {
  /** Has `dist` and `package.json`: the product, or a mutant of it. */
  root: string;
  env: NodeJS.ProcessEnv;
  /** What one member has besides. */
  own: (app: App, nth: number) => Record<string, string>;
  logFile: string;
}

const RESTART_MS = 100;
const RESTART_MAX_MS = 2_000;
const STEADY_MS = 5_000;
const STOP_MS = 10_000;
const AWAKE_MS = 1_000;
const LAST_WORDS_MAX = 200;

/** Every app twice, as processes, kept running as an orchestrator would: what ends is started again. */
export class Fleet {
  readonly members: Member[] = [];
  private stopping = false;
  private readonly lastWords = new WeakMap<ChildProcess, string>();
  private readonly log: WriteStream;

  readonly killAll = (): void => {
    this.stopping = true;
    for (const { child } of this.members) if (!ended(child)) child.kill('SIGKILL');
  };

  constructor(private readonly options: FleetOptions) {
    this.log = createWriteStream(options.logFile);
    for (const app of APPS) for (const nth of [0, 1]) this.members.push(this.join(app, nth));
    process.once('exit', this.killAll); // however we end, nothing of ours goes on
  }

  of(app: App): Member[] {
    return this.members.filter((member) => member.app === app);
  }

  /** SIGKILL; it is started again at once. */
  async kill(member: Member): Promise<void> {
    const { child } = member;
    if (ended(child)) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** SIGTERM: it ends in order, and is started again. */
  async bounce({ child }: Member): Promise<void> {
    if (ended(child)) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }

  /** Stands still for so long, as on a machine that swaps; to its neighbours it looks dead, and then it comes back. */
  async freeze(member: Member, ms: number): Promise<void> {
    const { child } = member;
    child.kill('SIGSTOP');
    await sleep(ms);
    child.kill('SIGCONT');
    await sleep(AWAKE_MS); // for what it was about to do
  }

  /** SIGTERM to all. Answers who did not end by itself with exit code 0 within 10 s. */
  async stop(): Promise<string[]> {
    this.stopping = true;
    const bad = await Promise.all(
      this.members.map(async ({ name, child }) => {
        if (ended(child)) return `${name} was not up`;
        const exit = once(child, 'exit');
        child.kill('SIGTERM');
        const late = new AbortController();
        await Promise.race([exit, sleep(STOP_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
        late.abort();
        if (child.exitCode === 0) return [];
        const how = ended(child) ? `exit ${child.exitCode ?? child.signalCode}` : 'still running after 10 s';
        if (!ended(child)) child.kill('SIGKILL');
        return `${name}: ${how}`;
      }),
    );
    this.log.end();
    this.killAll();
    process.removeListener('exit', this.killAll);
    return bad.flat();
  }

  private join(app: App, nth: number): Member {
    const member: Member = { app, name: `${app}-${nth}`, child: this.start(app, nth), exits: [], startedAt: performance.now() };
    void this.keep(member, nth);
    return member;
  }

  private async keep(member: Member, nth: number): Promise<void> {
    for (let pauseMs = RESTART_MS; ; pauseMs = Math.min(2 * pauseMs, RESTART_MAX_MS)) {
      await once(member.child, 'exit');
      const { exitCode, signalCode } = member.child;
      if (this.stopping) return;
      if (exitCode !== null && exitCode !== 0) member.exits.push(this.lastWords.get(member.child) ?? `exit ${exitCode}`);
      if (performance.now() - member.startedAt > STEADY_MS || signalCode !== null || exitCode === 0) pauseMs = RESTART_MS;
      await sleep(pauseMs);
      if (this.stopping) return;
      member.startedAt = performance.now();
      member.child = this.start(member.app, nth);
    }
  }

  private start(app: App, nth: number): ChildProcess {
    const { root, env, own } = this.options;
    const main = path.join('dist', 'apps', app, 'src', 'main.js');
    const child = spawn(process.execPath, [main], { cwd: root, env: { ...env, ...own(app, nth) }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        if (line.includes('"level":"fatal"')) this.lastWords.set(child, lastWords(line));
        if (this.log.writable) this.log.write(`${app}-${nth} ${line}\n`);
      });
    }
    return child;
  }
}

function lastWords(line: string): string {
  try {
    const { error, msg } = JSON.parse(line) as { error?: string; msg: string };
    return (error ?? msg).slice(0, LAST_WORDS_MAX);
  } catch {
    return line.slice(0, LAST_WORDS_MAX); // killed while it wrote
  }
}

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;
