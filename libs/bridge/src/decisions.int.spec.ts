import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { giveUpGap } from './index.js';
import { type BackOfficeUnderTest, decidedBy, startBackOffice } from '../../../test/support/back-office.js';
import { aMessage, assets } from '../../../test/support/back-office-messages.js';

jest.setTimeout(120_000);

describe('what a person decides about the inbox', () => {
  let t: BackOfficeUnderTest;
  beforeAll(async () => {
    t = await startBackOffice();
  });
  afterAll(() => t.close());

  const idOf = async (status: string, record: string): Promise<string> => {
    const { rows } = await t.under.owner.query<{ id: string }>(
      'SELECT message_id AS id FROM bridge.messages WHERE status = $1 AND record = $2',
      [status, record],
    );
    return rows[0]!.id;
  };
  const totalOf = async (accountId: string): Promise<number | undefined> => {
    await t.under.settled();
    const { rows } = await t.under.owner.query<{ total: number }>(
      'SELECT total_minor AS total FROM read.account_assets WHERE account_id = $1 AND replaced_at IS NULL',
      [accountId],
    );
    return rows[0]?.total;
  };

  it('keeps the first of two contents', async () => {
    await t.owner('keep');
    const other = assets('keep', '2025-03-11', 7);
    await t.say(assets('keep', '2025-03-11', 5), other);
    const conflict = await idOf('conflict', 'assets-keep-2025-03-11');
    const context = decidedBy();
    const first = await t.office.decisions.resolveConflict(conflict, 'keepFirst', context);
    expect(first).toMatchObject({ events: ['InboxConflictResolved'], replayed: false });
    expect(await t.office.decisions.resolveConflict(conflict, 'keepFirst', context)).toEqual({ ...first, replayed: true });
    expect(await totalOf('keep')).toBe(5);
    expect(await t.say(other)).toEqual(['ignored']);
    await expect(t.office.decisions.resolveConflict(conflict, 'takeOther', decidedBy())).rejects.toThrow('conflict-already-resolved');
  });

  it('takes the other content as a new statement in its place, and asks about neither again', async () => {
    await t.owner('take');
    const [first, other] = [assets('take', '2025-03-11', 5), assets('take', '2025-03-11', 7)];
    await t.say(first, other);
    await t.office.decisions.resolveConflict(await idOf('conflict', 'assets-take-2025-03-11'), 'takeOther', decidedBy());
    expect(await totalOf('take')).toBe(7);
    expect(await t.say(first, other)).toEqual(['ignored', 'ignored']);
    expect((await t.facts('take')).map(({ data }) => (data['total'] as { amountMinor: number }).amountMinor)).toEqual([5, 7]);
  });

  it('tries a parked message again after the cause is gone', async () => {
    await t.owner('owned');
    const fact = aMessage('cashMoved', { accountId: 'owned', record: 'M-late', clientNo: 'C-late' });
    expect(await t.say(fact)).toEqual(['parked:owner-differs']);
    const parked = await idOf('parked', 'M-late');
    await t.office.decisions.retry(parked, decidedBy());
    expect(await idOf('parked', 'M-late')).toBe(parked); // nothing has changed
    // the number turns out to be the owner's
    const { rows } = await t.under.owner.query<{ id: string }>(`SELECT client_id AS id FROM read.account_links WHERE account_id = 'owned'`);
    await t.under.owner.query(`INSERT INTO log.reservations VALUES ('clientNo', 'C-late', $1)`, [rows[0]!.id]);
    await t.office.decisions.retry(parked, decidedBy());
    expect(await idOf('applied', 'M-late')).toBe(parked);
    await expect(t.office.decisions.giveUp(parked, decidedBy())).rejects.toThrow('message-not-parked');
  });

  it('gives a broken message up, and does not park it again when it comes again', async () => {
    const broken = assets('given', '2025-03-11', -1);
    await t.say(broken);
    const parked = await idOf('parked', 'assets-given-2025-03-11');
    expect(await t.office.decisions.giveUp(parked, decidedBy())).toMatchObject({ events: ['ParkedMessageGivenUp'] });
    expect(await t.say(broken)).toEqual(['ignored']);
  });

  it('gives up what will never come, so that its owner is evaluated again', async () => {
    await t.owner('lost');
    const nth = (sequence: number) => assets('lost', `2025-04-0${sequence}`, sequence, { sequence });
    await t.say(nth(1), nth(3), nth(6));
    const { items } = await t.office.lists.gaps({ open: true, accountId: 'lost' }, { limit: 10 });
    expect(items.map(({ first, last }) => [first, last])).toEqual([
      [4, 5],
      [2, 2],
    ]);
    const context = decidedBy('lin');
    const given = await giveUpGap(t.inbox, t.office.runner, items[1]!.gapId, context);
    expect(given).toMatchObject({ events: ['SequenceGapClosed'] });
    expect(await giveUpGap(t.inbox, t.office.runner, items[1]!.gapId, context)).toEqual({ ...given, replayed: true });
    await expect(giveUpGap(t.inbox, t.office.runner, items[1]!.gapId, decidedBy())).rejects.toThrow('gap-closed');
    await t.under.settled();
    const { rows } = await t.under.owner.query(
      `SELECT first_sequence AS first FROM read.account_gaps WHERE account_id = 'lost' AND closed_position IS NULL`,
    );
    expect(rows).toEqual([{ first: 4 }]);
    expect((await t.facts('lost')).at(-1)!.data).toMatchObject({ through: 3, givenUpBy: 'lin' });
    await t.say(nth(4), nth(5), nth(2)); // it came after all: a fact like any other
    expect((await t.office.lists.gaps({ open: true, accountId: 'lost' }, { limit: 10 })).items).toEqual([]);
  });
});
