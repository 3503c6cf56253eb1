import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { newId } from '#event-sourcing';
import { ParkedKeys } from '#projections';
import { balances, createLedger, digestOf, expectedDigest, type Ledger, ledgerRegistry, tallies } from '../../../test/support/ledger.js';
import { reached } from '../../../test/support/projector.js';

jest.setTimeout(120_000);
const ROOT = path.resolve(import.meta.dirname, '../../..');

describe('a projector process', () => {
  let ledger: Ledger;
  let child: ChildProcess | undefined;
  beforeAll(async () => {
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: ROOT, stdio: 'pipe' });
    ledger = await createLedger();
  });
  afterAll(async () => {
    await kill();
    await ledger.close();
  });

  const start = () => {
    const env = { ...process.env, LOG_LEVEL: 'fatal', NODE_OPTIONS: '' };
    child = spawn(process.execPath, ['dist/test/support/ledger-projector.js', ledger.url], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
    });
    return child;
  };
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };

  it('killed again and again in the middle of its work leaves read models equal to a rebuild', async () => {
    const end = await ledger.book(6_000);
    let moved = 0;
    for (let kills = 0; kills < 6; kills++) {
      start();
      moved = await movedPast(moved);
      await kill();
    }
    start();
    await reached(ledger, end);
    const live = await digestOf(ledger.owner);
    await kill();
    await ledger.owner.query('TRUNCATE read.balances, read.tallies, read.checkpoints, read.batch_attempts');
    start();
    await reached(ledger, end);
    await kill();
    expect(live).toBe(await digestOf(ledger.owner));
    expect(live).toBe(await expectedDigest(ledger.owner));
  });

  it('that one event keeps killing parks that event’s client after a bounded number of deaths', async () => {
    const client = newId();
    const poison = await ledger.book(1, { clients: [client], fault: 'deadly' });
    const end = await ledger.book(120);
    let deaths = 0;
    for (; deaths < 10; deaths++) {
      const [, signal] = (await Promise.race([once(start(), 'exit'), reached(ledger, end).then(() => [0, null])])) as [
        number,
        string | null,
      ];
      if (signal === null) break;
    }
    expect(deaths).toBeGreaterThan(0);
    expect(deaths).toBeLessThan(10);
    const parked = new ParkedKeys(ledger.projectorPool, ledger.reader, ledgerRegistry, [balances, tallies]);
    expect(await parked.list()).toEqual([expect.objectContaining({ key: client, firstPosition: poison, errorCode: 'ended-the-process' })]);
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner, new Set([poison])));
    console.info(`parked after ${deaths} deaths`);
  });

  /** Waits until some more was applied, and answers how much has been by now. */
  async function movedPast(events: number): Promise<number> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const { rows } = await ledger.owner.query<{ applied: number }>(
        'SELECT coalesce(sum(bookings), 0)::int AS applied FROM read.balances',
      );
      const { applied } = rows[0]!;
      if (applied > events) return applied;
      if (Date.now() > deadline) throw new Error('the projector does not move');
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  }
});
