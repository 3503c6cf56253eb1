import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PostgresFeed } from '#event-feed';
import { newId } from '#event-sourcing';
import {
  balances,
  createLedger,
  digestOf as ledgerDigest,
  expectedDigest,
  faults,
  type Ledger,
  ledgerRegistry,
} from '../../../../test/support/ledger.js';
import { reached, startProjector } from '../../../../test/support/projector.js';
import { ParkedKeys } from '../runner/parked-retries.js';
import { ProjectionRunner } from '../runner/projection-runner.js';
import { ReadModelPositions } from '../runner/read-model-positions.js';
import { digestOf } from './digest.js';
import { cancelRebuild, listGenerations, releaseKept } from './generations.js';
import { rebuild } from './rebuild.js';
import type { RebuildOptions, RebuildProgress } from './rebuild-types.js';

jest.setTimeout(60_000);

let ledger: Ledger;
let projector: ReturnType<typeof startProjector> | undefined;
const start = () =>
  (projector = startProjector(ledger, new PostgresFeed({ pool: ledger.projectorPool, group: 'ledger', reader: ledger.reader, pollMs: 5 })));
const rebuildBalances = (options: Partial<RebuildOptions> = {}) =>
  rebuild({ url: ledger.url, projection: balances, registry: ledgerRegistry, by: 'tester', ...options });
const states = async () => (await listGenerations(ledger.owner, 'balances')).map(({ generation, state }) => `${generation} ${state}`);
const bookings = async (relation = 'read.balances'): Promise<number> => {
  const { rows } = await ledger.projectorPool.query<{ n: number }>(`SELECT coalesce(sum(bookings), 0)::int AS n FROM ${relation}`);
  return rows[0]!.n;
};
/** Books on and on; stopped, it answers the log's end. */
const keepBooking = () => {
  let running = true;
  const booking = (async () => {
    for (;;) {
      const end = await ledger.book(15);
      if (!running) return end;
    }
  })();
  return {
    stop: () => {
      running = false;
      return booking;
    },
  };
};
/** Stops it in the middle: as Ctrl-C does, or as a kill would leave it. */
const stoppedEarly = async () => {
  const stop = new AbortController();
  const onProgress = ({ position, target }: RebuildProgress): void => {
    if (position > target / 3) stop.abort();
  };
  return rebuildBalances({ pageSize: 10, onProgress, signal: stop.signal });
};

beforeAll(async () => {
  ledger = await createLedger({ generations: true });
});
afterAll(() => ledger.close());
beforeEach(async () => {
  faults.clear();
  start();
  await reached(ledger, await ledger.book(300));
});
afterEach(async () => {
  await projector?.stop();
  await cancelRebuild(ledger.owner, 'balances');
  await releaseKept(ledger.owner, 'balances');
});

describe('a rebuild', () => {
  it('under appends gives the rows that there were, and no reader sees fewer than before or part of them', async () => {
    const load = keepBooking();
    let running = true;
    const seen: number[] = [];
    const faultsSeen: unknown[] = [];
    const readers = [0, 1].map(async () => {
      for (let last = 0; running;) {
        const now = await bookings().catch((error: unknown) => (faultsSeen.push(error), last));
        if (now < last) faultsSeen.push({ now, last });
        seen.push((last = now));
      }
    });
    const result = await rebuildBalances({ heldComparisonMs: Infinity });
    running = false;
    const [end] = await Promise.all([load.stop(), ...readers]);
    expect(faultsSeen).toEqual([]);
    expect(seen.length).toBeGreaterThan(5);
    expect(result).toMatchObject({ outcome: 'swapped', generation: 2, comparedAtJoin: true, parkedEvents: 0 });
    if (result.outcome !== 'swapped') return;
    expect(result.tables.map(({ table, same }) => ({ table, same }))).toEqual([
      { table: 'balances', same: true },
      { table: 'parked events', same: true },
    ]);
    await reached(ledger, end); // the live projector has simply gone on
    expect(await ledgerDigest(ledger.owner)).toBe(await expectedDigest(ledger.owner));
    expect(await states()).toEqual(['1 kept', '2 active']);
  });

  it('that was stopped goes on where it was, as does one whose process died, and stays out of sight until then', async () => {
    const before = await digestOf(ledger.owner, balances);
    expect(await stoppedEarly()).toMatchObject({ outcome: 'stopped' });
    expect(await digestOf(ledger.owner, balances)).toEqual(before);
    const { schema, generation } = (await listGenerations(ledger.owner, 'balances')).at(-1)!;
    const done = await bookings(`${schema}.balances`);
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(await bookings());
    const result = await rebuildBalances();
    expect(result).toMatchObject({ outcome: 'swapped', generation });
    expect(result.events).toBeLessThanOrEqual((await bookings()) - done);
    expect(await digestOf(ledger.owner, balances)).toEqual(before);
  });

  it('waits for a reader whose transaction has read the model: it sees the same rows to its end', async () => {
    const reader = await ledger.projectorPool.connect();
    await reader.query('BEGIN');
    const { rows } = await reader.query('SELECT * FROM read.balances ORDER BY client');
    let swapped = false;
    const rebuilding = rebuildBalances().then((result) => {
      swapped = true;
      return result;
    });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(swapped).toBe(false);
    expect((await reader.query('SELECT * FROM read.balances ORDER BY client')).rows).toEqual(rows);
    await reader.query('COMMIT');
    reader.release();
    expect(await rebuilding).toMatchObject({ outcome: 'swapped' });
  });

  it('is one at a time for each model, and says so', async () => {
    const [first, second] = await Promise.allSettled([rebuildBalances(), rebuildBalances()]);
    expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected']);
    const refused = first.status === 'rejected' ? first : (second as PromiseRejectedResult);
    expect(String(refused.reason)).toContain('another process is working on the generations of balances');
  });

  it('that is cancelled leaves nothing behind', async () => {
    await stoppedEarly();
    const cancelled = await cancelRebuild(ledger.owner, 'balances');
    const { rows } = await ledger.owner.query('SELECT to_regnamespace($1)::text AS schema', [cancelled!.schema]);
    expect(rows).toEqual([{ schema: null }]);
    expect(await cancelRebuild(ledger.owner, 'balances')).toBeUndefined();
  });

  it('finds rows that are not what the log says, leaves them where they are, and mends them when told to', async () => {
    await ledger.owner.query(
      'UPDATE read.balances SET amount = amount + 1 WHERE client IN (SELECT client FROM read.balances ORDER BY client LIMIT 2)',
    );
    await ledger.owner.query('DELETE FROM read.balances WHERE client = (SELECT max(client::text)::uuid FROM read.balances)');
    const broken = await digestOf(ledger.owner, balances);
    const result = await rebuildBalances();
    expect(result).toMatchObject({
      outcome: 'differs',
      tables: [{ table: 'balances', onlyOld: 2, onlyNew: 3, same: false }, { same: true }],
    });
    expect(await digestOf(ledger.owner, balances)).toEqual(broken);
    const load = keepBooking();
    expect(await rebuildBalances({ acceptDifferences: 'two rows were edited by hand' })).toMatchObject({ outcome: 'swapped' });
    await reached(ledger, await load.stop());
    expect(await ledgerDigest(ledger.owner)).toBe(await expectedDigest(ledger.owner));
    expect((await listGenerations(ledger.owner, 'balances')).at(-1)).toMatchObject({
      swappedBy: 'tester',
      reason: 'two rows were edited by hand',
    });
  });

  it('parks what was parked, in order: applied + parked = delivered', async () => {
    const client = newId();
    faults.set('poison', () => {
      throw new RangeError('no');
    });
    await ledger.book(2, { clients: [client] });
    await ledger.book(1, { clients: [client], fault: 'poison' });
    const end = await ledger.book(3, { clients: [client] });
    await reached(ledger, end);
    const parkedBefore = await ledger.owner.query('SELECT position, key, error_code FROM read.parked ORDER BY position');
    const result = await rebuildBalances();
    expect(result).toMatchObject({ outcome: 'swapped', parkedEvents: 4 });
    expect((await ledger.owner.query('SELECT position, key, error_code FROM read.parked ORDER BY position')).rows).toEqual(
      parkedBefore.rows,
    );
    expect((await bookings()) + 4).toBe(end);
    faults.clear();
    const parkedKeys = new ParkedKeys(ledger.projectorPool, ledger.reader, ledgerRegistry, [balances]);
    expect(await parkedKeys.retry(balances, client)).toMatchObject({ applied: 4, parked: 0 });
  });
});

describe('what was kept', () => {
  it('takes its place back once it has followed the log again', async () => {
    await rebuildBalances();
    await reached(ledger, await ledger.book(60));
    const right = await digestOf(ledger.owner, balances);
    const result = await rebuildBalances({ back: true });
    expect(result).toMatchObject({ outcome: 'swapped' });
    expect(result.events).toBeGreaterThan(0);
    expect(await digestOf(ledger.owner, balances)).toEqual(right);
    await reached(ledger, await ledger.book(20));
    expect(await bookings()).toBeGreaterThan(0);
  });

  it('is dropped when it is released, and then there is nothing to go back to', async () => {
    await rebuildBalances();
    expect(await releaseKept(ledger.owner, 'balances')).toHaveLength(1);
    await expect(rebuildBalances({ back: true })).rejects.toThrow('no earlier generation of balances is kept');
    expect((await states()).filter((state) => !state.endsWith('cancelled') && !state.endsWith('released'))).toHaveLength(1);
  });
});

describe('another version of a projection', () => {
  const later = { ...balances, version: 2 };
  const runnerOf = (projection: typeof balances) =>
    new ProjectionRunner({ pool: ledger.projectorPool, store: ledger.reader, registry: ledgerRegistry, projections: [projection] });

  it('has tables with what a migration added, and is written by builds of that version alone', async () => {
    await expect(runnerOf(later).checkpoints([0])).rejects.toThrow(/readers see balances@1, and this build writes balances@2/);
    await ledger.owner.query(`SELECT read.change('balances', $1)`, [`ADD COLUMN currency text NOT NULL DEFAULT 'CNY'`]);
    expect(await rebuildBalances({ projection: later })).toMatchObject({ outcome: 'swapped' });
    expect((await ledger.owner.query('SELECT DISTINCT currency FROM read.balances')).rows).toEqual([{ currency: 'CNY' }]);
    expect(await new ReadModelPositions(ledger.projectorPool).positionOf(later)).toBeGreaterThan(0);
    await expect(runnerOf(balances).checkpoints([0])).rejects.toThrow(/readers see balances@2, and this build writes balances@1/);
    await expect(rebuildBalances({ projection: later, back: true })).rejects.toThrow('is of version 1, and this build fills version 2');
  });
});
