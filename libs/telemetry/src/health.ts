import { within } from './within.js';

/** Something that this process cannot work without. `check` rejects while it is away. */
export interface Dependency {
  /** As people call it, e.g. `PostgreSQL`. */
  name: string;
  check(this: void): Promise<void>;
}

/** What a line of work looks like now. */
export interface Look {
  /** Grows with everything that is done. */
  position: number;
  /** How much there is to do; 0: nothing. */
  behind: number;
  /** How old the oldest thing is that is still to be done. */
  secondsBehind: number;
  /** It leaves the work to another process, and takes over when that ends. */
  standby?: boolean;
  /** What this means for people, in business words. */
  says: string;
}

/** One line of work of a process: its progress while there is something to do is what liveness means. */
export interface Work {
  /** E.g. `relay`. */
  name: string;
  look(this: void): Promise<Look>;
}

export interface HealthParts {
  dependencies: readonly Dependency[];
  works: readonly Work[];
  /** Work that is further behind makes the process not ready. Absent: readiness only tells how far behind it is. */
  readyWithinSeconds?: number;
}

/** What an app shows to operations, with connections of its own. */
export interface Operations {
  health: HealthParts;
  close(this: void): Promise<void>;
}

export interface HealthAnswer {
  ok: boolean;
  status: 'starting' | 'started' | 'live' | 'stuck' | 'ready' | 'standby' | 'not-ready';
  says: string[];
}

interface Watched {
  work: Work;
  look?: Look;
  movedAt: number;
}

const SAMPLES_PER_STALL = 10;
const SAMPLE_MAX_MS = 2_000;
const CHECK_DEADLINE_MS = 4_000;

/**
 * Judges a process by its work. Stuck: there was something to do and nothing was done for `stallMs`, although all that it
 * needs answers. A dependency that is away makes it wait, and a restart would not help.
 */
export class HealthMonitor {
  private parts: HealthParts | undefined;
  private watched: Watched[] = [];
  private sampling: NodeJS.Timeout | undefined;

  constructor(private readonly stallMs: number) {}

  /** The process has started; from now on its work is watched. */
  watch(parts: HealthParts): void {
    this.parts = parts;
    const now = performance.now();
    this.watched = parts.works.map((work) => ({ work, movedAt: now }));
    this.schedule();
  }

  close(): void {
    clearTimeout(this.sampling);
    this.parts = undefined;
  }

  started(): HealthAnswer {
    return this.parts ? { ok: true, status: 'started', says: [] } : this.starting();
  }

  async live(): Promise<HealthAnswer> {
    if (!this.parts) return { ok: true, status: 'starting', says: ['starting'] };
    const stuck = this.watched.filter(({ movedAt }) => performance.now() - movedAt >= this.stallMs);
    if (stuck.length === 0) return { ok: true, status: 'live', says: [] };
    const away = await this.away();
    if (away.length > 0) return { ok: true, status: 'live', says: away.map((name) => `waiting for ${name}, which does not answer`) };
    const seconds = Math.round(this.stallMs / 1_000);
    const says = stuck.map(({ work, look }) =>
      look
        ? `${work.name} has ${look.behind} to do and has done nothing for ${seconds} s`
        : `${work.name} cannot be looked at for ${seconds} s, although what it needs answers`,
    );
    return { ok: false, status: 'stuck', says };
  }

  async ready(): Promise<HealthAnswer> {
    const { parts } = this;
    if (!parts) return this.starting();
    const [away, looks] = await Promise.all([this.away(), Promise.all(parts.works.map(seen))]);
    const within = parts.readyWithinSeconds ?? Infinity;
    const late = looks.some((look) => look === undefined || (!look.standby && look.behind > 0 && look.secondsBehind > within));
    const says = [
      ...away.map((name) => `${name} does not answer`),
      ...parts.works.map(({ name }, at) => looks[at]?.says ?? `${name}: how far it is cannot be told`),
    ];
    if (away.length > 0 || late) return { ok: false, status: 'not-ready', says };
    const standby = looks.length > 0 && looks.every((look) => look?.standby);
    return { ok: true, status: standby ? 'standby' : 'ready', says };
  }

  private starting(): HealthAnswer {
    return { ok: false, status: 'starting', says: ['starting'] };
  }

  private async away(): Promise<string[]> {
    const { dependencies = [] } = this.parts ?? {};
    const checks = await Promise.all(
      dependencies.map(({ check }) =>
        within(CHECK_DEADLINE_MS, 'a check', check()).then(
          () => true,
          () => false,
        ),
      ),
    );
    return dependencies.filter((_, at) => !checks[at]).map(({ name }) => name);
  }

  private schedule(): void {
    const everyMs = Math.min(SAMPLE_MAX_MS, this.stallMs / SAMPLES_PER_STALL);
    this.sampling = setTimeout(() => void this.sample().finally(() => this.parts && this.schedule()), everyMs).unref();
  }

  private async sample(): Promise<void> {
    await Promise.all(
      this.watched.map(async (watched) => {
        const look = await seen(watched.work);
        const moved = look && (look.standby || look.behind === 0 || look.position !== watched.look?.position);
        if (moved) watched.movedAt = performance.now();
        watched.look = look;
      }),
    );
  }
}

/** Undefined where it cannot be told. */
const seen = (work: Work): Promise<Look | undefined> => within(CHECK_DEADLINE_MS, 'a look', work.look()).catch(() => undefined);
