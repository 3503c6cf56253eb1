import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type FedEvent, TakenOver } from '#event-feed';
import { chained, EVERY_PARTITION, everythingUpTo, slicesOf } from '../../../../test/support/deliveries.js';
import { balances, createLedger, digestOf, expectedDigest, type Ledger, tallies } from '../../../../test/support/ledger.js';
import { runnerOver, startOver } from '../../../../test/support/projector.js';
import type { ProjectionRunner } from './projection-runner.js';
import { ReadModelPositions } from './read-model-positions.js';

jest.setTimeout(120_000);

const SCRIPTS = Number(process.env.DELIVERY_SCRIPTS ?? 200);

let ledger: Ledger;
let log: FedEvent[];
let end: number;
beforeAll(async () => {
  ledger = await createLedger();
  end = await ledger.book(200);
  log = chained(await ledger.reader.read({ after: 0, limit: 1_000 }));
});
afterAll(() => ledger.close());
beforeEach(() => startOver(ledger));

const newRunner = (...options: Parameters<typeof runnerOver> extends [unknown, ...infer Options] ? Options : never) =>
  runnerOver(ledger, ...options);

const applyAll = async (runner: ProjectionRunner) => {
  await runner.checkpoints(EVERY_PARTITION);
  await runner.consume(slicesOf(log));
};

describe('a projection’s rows', () => {
  it('are the fold of the log', async () => {
    await applyAll(newRunner());
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner));
  });

  it('are filled from the log’s beginning in a read model that comes later, and stay in the others', async () => {
    await applyAll(newRunner([balances]));
    await applyAll(newRunner());
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner));
  });

  it(`are the same after any delivery: lost, repeated, out of order, replayed by another runner (${SCRIPTS} scripts of 200 events)`, async () => {
    const expected = await expectedDigest(ledger.owner);
    const chunk = fc.record({
      from: fc.nat(199),
      size: fc.integer({ min: 1, max: 60 }),
      order: fc.constantFrom('kept', 'reversed', 'interleaved'),
      then: fc.constantFrom('goes on', 'goes on', 'starts again', 'is replaced'),
      laneEvents: fc.constantFrom(1, 20, 250),
    });
    const scripts = fc.sample(fc.array(chunk, { minLength: 1, maxLength: 8 }), {
      numRuns: SCRIPTS,
      seed: Number(process.env.DELIVERY_SEED ?? 1),
    });
    for (const script of scripts) {
      await ledger.owner.query(
        'DELETE FROM read.balances; DELETE FROM read.tallies; DELETE FROM read.checkpoints; DELETE FROM read.batch_attempts',
      );
      let runner = newRunner(undefined, { laneEvents: script[0]!.laneEvents });
      await runner.checkpoints(EVERY_PARTITION);
      for (const { from, size, order, then, laneEvents } of script) {
        const events = log.slice(from, from + size);
        if (order === 'reversed') events.reverse();
        if (order === 'interleaved') events.sort((a, b) => (a.position % 7) - (b.position % 7));
        await runner.consume(slicesOf(events));
        if (then === 'is replaced') runner = newRunner(undefined, { laneEvents });
        if (then !== 'goes on') await runner.checkpoints(EVERY_PARTITION);
      }
      await runner.consume(everythingUpTo(log, end));
      expect({ script, digest: await digestOf(ledger.owner) }).toEqual({ script, digest: expected });
    }
  });

  it('are filled in from the store where a feed begins too late', async () => {
    const runner = newRunner();
    await runner.checkpoints(EVERY_PARTITION);
    await runner.consume(slicesOf(log.slice(150)));
    await runner.consume(everythingUpTo(log, end));
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner));
  });

  it('get on in a few transactions where a batch was killed often, instead of one by one', async () => {
    const sizes: number[] = [];
    const watched = {
      ...balances,
      apply: (...[db, events]: Parameters<typeof balances.apply>) => (sizes.push(events.length), balances.apply(db, events)),
    };
    const runner = newRunner([watched, tallies]);
    await runner.checkpoints(EVERY_PARTITION);
    await ledger.owner.query(
      `INSERT INTO read.batch_attempts (runner, partition, after, attempts) SELECT 'projector', p, 0, 2 FROM generate_series(0, 23) p`,
    );
    await runner.consume(slicesOf(log));
    expect(sizes.reduce((sum, size) => sum + size)).toBe(log.length);
    // at most the first event of each partition by itself, where even the fullest one has few
    expect(sizes.length).toBeLessThanOrEqual(EVERY_PARTITION.length + 2);
    expect(log.length).toBeGreaterThan(4 * EVERY_PARTITION.length);
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner));
  });

  it('wait where the store lags behind the feed', async () => {
    const runner = newRunner();
    await runner.checkpoints(EVERY_PARTITION);
    const last = log.at(-1)!;
    const ahead = { ...last, position: end + 10, previousPosition: end + 5 };
    await expect(runner.consume(slicesOf([ahead]))).rejects.toThrow('the store lacks');
    expect(await new ReadModelPositions(ledger.projectorPool).positionOf(balances, last.partition)).toBeLessThan(end + 5);
  });
});

describe('two runners', () => {
  it('cannot both write: the one that was replaced rolls back, with all its rows', async () => {
    const [zombie, successor] = [newRunner(), newRunner()];
    await zombie.checkpoints(EVERY_PARTITION);
    await zombie.consume(slicesOf(log.slice(0, 50)));
    await successor.checkpoints(EVERY_PARTITION);
    const before = await digestOf(ledger.owner);
    await expect(zombie.consume(slicesOf(log.slice(50, 120)))).rejects.toBeInstanceOf(TakenOver);
    expect(await digestOf(ledger.owner)).toBe(before);
    await successor.consume(slicesOf(log));
    await expect(zombie.consume(slicesOf(log))).rejects.toBeInstanceOf(TakenOver);
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner));
  });

  it('share the partitions between them', async () => {
    const runners = [newRunner(), newRunner()];
    await Promise.all(
      runners.map(async (runner, half) => {
        const mine = (partition: number) => partition % 2 === half;
        await runner.checkpoints(EVERY_PARTITION.filter(mine));
        await runner.consume(slicesOf(log.filter(({ partition }) => mine(partition))));
      }),
    );
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner));
  });
});

describe('a read model’s position', () => {
  it('is that of its slowest partition, and an idle one moves by what the feed says', async () => {
    const runner = newRunner();
    await runner.checkpoints(EVERY_PARTITION);
    const positions = new ReadModelPositions(ledger.projectorPool);
    const first = log[0]!;
    await runner.consume(slicesOf([first]));
    expect(await positions.positionOf(balances)).toBe(0);
    expect(await positions.positionOf(balances, first.partition)).toBe(first.position);
    await runner.consume(everythingUpTo(log, end));
    await runner.close();
    expect(await positions.positionOf(balances)).toBe(end);
  });

  it('can be waited for, and a wait ends in time', async () => {
    const runner = newRunner();
    const elsewhere = new ReadModelPositions(ledger.projectorPool);
    const here = new ReadModelPositions(ledger.projectorPool, runner);
    const { key, position } = log.at(-1)!;
    expect(await elsewhere.waitFor(balances, position, 50, key)).toBe(false);
    const waits = [elsewhere, here].map((positions) => positions.waitFor(balances, position, 10_000, key));
    await applyAll(runner);
    expect(await Promise.all(waits)).toEqual([true, true]);
  });
});
