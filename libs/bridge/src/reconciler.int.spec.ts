import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type BackOfficeUnderTest, decidedBy, startBackOffice } from '../../../test/support/back-office.js';
import { aMessage, assets } from '../../../test/support/back-office-messages.js';

jest.setTimeout(120_000);
const DAY = '2025-03-11';

describe('the daily reconciliation', () => {
  let t: BackOfficeUnderTest;
  beforeAll(async () => {
    t = await startBackOffice();
  });
  afterAll(() => t.close());

  const day = (source: string, records: number, totalMinor: number) =>
    aMessage('dayCompleted', { source, record: 'day', data: { on: DAY, totals: { records, assetsMinor: { CNY: totalMinor } } } });
  const breaksOf = async (source: string) => {
    await t.under.settled();
    const { checked, breaks } = await t.office.reconciler.run(source, DAY);
    return {
      checked,
      breaks: breaks.map(({ code, accountId, record, expected, observed }) => [code, accountId ?? record, expected, observed]),
    };
  };
  const tampered = (text: string, values: unknown[]) => t.under.owner.query(text, values);

  it('finds nothing where all three say the same', async () => {
    await t.owner('fine');
    await t.say(
      assets('fine', DAY, 5, { source: 'fine' }),
      aMessage('tradeBooked', { source: 'fine', accountId: 'fine' }),
      day('fine', 2, 5),
    );
    expect(await breaksOf('fine')).toEqual({ checked: 2, breaks: [] });
  });

  it('lists what differs between source, log and read model, once, and closes by itself what is mended', async () => {
    await t.owner('bent', 'gone');
    await t.say(
      assets('bent', DAY, 5, { source: 'bent' }),
      assets('gone', DAY, 6, { source: 'bent' }),
      assets('alone', DAY, 7, { source: 'bent' }),
      day('bent', 3, 18),
    );
    await t.under.settled();
    await tampered('UPDATE read.account_assets SET total_minor = 4 WHERE account_id = $1', ['bent']);
    await tampered('DELETE FROM read.account_assets WHERE account_id = $1', ['gone']);
    const found = await breaksOf('bent');
    expect(found.breaks).toEqual([
      ['value-differs', 'bent', '5 CNY', '4 CNY'],
      ['missing-in-read-model', 'gone', '6 CNY', undefined],
      ['account-not-linked', 'alone', undefined, '1 facts wait'],
    ]);
    expect(await breaksOf('bent')).toEqual(found);
    await tampered('UPDATE read.account_assets SET total_minor = 5 WHERE account_id = $1', ['bent']);
    await t.owner('alone');
    await t.inbox.applier.apply(['account|alone']);
    await breaksOf('bent');
    const { items } = await t.office.lists.breaks({ source: 'bent' }, { limit: 10 });
    expect(items.map(({ code, status, closedCause }) => [code, status, closedCause]).sort()).toEqual([
      ['account-not-linked', 'closed', 'vanished'],
      ['missing-in-read-model', 'open', null],
      ['value-differs', 'closed', 'vanished'],
    ]);
    const { rows } = await t.under.owner.query(`SELECT count(*)::int AS times FROM log.events WHERE type = 'BreakFound'`);
    expect(rows).toEqual([{ times: 3 }]);
  });

  it('finds a fact that the log does not hold where the inbox says it is', async () => {
    await t.owner('lost');
    await t.say(assets('lost', DAY, 5, { source: 'lost' }), day('lost', 1, 5));
    await t.under.settled();
    await tampered('UPDATE bridge.messages SET position = 1 WHERE account_id = $1', ['lost']);
    expect((await breaksOf('lost')).breaks).toEqual([['missing-in-log', 'lost', undefined, undefined]]);
  });

  it('says that a day is not complete, and that what came later no longer fits its totals', async () => {
    await t.owner('open');
    await t.say(assets('open', DAY, 5, { source: 'open' }));
    expect((await breaksOf('open')).breaks).toEqual([['day-not-completed', undefined, undefined, 'not stated']]);
    await t.say(day('open', 1, 5));
    await t.say(assets('open', DAY, 9, { source: 'open', version: 2 }));
    expect((await breaksOf('open')).breaks).toEqual([['totals-differ', undefined, '1 records, 5 CNY', '1 records, 9 CNY']]);
  });

  it('lets a person explain a break and close it, and does not ask again while it is the same', async () => {
    const { items } = await t.office.lists.breaks({ source: 'open', status: 'open' }, { limit: 10 });
    const [one] = items;
    await expect(t.office.reconciler.close(one!.breakId, decidedBy())).rejects.toThrow('break-not-explained');
    await t.office.reconciler.explain(one!.breakId, 'sourceError', 'TICKET-7', decidedBy('lin'));
    await t.office.reconciler.close(one!.breakId, decidedBy('mei'));
    await breaksOf('open');
    const after = await t.office.lists.breaks({ source: 'open', status: 'closed' }, { limit: 10 });
    expect(after.items.find(({ breakId }) => breakId === one!.breakId)).toMatchObject({
      explanation: 'sourceError',
      reference: 'TICKET-7',
      explainedBy: 'lin',
      closedBy: 'mei',
      closedCause: 'person',
    });
    expect((await t.office.lists.breaks({ source: 'open', status: 'open' }, { limit: 10 })).items).toEqual([]);
  });
});
