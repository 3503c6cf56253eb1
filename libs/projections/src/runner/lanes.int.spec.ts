import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type FedEvent, TakenOver } from '#event-feed';
import { newId, partitionOf, type Uuid } from '#event-sourcing';
import { chained, EVERY_PARTITION, slicesOf } from '../../../../test/support/deliveries.js';
import {
  balances,
  createLedger,
  digestOf,
  expectedDigest,
  faults,
  type Ledger,
  ledgerRegistry,
  tallies,
} from '../../../../test/support/ledger.js';
import { runnerOver, startOver } from '../../../../test/support/projector.js';
import { lanesOf } from './chain.js';
import { ParkedKeys } from './parked-retries.js';

const clientIn = (wanted: number): Uuid => {
  for (;;) {
    const id = newId();
    if (partitionOf(id) === wanted) return id;
  }
};
const stretch = (partition: number, events: readonly FedEvent[]) => ({ partition, events: [...events], reached: 0, cursor: undefined });

let ledger: Ledger;
let log: FedEvent[];
/** One client of each of two lanes, each with an event that a suite can make fail. */
let faulty: { client: Uuid; position: number }[];
beforeAll(async () => {
  ledger = await createLedger();
  await ledger.book(300);
  faulty = [];
  for (const partition of [3, 4]) {
    const client = clientIn(partition);
    const position = await ledger.book(1, { clients: [client], fault: `of-${partition}` });
    faulty.push({ client, position });
    await ledger.book(2, { clients: [client] });
  }
  await ledger.book(300);
  log = chained(await ledger.reader.read({ after: 0, limit: 1_000 }));
});
afterAll(() => ledger.close());
beforeEach(() => startOver(ledger));

const newRunner = () => runnerOver(ledger, undefined, { laneEvents: 50 });
const stored = async (partition: number): Promise<number> => {
  const { rows } = await ledger.owner.query<{ position: number }>(
    `SELECT position FROM read.checkpoints WHERE projection = 'balances' AND partition = $1`,
    [partition],
  );
  return rows[0]!.position;
};
const lastOf = (partition: number): number => log.findLast((event) => event.partition === partition)!.position;

describe('partitions that are applied side by side', () => {
  it('are in lanes of about as many events, and of one lane where there are few', () => {
    const stretches = EVERY_PARTITION.map((partition) => stretch(partition, log.slice(0, partition)));
    const sizes = lanesOf(stretches, 2, 50).map((lane) => lane.reduce((sum, { events }) => sum + events.length, 0));
    expect(sizes[0]! + sizes[1]!).toBe(276);
    expect(Math.abs(sizes[0]! - sizes[1]!)).toBeLessThan(24); // less than the largest of them
    expect(lanesOf(stretches, 2, 200)).toHaveLength(1);
    expect(lanesOf([], 2, 200)).toEqual([[]]);
    const lanes = lanesOf(
      slicesOf(log).map(({ partition, events }) => stretch(partition, events)),
      2,
      50,
    );
    expect(lanes).toHaveLength(2);
    expect(
      lanes
        .flat()
        .map(({ partition }) => partition)
        .sort(),
    ).toEqual(
      slicesOf(log)
        .map(({ partition }) => partition)
        .sort(),
    );
  });

  it('each park their own client and no other', async () => {
    for (const { client } of faulty) {
      faults.set(`of-${partitionOf(client)}`, () => {
        throw new RangeError();
      });
    }
    const runner = newRunner();
    await runner.checkpoints(EVERY_PARTITION);
    await runner.consume(slicesOf(log));
    const stuck = log.filter(({ key, position }) => faulty.some((one) => key === one.client && position >= one.position));
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner, new Set(stuck.map(({ position }) => position))));
    const all = await new ParkedKeys(ledger.projectorPool, ledger.reader, ledgerRegistry, [balances, tallies]).list();
    const parked = all.toSorted((a, b) => a.firstPosition - b.firstPosition); // the lanes are at it at once
    expect(parked.map(({ key, eventCount }) => ({ key, eventCount }))).toEqual(
      faulty.map(({ client }) => ({ key: client, eventCount: 3 })),
    );
  });

  it('go on from where each is after the database was away for one of them, and no attempt of it counts', async () => {
    let left = 5;
    faults.set('of-3', () => {
      if (left-- > 0) throw Object.assign(new Error('the connection is lost'), { code: 'ECONNRESET' });
    });
    const runner = newRunner();
    for (let away = 0; away < 5; away++) {
      await runner.checkpoints(EVERY_PARTITION);
      await expect(runner.consume(slicesOf(log))).rejects.toThrow('the connection is lost');
    }
    expect(await stored(3)).toBe(0);
    const others = await Promise.all(EVERY_PARTITION.map(stored));
    expect(others.some((position) => position > 0)).toBe(true);
    const { rows } = await ledger.owner.query('SELECT max(attempts) AS most FROM read.batch_attempts');
    expect(rows).toEqual([{ most: 1 }]);
    await runner.checkpoints(EVERY_PARTITION);
    await runner.consume(slicesOf(log));
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner));
  });

  it('are rolled back alone where another has taken one of them over', async () => {
    const [zombie, successor] = [newRunner(), newRunner()];
    await zombie.checkpoints(EVERY_PARTITION);
    await successor.checkpoints([3]);
    await expect(zombie.consume(slicesOf(log))).rejects.toBeInstanceOf(TakenOver);
    expect(await stored(3)).toBe(0);
    await successor.consume(slicesOf(log.filter(({ partition }) => partition === 3)));
    expect(await stored(3)).toBe(lastOf(3));
    const { rows: before } = await ledger.owner.query('SELECT sum(bookings)::int AS n FROM read.balances');
    const done = new Set<number>();
    for (const partition of EVERY_PARTITION) if ((await stored(partition)) > 0) done.add(partition);
    expect(before).toEqual([{ n: log.filter(({ partition }) => done.has(partition)).length }]);
    await zombie.checkpoints(EVERY_PARTITION);
    await zombie.consume(slicesOf(log));
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner));
  });
});
