import type { Database } from '#database';
import { TakenOver } from '#event-feed';
import { createLogger, traceFieldsOf } from '#telemetry';
import { countEvent, forgetEvent } from './attempts.js';
import { codeOf, isSystemFault } from './database-fault.js';
import type { HeldCheckpoints } from './held-checkpoints.js';
import { labelOf } from './projection.js';
import type { Reading } from './reading.js';
import { commitUnits, parkUnit, type UnitOfWork } from './unit-of-work.js';

export const MAX_ATTEMPTS = 3;
const ENDED_THE_PROCESS = 'ended-the-process';
const log = createLogger('projections');

/**
 * Finds the events that make a batch fail, and parks them alone. A thrown error is found by halving; where a process
 * ended without a word, every event runs alone, counted before its handler runs.
 */
export class Isolation {
  /** Events whose last attempt failed with the database: that attempt does not count. */
  private readonly uncounted = new Set<number>();

  constructor(
    private readonly pool: Database,
    private readonly held: HeldCheckpoints,
  ) {}

  async run(unit: UnitOfWork, oneByOne: boolean): Promise<void> {
    const { readings } = unit;
    if (readings.length === 0) return;
    if (readings.length === 1) return this.alone(unit);
    if (oneByOne) {
      const last = readings.length - 1;
      for (let at = 0; at < last; at++) await this.alone(this.part(unit, readings.slice(at, at + 1)));
      return this.alone(this.rest(unit, last));
    }
    try {
      return await this.commit(unit);
    } catch (error) {
      if (isSystemFault(error) || error instanceof TakenOver) throw error;
    }
    const half = Math.ceil(readings.length / 2);
    await this.run(this.part(unit, readings.slice(0, half)), false);
    await this.run(this.rest(unit, half), false);
  }

  private async alone(unit: UnitOfWork): Promise<void> {
    const { projection } = unit;
    const reading = unit.readings[0]!;
    const { position } = reading;
    let code = ENDED_THE_PROCESS;
    for (;;) {
      const attempt = await countEvent(this.pool, projection, position, !this.uncounted.has(position));
      this.uncounted.delete(position);
      if (attempt > MAX_ATTEMPTS) break;
      try {
        await this.commit(unit);
        await forgetEvent(this.pool, projection, position);
        return;
      } catch (error) {
        if (error instanceof TakenOver) throw error;
        if (isSystemFault(error)) {
          this.uncounted.add(position);
          throw error;
        }
        code = codeOf(error);
      }
    }
    const { key } = reading;
    await parkUnit(this.pool, unit, reading, code, (db) => forgetEvent(db, projection, position));
    this.held.moved(unit.move);
    const trace = 'event' in reading ? traceFieldsOf(reading.event.meta.traceparent) : {};
    log.error(
      { ...trace, projection: labelOf(projection), position, key, code },
      'parked a client: a later retry or release is up to a person',
    );
  }

  private async commit(unit: UnitOfWork): Promise<void> {
    await commitUnits(this.pool, [unit]);
    this.held.moved(unit.move);
  }

  /** Some of the events: the checkpoint goes as far as the last of them, and starts from where it is now. */
  private part(unit: UnitOfWork, readings: readonly Reading[]): UnitOfWork {
    const { stored } = this.held.of(unit.projection, unit.partition);
    return { ...unit, readings, move: { ...unit.move, from: stored, position: readings.at(-1)!.position, cursor: stored.cursor } };
  }

  private rest(unit: UnitOfWork, at: number): UnitOfWork {
    const { stored } = this.held.of(unit.projection, unit.partition);
    return { ...unit, readings: unit.readings.slice(at), move: { ...unit.move, from: stored } };
  }
}
