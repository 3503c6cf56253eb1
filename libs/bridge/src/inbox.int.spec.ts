import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { newId } from '#event-sourcing';
import { canonicalJson } from '#privacy';
import { BackOffice, standard } from './index.js';
import { type BackOfficeUnderTest, startBackOffice } from '../../../test/support/back-office.js';
import { aMessage, assets, rawOf } from '../../../test/support/back-office-messages.js';

jest.setTimeout(120_000);

const sha256 = (data: Uint8Array | string): string => hash('sha256', data, 'hex');

describe('the inbox of the back office', () => {
  let office: BackOfficeUnderTest;
  beforeAll(async () => {
    office = await startBackOffice();
  });
  afterAll(() => office.close());

  const assetsOf = async (accountId: string) => {
    await office.under.settled();
    const { rows } = await office.under.owner.query<{ on_date: string; total_minor: number; source_record: string }>(
      `SELECT on_date::text, total_minor, source_record FROM read.account_assets WHERE account_id = $1 AND replaced_at IS NULL ORDER BY on_date`,
      [accountId],
    );
    return rows.map(({ on_date, total_minor, source_record }) => `${on_date} ${total_minor} ${source_record}`);
  };

  it('states each fact once, however often it comes', async () => {
    await office.owner('once');
    const one = assets('once', '2025-03-11', 100);
    expect(await office.say(one, one)).toEqual(['applied', 'ignored']);
    expect(await office.say(one)).toEqual(['ignored']);
    expect(await office.say(assets('once', '2025-03-11', 120, { version: 2 }))).toEqual(['applied']);
    expect(await assetsOf('once')).toEqual(['2025-03-11 120 assets-once-2025-03-11#2']);
    expect((await office.facts('once')).map(({ record }) => record)).toEqual(['assets-once-2025-03-11#1', 'assets-once-2025-03-11#2']);
  });

  it('keeps a statement older than one that holds, and does not state it', async () => {
    await office.owner('stale');
    expect(await office.say(assets('stale', '2025-03-11', 3, { version: 3 }), assets('stale', '2025-03-11', 2, { version: 2 }))).toEqual([
      'applied',
      'stale',
    ]);
    expect(await assetsOf('stale')).toEqual(['2025-03-11 3 assets-stale-2025-03-11#3']);
  });

  it('keeps a second content under one key out, until a person decides', async () => {
    await office.owner('twice');
    const other = assets('twice', '2025-03-11', 7);
    expect(await office.say(assets('twice', '2025-03-11', 5), other, other)).toEqual(['applied', 'conflict:other-content', 'ignored']);
    expect(await assetsOf('twice')).toEqual(['2025-03-11 5 assets-twice-2025-03-11#1']);
    const { rows } = await office.under.owner.query<{ data: string }>(`SELECT data FROM log.events WHERE type = 'InboxConflictFound'`);
    expect(rows).toHaveLength(1);
    expect(JSON.parse(rows[0]!.data)).toMatchObject({ source: 'core', record: 'assets-twice-2025-03-11', version: 1 });
  });

  it('lets facts wait until their account has an owner, then states them in the order they came', async () => {
    const trade = aMessage('tradeBooked', { accountId: 'later', record: 'T-later' });
    expect(await office.say(assets('later', '2025-03-10', 1), trade, assets('later', '2025-03-10', 2, { version: 2 }))).toEqual(
      Array(3).fill('waiting'),
    );
    await office.owner('later');
    await office.inbox.applier.apply(['account|later']);
    expect((await office.facts('later')).map(({ record }) => record)).toEqual([
      'assets-later-2025-03-10#1',
      'T-later#1',
      'assets-later-2025-03-10#2',
    ]);
  });

  it('tells of a gap in the numbers of an account, and of its end; what lies behind it counts', async () => {
    await office.owner('gaps');
    const nth = (sequence: number) => assets('gaps', `2025-04-0${sequence}`, sequence, { sequence });
    await office.say(nth(1), nth(4));
    await office.under.settled();
    const gaps = async () =>
      (
        await office.under.owner.query(
          'SELECT first_sequence AS first, last_sequence AS last, closed_position IS NOT NULL AS closed FROM read.account_gaps WHERE account_id = $1',
          ['gaps'],
        )
      ).rows;
    expect(await gaps()).toEqual([{ first: 2, last: 3, closed: false }]);
    await office.say(nth(3));
    await office.under.settled();
    expect(await gaps()).toEqual([{ first: 2, last: 3, closed: false }]);
    await office.say(nth(2));
    await office.under.settled();
    expect(await gaps()).toEqual([{ first: 2, last: 3, closed: true }]);
    expect(await assetsOf('gaps')).toHaveLength(4);
  });

  it('parks a broken message with its reason, while its neighbours count, and forgets it when it comes in order', async () => {
    await office.owner('broken');
    const half = assets('broken', '2025-05-02', 0.5);
    const answers = await office.take([
      assets('broken', '2025-05-01', 1),
      half,
      Buffer.from('{"source":'),
      assets('broken', '2025-05-03', 3),
    ]);
    expect(answers.map(({ status, code, pointer }) => [status, code, pointer])).toEqual([
      ['applied', undefined, undefined],
      ['parked', 'amount-not-whole', '/data/total/amountMinor'],
      ['parked', 'not-json', ''],
      ['applied', undefined, undefined],
    ]);
    expect(await office.say(half)).toEqual(['ignored']);
    expect(await office.say(assets('broken', '2025-05-02', 2))).toEqual(['applied']);
    const { rows } = await office.under.owner.query(
      `SELECT status FROM bridge.messages WHERE record = 'assets-broken-2025-05-02' ORDER BY arrival`,
    );
    expect(rows).toEqual([{ status: 'repaired' }, { status: 'applied' }]);
  });

  it('does not take what speaks of somebody else, or of another kind of thing, than the record did', async () => {
    await office.owner('mine', 'yours');
    await office.say(aMessage('tradeBooked', { accountId: 'mine', record: 'T-1' }));
    expect(await office.say(aMessage('tradeCorrected', { accountId: 'yours', record: 'T-1', version: 2 }))).toEqual([
      'parked:record-of-another-account',
    ]);
    expect(await office.say(aMessage('cashMoved', { accountId: 'mine', record: 'T-1', version: 3 }))).toEqual([
      'parked:record-of-another-kind',
    ]);
    expect(await office.say(aMessage('cashMoved', { accountId: 'mine', record: 'M-1', clientNo: 'nobody' }))).toEqual([
      'parked:owner-differs',
    ]);
  });

  it('completes a day once its totals agree with what was received, and says why it is open before', async () => {
    await office.owner('d1', 'd2');
    const at = (accountId: string, totalMinor: number) => assets(accountId, '2025-06-30', totalMinor, { source: 'daily' });
    const complete = aMessage('dayCompleted', {
      source: 'daily',
      record: 'day',
      data: { on: '2025-06-30', totals: { records: 2, assetsMinor: { CNY: 30 } } },
    });
    expect(await office.say(at('d1', 10), complete)).toEqual(['applied', 'parked:totals-disagree']);
    const days = async () => (await office.under.owner.query(`SELECT status, reason FROM bridge.days WHERE source = 'daily'`)).rows;
    expect(await days()).toEqual([{ status: 'open', reason: 'totals-disagree' }]);
    await office.say(at('d2', 20));
    expect(await days()).toEqual([{ status: 'completed', reason: null }]);
    const { rows } = await office.under.owner.query(`SELECT status FROM bridge.messages WHERE source = 'daily' AND kind = 'dayCompleted'`);
    expect(rows).toEqual([{ status: 'applied' }]);
    await office.under.settled();
    expect((await office.under.owner.query(`SELECT on_date::text FROM read.source_days WHERE source = 'daily'`)).rows).toEqual([
      { on_date: '2025-06-30' },
    ]);
  });

  it('completes a day of trades alone by their number, and each of several days by its own totals', async () => {
    await office.owner('t1');
    const trade = (record: string, on: string) =>
      aMessage('tradeBooked', { accountId: 't1', source: 'counted', record, data: { ...aMessage('tradeBooked').data, on } });
    const complete = (on: string, totals: object) =>
      aMessage('dayCompleted', { source: 'counted', record: `day-${on}`, data: { on, totals } });
    expect(
      await office.say(
        trade('T-1', '2025-06-26'),
        trade('T-2', '2025-06-26'),
        trade('T-3', '2025-06-27'),
        assets('t1', '2025-06-27', 5, { source: 'counted' }),
        complete('2025-06-26', { records: 2 }),
        complete('2025-06-27', { records: 2, assetsMinor: { CNY: 5 } }),
        complete('2025-06-30', { records: 1 }),
        complete('2025-07-01', { records: 0 }),
      ),
    ).toEqual([...Array<string>(6).fill('applied'), 'parked:totals-disagree', 'applied']);
    expect(await office.say(trade('T-4', '2025-06-30'))).toEqual(['applied']);
    const { rows } = await office.under.owner.query(`SELECT DISTINCT status FROM bridge.days WHERE source = 'counted'`);
    expect(rows).toEqual([{ status: 'completed' }]);
  });

  it('keeps a day open of which two things were said, until a person has decided', async () => {
    await office.owner('twice');
    const said = assets('twice', '2025-08-05', 5, { source: 'again' });
    const totals = { records: 1, assetsMinor: { CNY: 5 } };
    const complete = aMessage('dayCompleted', { source: 'again', record: 'day-2025-08-05', data: { on: '2025-08-05', totals } });
    expect(await office.say(said, assets('twice', '2025-08-05', 6, { source: 'again' }), complete)).toEqual([
      'applied',
      'conflict:other-content',
      'parked:messages-parked',
    ]);
    const { rows } = await office.under.owner.query<{ id: string }>(
      `SELECT message_id AS id FROM bridge.messages WHERE source = 'again' AND status = 'conflict'`,
    );
    const officer = await office.under.as('complianceOfficer');
    expect((await officer.post(`/v1/back-office/conflicts/${rows[0]!.id}/resolve`, { decision: 'keepFirst' })).status).toBeLessThan(300);
    const { rows: days } = await office.under.owner.query(
      `SELECT status, reason FROM bridge.days WHERE source = 'again' AND on_date = '2025-08-05'`,
    );
    expect(days).toEqual([{ status: 'completed', reason: null }]);
  });

  it('asks nobody any more about a refused day once a later version has completed it', async () => {
    await office.owner('again');
    const stated = (version: number, totalMinor: number) => {
      const totals = { records: 1, assetsMinor: { CNY: totalMinor } };
      return aMessage('dayCompleted', { source: 'again', record: 'day-2025-08-04', version, data: { on: '2025-08-04', totals } });
    };
    expect(await office.say(assets('again', '2025-08-04', 5, { source: 'again' }), stated(1, 6))).toEqual([
      'applied',
      'parked:totals-disagree',
    ]);
    expect(await office.say(stated(2, 5))).toEqual(['applied']);
    const { rows } = await office.under.owner.query(
      `SELECT version, status FROM bridge.messages WHERE record = 'day-2025-08-04' ORDER BY version`,
    );
    expect(rows).toEqual([
      { version: 1, status: 'stale' },
      { version: 2, status: 'applied' },
    ]);
  });

  it('counts what waits for an owner as received, for a day does not wait for the branch', async () => {
    const complete = aMessage('dayCompleted', { source: 'unlinked', record: 'day', data: { on: '2025-07-31', totals: { records: 1 } } });
    const at = assets('nobody-yet', '2025-07-31', 5, { source: 'unlinked' });
    expect(await office.say(at, complete)).toEqual(['waiting', 'parked:totals-disagree']); // the sum of assets was not stated as none
    expect(
      await office.say({ ...complete, version: 2, data: { on: '2025-07-31', totals: { records: 1, assetsMinor: { CNY: 5 } } } }),
    ).toEqual(['applied']);
  });

  it('hands a risk result to the client’s risk profile', async () => {
    const clientId = await office.owner('risky');
    expect(await office.say(aMessage('riskResult', { accountId: 'risky', record: 'R-1' }))).toEqual(['applied']);
    const { rows } = await office.under.owner.query<{ key: string }>(`SELECT key FROM log.events WHERE type = 'RiskAssessed'`);
    expect(rows).toEqual([{ key: clientId }]);
  });

  it('keeps what came word for word, with its digest, and nobody can read it in the tables', async () => {
    await office.owner('secret');
    const canary = 'Canary-Wang-Fang';
    const raw = rawOf({ ...assets('secret', '2025-03-11', 1), note: canary });
    await office.say(raw);
    const { rows } = await office.under.owner.query<{ text: string; id: string; sealed: string; key: string; sha: string }>(
      `SELECT m::text AS text, message_id AS id, sealed, key_subject AS key, raw_sha256 AS sha FROM bridge.messages m WHERE record = 'assets-secret-2025-03-11'`,
    );
    expect(rows).toHaveLength(1);
    const { text, id, sealed, key, sha } = rows[0]!;
    for (const form of [canary, Buffer.from(canary).toString('base64').slice(0, 16), Buffer.from(canary).toString('hex')])
      expect(text).not.toContain(form);
    expect(await office.inbox.vault.open({ messageId: id, sealed, keySubject: key })).toEqual(raw);
    expect(sha).toMatch(/^[0-9a-f]{64}$/);
    expect(sha).not.toBe(sha256(raw));
  });

  it('keeps what is said of a client under a key of that client, and no digest that values can be tried against', async () => {
    const said = aMessage('riskResult', { accountId: undefined, clientNo: 'C-9001', record: 'R-9001' });
    const other = aMessage('riskResult', { accountId: undefined, clientNo: 'C-9002', record: 'R-9002' });
    await office.say(said, other);
    const { rows } = await office.under.owner.query<{ key: string; all: string }>(
      `SELECT key_subject AS key, m::text AS all FROM bridge.messages m WHERE record IN ('R-9001', 'R-9002', 'assets-secret-2025-03-11')`,
    );
    expect(new Set(rows.map(({ key }) => key)).size).toBe(3);
    for (const { all } of rows) expect(all).not.toContain(sha256(canonicalJson(said)));
  });

  it('puts a key to digests of an earlier version before it compares anything with them', async () => {
    await office.owner('earlier');
    const [first, second] = [assets('earlier', '2025-03-11', 1), assets('earlier', '2025-03-12', 2)];
    const unreadable = Buffer.from('{"unreadable');
    expect(await office.say(first, second)).toEqual(['applied', 'applied']);
    await office.say(unreadable);
    const asBefore = async (record: string, content: string, raw: Buffer | Uint8Array): Promise<void> => {
      await office.under.owner.query(`UPDATE bridge.messages SET content_sha256 = $2, raw_sha256 = $3, digest_form = 1 WHERE record = $1`, [
        record,
        content,
        sha256(raw),
      ]);
    };
    for (const one of [first, second]) await asBefore(one.record, sha256(canonicalJson(one)), rawOf(one));
    await asBefore(`digest:${office.inbox.digests.ofBytes(unreadable)}`, sha256(unreadable), unreadable);
    const restarted = new BackOffice(office.office.options).inbox;
    const take = async (...raws: Uint8Array[]) =>
      (await restarted.take(raws, { channel: 'http', deliveryId: newId(), adapter: standard, source: 'unknown' })).map(
        ({ status }) => status,
      );
    expect(await take(rawOf(first), rawOf({ ...second, data: { ...second.data, total: { amountMinor: 3, currency: 'CNY' } } }))).toEqual([
      'ignored',
      'conflict',
    ]);
    expect(await take(unreadable)).toEqual(['ignored']);
    const { rows } = await office.under.owner.query<{ old: number; parked: number }>(
      `SELECT count(*) FILTER (WHERE digest_form = 1)::int AS old, count(*) FILTER (WHERE status = 'parked' AND kind IS NULL)::int AS parked
         FROM bridge.messages`,
    );
    expect(rows[0]!.old).toBe(0);
    expect(await take(unreadable)).toEqual(['ignored']);
    expect(
      (await office.under.owner.query(`SELECT count(*)::int AS n FROM bridge.messages WHERE status = 'parked' AND kind IS NULL`)).rows,
    ).toEqual([{ n: rows[0]!.parked }]);
  });
});
