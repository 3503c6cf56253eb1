import type { Database } from '#database';
import { type Checkpoint, type FeedConsumer, type Slice, TakenOver } from '#event-feed';
import type { EventRegistry } from '#event-sourcing';
import type { LogReader } from '#event-store';
import { createLogger } from '#telemetry';
import { countBatch, MAX_BATCH_ATTEMPTS } from './attempts.js';
import { lanesOf, sizeAfter, split, type Stretch, stretches } from './chain.js';
import { moveCheckpoints, placeOf, takeOver } from './checkpoint-table.js';
import { isSystemFault } from './database-fault.js';
import { Isolation } from './parking.js';
import { HeldCheckpoints } from './held-checkpoints.js';
import { labelOf, type Projection, type ProjectionId } from './projection.js';
import { read, type Reading } from './reading.js';
import { commitUnits, type UnitOfWork } from './unit-of-work.js';

export interface ProjectionRunnerOptions {
  pool: Database;
  /** Fills in what the feed left out. */
  store: Pick<LogReader, 'read'>;
  registry: EventRegistry;
  projections: readonly Projection[];
  /** Runners of one name share the partitions; those that run other projections have another name. */
  name?: string;
  /** Transactions at once at most, each of partitions of its own: while the database works on one, another's events are folded. */
  lanes?: number;
  /** Fewer events are not worth a transaction of their own. */
  laneEvents?: number;
}

const LANES = 2;
const LANE_EVENTS = 250;
const IDLE_MOVE_MS = 100;
const log = createLogger('projections');

/**
 * Applies what a feed hands over to all projections: rows and checkpoints of a partition in one transaction, effect
 * exactly once. A failing event parks its client; the database being away, or another runner, makes `consume` reject.
 */
export class ProjectionRunner implements FeedConsumer {
  private readonly held: HeldCheckpoints;
  private readonly isolation: Isolation;
  /** The projections that want events of a type, as their indexes. */
  private readonly takers: ReadonlyMap<string, readonly number[]>;
  private readonly listeners = new Set<() => void>();
  private queue: Promise<unknown> = Promise.resolve();
  private idleTimer: NodeJS.Timeout | undefined;
  private idleMovedAt = -Infinity;
  /** Partitions whose last attempt failed by the fault of another: it does not count. */
  private readonly uncounted = new Set<number>();

  constructor(private readonly options: ProjectionRunnerOptions) {
    const { pool, projections, registry } = options;
    const twice = projections.map(labelOf).filter((label, at, all) => all.indexOf(label) !== at);
    if (twice.length > 0) throw new Error(`projection ${twice[0]} is given twice`);
    this.held = new HeldCheckpoints(projections);
    this.isolation = new Isolation(pool, this.held);
    const wanted = projections.map(({ handles }) => new Set(handles));
    this.takers = new Map(registry.types.map((type) => [type, [...wanted.keys()].filter((at) => wanted[at]!.has(type))]));
  }

  async checkpoints(partitions: readonly number[]): Promise<ReadonlyMap<number, Checkpoint>> {
    const { pool, projections } = this.options;
    return this.inTurn(async () => {
      if (projections.length === 0) return new Map();
      const stored = await takeOver(pool, projections, partitions);
      for (const partition of partitions)
        this.held.hold(partition, new Map([...stored].map(([label, rows]) => [label, rows.get(partition)!])));
      return new Map(partitions.map((partition) => [partition, this.checkpointOf(partition)]));
    });
  }

  async consume(slices: readonly Slice[]): Promise<void> {
    if (this.options.projections.length === 0) return;
    await this.inTurn(async () => {
      for (const { partition } of slices) {
        if (!this.held.holds(partition)) throw new TakenOver(`partition ${partition} is not held`);
      }
      try {
        await this.applyAll(slices);
      } catch (error) {
        for (const { partition } of slices) this.held.drop(partition);
        throw error;
      }
    });
  }

  /** Lowest position of a projection over the partitions held here, or of one; undefined where one of them is not held. */
  positionOf(id: ProjectionId, partitions: readonly number[]): number | undefined {
    const projection = this.options.projections.find((own) => labelOf(own) === labelOf(id));
    if (!projection || !partitions.every((partition) => this.held.holds(partition))) return undefined;
    return Math.min(...partitions.map((partition) => this.held.of(projection, partition).reached));
  }

  /** Lowest position over the partitions held here, over all projections; undefined where none is held. */
  get lowestHeld(): number | undefined {
    const { partitions } = this.held;
    if (partitions.length === 0 || this.options.projections.length === 0) return undefined;
    return Math.min(...partitions.map((partition) => this.held.lowest(partition).reached));
  }

  /** Calls back after each commit, in this process. Answers a function that takes the listener away again. */
  onMoved(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Writes down how far the idle partitions are. Call when the feed has ended. */
  async close(): Promise<void> {
    clearTimeout(this.idleTimer);
    await this.inTurn(() => this.moveIdle()).catch((error: unknown) => log.warn({ error: String(error) }, 'idle checkpoints stay behind'));
    clearTimeout(this.idleTimer);
  }

  private checkpointOf(partition: number): Checkpoint {
    const { reached: position, cursor } = this.held.lowest(partition);
    return cursor === undefined ? { position } : { position, cursor };
  }

  private async applyAll(slices: readonly Slice[]): Promise<void> {
    let ready: Stretch[] = [];
    const flush = async () => {
      const batch = ready;
      ready = [];
      await this.apply(batch);
    };
    for (const slice of slices) {
      if (ready.some(({ partition }) => partition === slice.partition)) await flush();
      const pending = stretches(this.options.store, slice, this.held.lowest(slice.partition).reached);
      for await (const stretch of pending) {
        if (ready.at(-1)?.partition === stretch.partition) await flush(); // a gap that takes several stretches
        ready.push(stretch);
      }
    }
    await flush();
    for (const listener of this.listeners) listener();
  }

  private async apply(batch: readonly Stretch[]): Promise<void> {
    const lanes = lanesOf(batch, this.options.lanes ?? LANES, this.options.laneEvents ?? LANE_EVENTS);
    const ended = await Promise.allSettled(lanes.map((lane) => this.applyLane(lane)));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }

  private async applyLane(lane: readonly Stretch[]): Promise<void> {
    const units = this.unitsOf(lane);
    if (units.length === 0) return this.pass(lane);
    const after = new Map(units.map(({ partition }) => [partition, 0]));
    for (const partition of after.keys()) after.set(partition, this.held.lowest(partition).reached);
    const attempts = await countBatch(this.options.pool, this.options.name ?? 'projector', after, this.uncounted);
    for (const partition of after.keys()) this.uncounted.delete(partition);
    const size = sizeAfter(attempts, lane);
    const [first, rest] = split(lane, size);
    await this.applyCounted(rest ? this.unitsOf(first) : units, first, attempts > MAX_BATCH_ATTEMPTS && size === 1);
    if (rest) await this.applyLane(rest);
  }

  private async applyCounted(units: readonly UnitOfWork[], lane: readonly Stretch[], oneByOne: boolean): Promise<void> {
    try {
      await this.commit(units, lane, oneByOne);
    } catch (error) {
      if (isSystemFault(error) || error instanceof TakenOver) for (const { partition } of lane) this.uncounted.add(partition);
      throw error;
    }
    this.pass(lane);
  }

  private pass(batch: readonly Stretch[]): void {
    for (const { partition, reached, cursor } of batch) {
      for (const projection of this.options.projections) this.held.pass(projection, partition, reached, cursor);
    }
    this.scheduleIdleMove();
  }

  /** Units have events to apply; a projection that no event of a stretch concerns only passes it. */
  private unitsOf(batch: readonly Stretch[]): UnitOfWork[] {
    const { projections, registry } = this.options;
    const units: UnitOfWork[] = [];
    for (const { partition, events, reached, cursor } of batch) {
      const parts = projections.map((projection) => ({
        projection,
        checkpoint: this.held.of(projection, partition),
        readings: [] as Reading[],
      }));
      for (const event of events) {
        let reading: Reading | undefined;
        // an event of a type unknown to this build might concern any projection
        for (const at of this.takers.get(event.type) ?? parts.keys()) {
          const { checkpoint, readings } = parts[at]!;
          if (event.position <= checkpoint.reached) continue;
          readings.push((reading ??= read(registry, event)));
        }
      }
      for (const { projection, checkpoint, readings } of parts) {
        if (readings.length === 0) continue;
        const move = {
          projection,
          partition,
          from: checkpoint.stored,
          position: Math.max(reached, checkpoint.reached),
          cursor: cursor ?? checkpoint.cursor,
        };
        units.push({ projection, partition, readings, move });
      }
    }
    return units;
  }

  private async commit(units: readonly UnitOfWork[], lane: readonly Stretch[], oneByOne: boolean): Promise<void> {
    if (!oneByOne) {
      const moving = units.map(({ move }) => move);
      const partitions = lane.map(({ partition }) => partition);
      const idle = this.idleDue() ? this.held.idle(partitions, moving) : [];
      try {
        const lost = await commitUnits(this.options.pool, units, idle);
        for (const { move } of units) this.held.moved(move);
        this.settleIdle(idle, lost);
        return;
      } catch (error) {
        if (isSystemFault(error) || error instanceof TakenOver) throw error;
        log.warn({ error: String(error instanceof Error ? error.name : error) }, 'a batch failed, looking for the event that is at fault');
      }
    }
    for (const unit of units) await this.isolation.run(unit, oneByOne);
  }

  private idleDue = (): boolean => performance.now() - this.idleMovedAt >= IDLE_MOVE_MS;

  private settleIdle(idle: ReturnType<HeldCheckpoints['idle']>, lost: ReturnType<HeldCheckpoints['idle']>): void {
    if (idle.length === 0) return;
    this.idleMovedAt = performance.now();
    for (const move of idle) if (!lost.includes(move)) this.held.moved(move);
    for (const { partition } of lost) this.held.drop(partition);
  }

  private scheduleIdleMove(): void {
    if (this.idleTimer) return;
    this.idleTimer = setTimeout(() => {
      this.idleTimer = undefined;
      this.inTurn(() => this.moveIdle()).catch((error: unknown) => log.debug({ error: String(error) }, 'idle checkpoints move later'));
    }, IDLE_MOVE_MS);
  }

  private async moveIdle(): Promise<void> {
    const idle = this.held.idle();
    if (idle.length === 0) return;
    const moved = await moveCheckpoints(this.options.pool, idle);
    const lost = idle.filter(({ projection, partition }) => !moved.has(placeOf(projection, partition)));
    this.settleIdle(idle, lost);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work, work);
    this.queue = turn.catch(() => {});
    return turn;
  }
}
