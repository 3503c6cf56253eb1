import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, type Database, type Sql } from '#database';
import { LogReader } from '#event-store';
import { compareDigests, countDifferences, inSnapshot, PARKED, relationsOf, type TableComparison, tablesOf } from './compare.js';
import { aloneOnModel, beginGeneration, type Generation, generationsOf, RebuildRefused, reopenKept } from './generations.js';
import type { Compared, RebuildOptions, RebuildProgress, RebuildResult } from './rebuild-types.js';
import { type Filling, NotYet, positionsIn, replayTo } from './replay.js';
import { DiffersAtJoin, Held, swap, type Swapped } from './swap.js';

const WORKERS = 2;
const NEAR = 500; // events that the last stretch, under the lock, may well have
const ROUNDS_MAX = 20; // of replaying what came meanwhile, before we try the lock all the same
const JOINS_MAX = 100;
const JOIN_PAUSE_MS = 100;
const HELD_COMPARISON_MS = 250;

/**
 * Fills new tables of a read model beside those that readers see, from the log, while both the projector and the readers go
 * on; compares the two at one position; and swaps the views in one transaction. What readers saw is kept. Goes on where an
 * earlier call stopped or was killed. Throws UnknownModel and RebuildRefused; rejects where the database is away.
 */
export async function rebuild(options: RebuildOptions): Promise<RebuildResult> {
  const owner = createPool({ url: options.url, max: 4, applicationName: 'rapport rebuild' });
  try {
    return await aloneOnModel(owner, options.projection.name, async (lost) => {
      const signal = AbortSignal.any([lost, ...(options.signal ? [options.signal] : [])]);
      const { active, next } = await generationToFill(owner, options);
      const run = new Rebuild(owner, active, next, options, signal);
      try {
        return await run.run();
      } finally {
        await run.close();
      }
    });
  } finally {
    await owner.end();
  }
}

/** The one that is being built, or a new one; with `back`, the newest kept one. */
async function generationToFill(
  owner: Database,
  { projection, back, by }: RebuildOptions,
): Promise<{ active: Generation; next: Generation }> {
  const { name, version } = projection;
  const { active, building, kept } = await generationsOf(owner, name);
  const newestKept = kept.at(-1);
  let next = building;
  if (back) {
    if (building && building.swappedAt === null && building.generation !== 1)
      throw new RebuildRefused(`generation ${building.generation} of ${name} is being built: finish or cancel it first`);
    next ??= newestKept && (await reopenKept(owner, newestKept));
    if (!next) throw new RebuildRefused(`no earlier generation of ${name} is kept`);
  }
  next ??= await beginGeneration(owner, name, version, by);
  if (next.version !== version)
    throw new RebuildRefused(
      `generation ${next.generation} of ${name} is of version ${next.version}, and this build fills version ${version}: cancel it, or use that build`,
    );
  return { active, next };
}

/** One call's work on one generation. */
class Rebuild {
  private readonly pool: ReturnType<typeof createPool>;
  private readonly filling: Filling;
  private readonly startedAt = performance.now();
  private events = 0;
  private target = 0;
  private position = 0;

  constructor(
    private readonly owner: Database,
    private readonly active: Generation,
    private readonly next: Generation,
    private readonly options: RebuildOptions,
    private readonly signal: AbortSignal,
  ) {
    const { url, projection, registry, workers = WORKERS, pageSize } = options;
    // The pages' commits need not wait for the disk: rows and checkpoints go together, and the swap's commit waits for all.
    const settings = { search_path: next.schema, synchronous_commit: 'off' };
    this.pool = createPool({ url, role: 'rapport_projector', max: 2 * workers + 3, applicationName: 'rapport rebuild', settings });
    const reader = new LogReader(this.pool);
    const onPage = (events: number, position: number): void => {
      this.events += events;
      this.position = Math.max(position, this.position);
      this.tell('replaying');
    };
    this.filling = {
      pool: this.pool,
      schema: next.schema,
      reader,
      registry,
      projection,
      workers,
      onPage,
      ...(pageSize !== undefined && { pageSize }),
    };
  }

  async run(): Promise<RebuildResult> {
    this.target = Math.max(...(await this.livePositions(this.pool)).values());
    this.tell('replaying');
    for (let joins = 0; joins < JOINS_MAX; joins++) {
      if (!(await this.comeNear())) return this.stopped();
      const looked = await this.compare();
      if (!looked) return this.stopped();
      const { quick, ...compared } = looked;
      const { acceptDifferences: reason } = this.options;
      const differs = compared.tables.some(({ same }) => !same);
      if (differs && reason === undefined) return { ...this.report(), outcome: 'differs', ...compared };
      const swapped = await this.join(compared, !differs && quick);
      if (swapped === 'stopped') return this.stopped();
      if (swapped === 'differs') continue; // it is looked at again, outside the lock
      const { joinedAt, lockMs, comparison } = swapped;
      const comparedAtJoin = !differs && quick;
      const tables = comparedAtJoin ? comparison : compared.tables;
      const comparedAt = comparedAtJoin ? joinedAt : compared.comparedAt;
      const result = { ...compared, tables, comparedAt, comparedAtJoin, joinedAt, lockMs, kept: this.active.schema };
      return { ...this.report(), outcome: 'swapped', ...result };
    }
    throw new RebuildRefused(`the two generations of ${this.active.model} were the same, and then, when they were to be swapped, were not`);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  /** Replays until hardly anything is missing. False where it was stopped. */
  private async comeNear(): Promise<boolean> {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const targets = await this.livePositions(this.pool);
      const before = this.events;
      await replayTo(this.filling, targets, this.signal);
      if (this.signal.aborted) return false;
      this.target = Math.max(this.target, ...targets.values());
      if (this.events - before < NEAR) break;
    }
    return true;
  }

  /**
   * Both at one position, and nobody waits: the old as one snapshot shows it, the new brought exactly to where that
   * snapshot is, since nobody but this process writes there.
   */
  private async compare(): Promise<(Compared & { quick: boolean }) | undefined> {
    const tables = await tablesOf(this.owner, this.active);
    for (const table of tables) await this.owner.query(`ANALYZE "${this.next.schema}"."${table}"`);
    const { model, schema } = this.active;
    const oldRelations = relationsOf(tables, schema, model, 'read');
    const newRelations = relationsOf(tables, this.next.schema, model, this.next.schema);
    return inSnapshot(this.pool, async (old) => {
      const targets = await this.livePositions(old);
      await replayTo(this.filling, targets, this.signal);
      if (this.signal.aborted) return undefined;
      this.tell('comparing');
      const startedAt = performance.now();
      const compared = await compareDigests(old, oldRelations, this.pool, newRelations);
      const quick = performance.now() - startedAt <= (this.options.heldComparisonMs ?? HELD_COMPARISON_MS);
      const counted = await inSnapshot(this.pool, async (fresh) => {
        const all: TableComparison[] = [];
        for (const one of compared) {
          if (one.same) all.push(one);
          else {
            const [onlyOld, onlyNew] = await countDifferences(old, oldRelations.get(one.table)!, fresh, newRelations.get(one.table)!);
            all.push({ ...one, onlyOld, onlyNew });
          }
        }
        return all;
      });
      const parkedEvents = compared.find(({ table }) => table === PARKED)!.new.rows;
      return { comparedAt: Math.max(...targets.values()), comparedAtJoin: false, tables: counted, parkedEvents, quick };
    });
  }

  /** Tries until no reader's transaction is in the way and the last stretch is short. */
  private async join({ comparedAt, tables: comparison }: Compared, compareAgain: boolean): Promise<Swapped | 'stopped' | 'differs'> {
    const tables = comparison.map(({ table }) => table).filter((table) => table !== PARKED);
    const { owner, active, next, filling } = this;
    const { by, acceptDifferences: reason } = this.options;
    this.tell('joining');
    for (let tries = 0; tries < JOINS_MAX; tries++) {
      if (!(await this.comeNear())) return 'stopped';
      try {
        const swapped = await swap({ owner, active, next, tables, filling, by, reason, comparedAt, comparison, compareAgain });
        this.events += swapped.events;
        this.position = swapped.joinedAt;
        this.tell('joining');
        return swapped;
      } catch (error) {
        if (error instanceof DiffersAtJoin) return 'differs';
        if (!(error instanceof NotYet) && !(error instanceof Held)) throw error;
      }
      await sleep(JOIN_PAUSE_MS);
    }
    throw new RebuildRefused(
      `${active.model} could not be swapped: a transaction that reads it stays open (see pg_stat_activity); what is built stays, and the next rebuild goes on from it`,
    );
  }

  private livePositions(sql: Sql): Promise<Map<number, number>> {
    return positionsIn(sql, 'read', { name: this.active.model, version: this.active.version });
  }

  private tell(phase: RebuildProgress['phase']): void {
    this.options.onProgress?.({ phase, position: this.position, target: Math.max(this.target, this.position) });
  }

  private stopped(): RebuildResult {
    return { ...this.report(), outcome: 'stopped' };
  }

  private report() {
    const { model, generation, schema } = this.next;
    return { model, generation, schema, events: this.events, seconds: (performance.now() - this.startedAt) / 1_000 };
  }
}
