import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type FedEvent, type Slice, TakenOver } from '#event-feed';
import { newId, PARTITION_COUNT, partitionOf, type RecordedEvent } from '#event-sourcing';
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
import { ParkedKeys } from './parked-keys.js';
import { ProjectionRunner } from './projection-runner.js';
import { ReadModelPositions } from './read-model-positions.js';

jest.setTimeout(120_000);

const EVERY_PARTITION = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);
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
beforeEach(async () => {
  faults.clear();
  await ledger.owner.query('TRUNCATE read.balances, read.tallies, read.checkpoints, read.parked, read.batch_attempts, read.event_attempts');
});

const newRunner = (projections = [balances, tallies]) =>
  new ProjectionRunner({ pool: ledger.projectorPool, store: ledger.reader, registry: ledgerRegistry, projections });
const parkedKeys = () => new ParkedKeys(ledger.projectorPool, ledger.reader, ledgerRegistry, [balances, tallies]);

/** As a feed would hand it over: with the position of the event before it in its partition. */
function chained(events: readonly RecordedEvent[]): FedEvent[] {
  const last = new Map<number, number>();
  return events.map((event) => {
    const previousPosition = last.get(event.partition) ?? 0;
    last.set(event.partition, event.position);
    return { ...event, previousPosition };
  });
}

/** These events as slices, each partition's in the order given. The watermark claims no more than the events do. */
function slicesOf(events: readonly FedEvent[]): Slice[] {
  return [...new Set(events.map(({ partition }) => partition))].map((partition) => {
    const own = events.filter((event) => event.partition === partition);
    const top = Math.max(...own.map(({ position }) => position));
    return { partition, events: own, watermark: top, lastPosition: top };
  });
}

/** What a feed says when it has handed over everything. */
const everythingUpTo = (watermark: number): Slice[] =>
  EVERY_PARTITION.map((partition) => ({
    partition,
    events: [],
    watermark,
    lastPosition: log.filter((event) => event.partition === partition && event.position <= watermark).at(-1)?.position ?? 0,
  }));

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
    });
    const scripts = fc.sample(fc.array(chunk, { minLength: 1, maxLength: 8 }), {
      numRuns: SCRIPTS,
      seed: Number(process.env.DELIVERY_SEED ?? 1),
    });
    for (const script of scripts) {
      await ledger.owner.query(
        'DELETE FROM read.balances; DELETE FROM read.tallies; DELETE FROM read.checkpoints; DELETE FROM read.batch_attempts',
      );
      let runner = newRunner();
      await runner.checkpoints(EVERY_PARTITION);
      for (const { from, size, order, then } of script) {
        const events = log.slice(from, from + size);
        if (order === 'reversed') events.reverse();
        if (order === 'interleaved') events.sort((a, b) => (a.position % 7) - (b.position % 7));
        await runner.consume(slicesOf(events));
        if (then === 'is replaced') runner = newRunner();
        if (then !== 'goes on') await runner.checkpoints(EVERY_PARTITION);
      }
      await runner.consume(everythingUpTo(end));
      expect({ script, digest: await digestOf(ledger.owner) }).toEqual({ script, digest: expected });
    }
  });

  it('are filled in from the store where a feed begins too late', async () => {
    const runner = newRunner();
    await runner.checkpoints(EVERY_PARTITION);
    await runner.consume(slicesOf(log.slice(150)));
    await runner.consume(everythingUpTo(end));
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
    expect(sizes.length).toBeLessThan(4);
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
    await runner.consume(everythingUpTo(end));
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

describe('an event that a projection cannot take', () => {
  const client = newId();
  const others = Array.from({ length: 20 }, newId);
  let poison: number;
  let all: number;
  beforeAll(async () => {
    await ledger.book(2, { clients: [client] });
    poison = await ledger.book(1, { clients: [client], fault: 'poison' });
    await ledger.book(40, { clients: [client, ...others] });
    all = await ledger.book(3, { clients: [client] });
    log = chained(await ledger.reader.read({ after: 0, limit: 1_000 }));
    end = all;
  });
  const break_ = () =>
    faults.set('poison', () => {
      throw new RangeError('holds the client’s address');
    });
  const ofClient = () => log.filter(({ key }) => key === client).map(({ position }) => position);
  const stuck = () => new Set(ofClient().filter((position) => position >= poison));

  it('parks its client from there on, in order, and everything else flows: applied + parked = delivered', async () => {
    break_();
    await applyAll(newRunner());
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner, stuck()));
    expect(await parkedKeys().list()).toEqual([
      expect.objectContaining({
        projection: 'balances',
        version: 1,
        key: client,
        firstPosition: poison,
        errorCode: 'RangeError',
        eventCount: stuck().size,
      }),
    ]);
    const { rows } = await ledger.owner.query<{ n: number }>(
      'SELECT (SELECT sum(bookings) FROM read.balances)::int + (SELECT count(*) FROM read.parked)::int AS n',
    );
    expect(rows[0]!.n).toBe(log.length);
  });

  it('is tried a bounded number of times', async () => {
    let tries = 0;
    faults.set('poison', () => {
      tries++;
      throw new RangeError();
    });
    await applyAll(newRunner());
    expect(tries).toBeGreaterThan(1);
    expect(tries).toBeLessThan(25); // halving 240 events, and three times alone
  });

  it('leaves no payload behind, only positions, ids and a code', async () => {
    break_();
    await applyAll(newRunner());
    const { rows } = await ledger.owner.query<{ text: string }>('SELECT string_agg(p::text, $1) AS text FROM read.parked p', [';']);
    expect(rows[0]!.text).not.toContain('address');
    expect(rows[0]!.text).not.toContain('amount');
  });

  it('is applied by a retry once its cause is gone, with those behind it, in order', async () => {
    break_();
    await applyAll(newRunner());
    expect(await parkedKeys().retry(balances, client)).toEqual({ applied: 0, parked: stuck().size, errorCode: 'RangeError' });
    faults.clear();
    expect(await parkedKeys().retry(balances, client)).toEqual({ applied: stuck().size, parked: 0 });
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner));
    expect(await parkedKeys().list()).toEqual([]);
  });

  it('can be given up: its client’s later events apply again, and it is said how many do not', async () => {
    break_();
    const runner = newRunner();
    await runner.checkpoints(EVERY_PARTITION);
    await runner.consume(slicesOf(log.filter(({ position }) => position <= poison)));
    expect(await parkedKeys().release(balances, client)).toBe(1);
    await runner.consume(everythingUpTo(end));
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner, new Set([poison])));
  });

  it('keeps later arrivals behind it, also those that arrive with a new runner', async () => {
    break_();
    const first = newRunner();
    await first.checkpoints(EVERY_PARTITION);
    await first.consume(slicesOf(log.filter(({ position }) => position <= poison)));
    faults.clear();
    await applyAll(newRunner());
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner, stuck()));
  });

  it('of a version that this build cannot read parks its client, in every projection that wants it', async () => {
    const stranger = newId();
    const at = await ledger.book(1, { clients: [stranger], schemaVersion: 3 });
    const unknown = await ledger.book(1, { clients: [stranger], type: 'Merged', schemaVersion: 1 });
    const runner = newRunner();
    await runner.checkpoints(EVERY_PARTITION);
    const events = chained(await ledger.reader.read({ after: 0, limit: 1_000 }));
    await runner.consume(slicesOf(events));
    const parked = (await parkedKeys().list()).filter(({ key }) => key === stranger);
    expect(
      parked.map(({ projection, firstPosition, errorCode, eventCount }) => ({ projection, firstPosition, errorCode, eventCount })),
    ).toEqual(
      ['balances', 'tallies'].map((projection) => ({
        projection,
        firstPosition: at,
        errorCode: 'unknown-event',
        eventCount: unknown - at + 1,
      })),
    );
    expect(partitionOf(stranger)).toBe(events.at(-1)!.partition);
  });
});
