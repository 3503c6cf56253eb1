import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { BackOfficeMessage } from '#back-office';
import { type BackOfficeUnderTest, startBackOffice } from '../../../test/support/back-office.js';
import { aMessage, assets } from '../../../test/support/back-office-messages.js';

jest.setTimeout(180_000);
const SCRIPTS = 12;

let t: BackOfficeUnderTest;
beforeAll(async () => {
  t = await startBackOffice();
});
afterAll(() => t.close());

/** What a source says of an account in a month: days, trades with corrections, movements; each account in numbers of its own. */
function month(accountId: string): BackOfficeMessage[] {
  const head = { accountId, source: accountId };
  const money = (amountMinor: number) => ({ amountMinor, currency: 'CNY' });
  const days = [1, 2, 3, 5, 8].flatMap((n) => [
    assets(accountId, `2025-03-0${n}`, n * 100, head),
    ...(n % 2 ? [assets(accountId, `2025-03-0${n}`, n * 101, { ...head, version: 2 })] : []),
  ]);
  const trades = [1, 2, 3].flatMap((n) => {
    const trade = (version: number, commission: number, kind: 'tradeBooked' | 'tradeCorrected' | 'tradeCancelled') =>
      aMessage(kind, {
        ...head,
        record: `T-${accountId}-${n}`,
        version,
        data: { kind: 'trade', on: '2025-03-04', gross: money(1_000), commission: money(commission), passedOn: money(0) },
      });
    return [trade(1, n, 'tradeBooked'), trade(2, n * 2, 'tradeCorrected'), ...(n === 3 ? [trade(3, n * 2, 'tradeCancelled')] : [])];
  });
  const moved = aMessage('cashMoved', { ...head, record: `M-${accountId}` });
  return [...days, ...trades, moved].map((message, i) => ({ ...message, sequence: i + 1 }));
}

/** The account's rows in force, without what depends on where in the log they stand. */
async function tables(accountId: string): Promise<unknown> {
  const rows = async (table: string, columns: string) =>
    (
      await t.under.owner.query(
        `SELECT ${columns}, source_record FROM read.${table} WHERE account_id = $1 AND replaced_at IS NULL ORDER BY source_record`,
        [accountId],
      )
    ).rows;
  const gaps = await t.under.owner.query('SELECT 1 FROM read.account_gaps WHERE account_id = $1 AND closed_position IS NULL', [accountId]);
  return JSON.parse(
    JSON.stringify({
      assets: await rows('account_assets', 'on_date::text, total_minor'),
      turnover: await rows('account_turnover', 'trade_id, state, commission_minor'),
      movements: await rows('account_movements', 'movement_id, amount_minor'),
      openGaps: gaps.rows.length,
    }).replaceAll(accountId, 'ACCOUNT'),
  );
}

it('whatever order and however often things come, linked early or late, the tables end the same', async () => {
  const scripts = fc.sample(
    fc.record({
      order: fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
      repeats: fc.array(fc.nat(16), { maxLength: 20 }),
      linkedAfter: fc.nat(4),
      pages: fc.integer({ min: 1, max: 9 }),
    }),
    SCRIPTS,
  );
  await t.owner('in-order');
  for (const message of month('in-order')) await t.say(message);
  await t.under.settled();
  const expected = await tables('in-order');
  expect(expected).toMatchObject({ openGaps: 0, assets: expect.any(Array) });
  for (const [i, { order, repeats, linkedAfter, pages }] of scripts.entries()) {
    const accountId = `script-${i}`;
    const said = month(accountId);
    const script = [...said, ...repeats.map((at) => said[at % said.length]!)]
      .map((message, at) => ({ message, key: order[at % order.length]! + at / 1_000 }))
      .sort((a, b) => a.key - b.key)
      .map(({ message }) => message);
    const size = Math.ceil(script.length / pages);
    for (let page = 0; page < pages; page++) {
      if (page === linkedAfter) await t.owner(accountId);
      await t.say(...script.slice(page * size, (page + 1) * size));
    }
    if (linkedAfter >= pages) await t.owner(accountId);
    await t.inbox.applier.apply([`account|${accountId}`]);
    await t.under.settled();
    expect({ script: i, ...((await tables(accountId)) as object) }).toEqual({ script: i, ...(expected as object) });
  }
});
