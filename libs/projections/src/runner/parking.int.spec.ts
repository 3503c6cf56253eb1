import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { FedEvent } from '#event-feed';
import { newId, partitionOf } from '#event-sourcing';
import { chained, EVERY_PARTITION, everythingUpTo, slicesOf } from '../../../../test/support/deliveries.js';
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
import { ParkedKeys } from './parked-retries.js';
import type { ProjectionRunner } from './projection-runner.js';

jest.setTimeout(120_000);

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

const newRunner = (projections?: Parameters<typeof runnerOver>[1]) => runnerOver(ledger, projections);
const parkedKeys = () => new ParkedKeys(ledger.projectorPool, ledger.reader, ledgerRegistry, [balances, tallies]);

const applyAll = async (runner: ProjectionRunner) => {
  await runner.checkpoints(EVERY_PARTITION);
  await runner.consume(slicesOf(log));
};

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
    await runner.consume(everythingUpTo(log, end));
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
