import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { brokerDayFile, dataFilesAt, type FileReport, importBackOfficeFile, standard } from './index.js';
import { newId } from '#event-sourcing';
import { type BackOfficeUnderTest, startBackOffice } from '../../../test/support/back-office.js';
import { aMessage, assets } from '../../../test/support/back-office-messages.js';

jest.setTimeout(120_000);

describe('files of the back office', () => {
  let t: BackOfficeUnderTest;
  const folder = mkdtempSync(path.join(tmpdir(), 'rapport-files-'));
  beforeAll(async () => {
    t = await startBackOffice();
  });
  afterAll(async () => {
    await t.close();
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, lines: readonly (object | string)[], marker?: object): string => {
    const file = path.join(folder, name);
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') + '\n';
    writeFileSync(file, text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    if (marker) writeFileSync(file.replace(/\.\w+$/, '.complete.json'), JSON.stringify({ sha256, ...marker }));
    return file;
  };
  const take = (file: string, adapter = standard): Promise<FileReport> => importBackOfficeFile(t.office, adapter, file);
  const facts = async (accountId: string): Promise<number> => (await t.facts(accountId)).length;
  const day = (source: string, on: string, records: number, totalMinor: number) => ({
    source,
    on,
    records,
    assetsMinor: { CNY: totalMinor },
  });
  const completed = async (source: string) =>
    (await t.under.owner.query(`SELECT on_date::text FROM bridge.days WHERE source = $1 AND status = 'completed'`, [source])).rows;

  it('with a marker that agrees: every message has become something, and the day is complete', async () => {
    await t.owner('f1', 'f2');
    const lines = [
      assets('f1', '2025-03-11', 5, { source: 'f' }),
      assets('f2', '2025-03-11', 6, { source: 'f' }),
      assets('f3', '2025-03-11', 7, { source: 'f' }),
    ];
    const report = await take(write('good.jsonl', lines, day('f', '2025-03-11', 3, 18)));
    expect(report).toMatchObject({ read: 3, counts: { applied: 2, waiting: 1 }, days: [{ completed: true }] });
    expect(await completed('f')).toEqual([{ on_date: '2025-03-11' }]);
  });

  it('without one: its facts count, and no day is complete', async () => {
    await t.owner('n1');
    expect(await take(write('open.jsonl', [assets('n1', '2025-03-11', 5, { source: 'n' })]))).toMatchObject({
      counts: { applied: 1 },
      days: [],
    });
    expect(await completed('n')).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['totals', day('bad', '2025-03-11', 1, 6), 'totals-differ'],
    ['a currency too many', { ...day('bad', '2025-03-11', 1, 5), assetsMinor: { CNY: 5, USD: 1 } }, 'totals-differ'],
    ['a count', day('bad', '2025-03-11', 2, 5), 'records-differ'],
    ['a digest', { ...day('bad', '2025-03-11', 1, 5), sha256: 'a'.repeat(64) }, 'digest-differs'],
    ['no such member', { ...day('bad', '2025-03-11', 1, 5), note: 'x' }, 'marker-unreadable'],
  ])('whose marker disagrees in %s: refused, and nothing of it is applied', async (_, marker, code) => {
    await t.owner(`bad-${code}`);
    const report = await take(write('bad.jsonl', [assets(`bad-${code}`, '2025-03-11', 5, { source: 'bad' })], marker));
    expect(report).toMatchObject({ read: 0, refused: { code } });
    expect(await facts(`bad-${code}`)).toBe(0);
    expect((await t.under.owner.query(`SELECT 1 FROM bridge.messages WHERE source = 'bad'`)).rows).toEqual([]);
  });

  it('with a broken line: the rest counts, and the day waits until somebody has looked at it', async () => {
    await t.owner('b1');
    const broken = { ...assets('b1', '2025-03-11', 6, { source: 'b' }), note: 'x' };
    const file = write('broken.jsonl', [assets('b1', '2025-03-10', 5, { source: 'b' }), broken, '{'], day('b', '2025-03-11', 3, 11));
    expect(await take(file)).toMatchObject({
      read: 3,
      counts: { applied: 1, parked: 2 },
      days: [{ completed: false, reason: 'messages-parked' }],
    });
    expect(await take(file)).toMatchObject({ read: 3, counts: { ignored: 3 } });
    expect(await completed('b')).toEqual([]);
  });

  it('stopped half-way and taken again: no double, and the counts still add up', async () => {
    await t.owner('s1');
    const lines = Array.from({ length: 40 }, (_, i) =>
      assets('s1', `2025-0${1 + (i % 4)}-${10 + Math.floor(i / 4)}`, i, { source: 's', sequence: i + 1 }),
    );
    await t.inbox.take(
      lines.slice(0, 17).map((line) => Buffer.from(JSON.stringify(line))),
      { channel: 'file', deliveryId: '01900000-0000-7000-8000-0000000000aa', adapter: standard, source: 's' },
    );
    expect(await take(write('half.jsonl', lines))).toMatchObject({ read: 40, counts: { applied: 23, ignored: 17 } });
    expect(await facts('s1')).toBe(40);
  });

  it('left after something was kept and before it was applied, and taken again: it goes on, and the day is complete', async () => {
    await t.owner('k1', 'k2');
    const lines = [assets('k1', '2025-03-11', 5, { source: 'k' }), assets('k2', '2025-03-11', 6, { source: 'k' })];
    const raws = lines.map((line) => Buffer.from(JSON.stringify(line)));
    await t.inbox.keep(raws, { channel: 'file', deliveryId: newId(), adapter: standard, source: 'k' });
    expect(await facts('k1')).toBe(0);
    const report = await take(write('left.jsonl', lines, day('k', '2025-03-11', 2, 11)));
    expect(report).toMatchObject({ read: 2, counts: { ignored: 2 }, days: [{ completed: true }] });
    expect([await facts('k1'), await facts('k2')]).toEqual([1, 1]);
  });

  it('of a broker in a form of its own: by its adapter, and to the fen', async () => {
    await t.owner('8801');
    const lines = [
      'H;20250311;counter',
      'P;8801;1;20250311;1234.5;1000;234.50;counter',
      'T;8801;2;B-7;1;20250311;B;600519;equity;100;150000.00;45.01;9;counter',
      'T;8801;3;B-8;1;20250311;B;600519;equity;100;150000.001;45.01;9;counter',
    ];
    const file = write('counter.csv', lines, day('counter', '2025-03-11', 3, 123_450));
    expect(await take(file, brokerDayFile)).toMatchObject({ read: 3, counts: { applied: 2, parked: 1 }, days: [{ completed: false }] });
    const [observed, traded] = await t.facts('8801');
    expect(observed!.data).toMatchObject({ total: { amountMinor: 123_450, currency: 'CNY' }, cash: { amountMinor: 23_450 } });
    expect(traded!.data).toMatchObject({
      tradeId: 'B-7',
      side: 'buy',
      quantityMillionths: 100_000_000,
      commission: { amountMinor: 4_501 },
      passedOn: { amountMinor: 900 },
    });
    // it could not be read, and so is put down to the source that the file is of
    const { rows: parked } = await t.under.owner.query(
      `SELECT reason, pointer FROM bridge.messages WHERE source = 'counter' AND status = 'parked'`,
    );
    expect(parked).toEqual([{ reason: 'bad-number', pointer: '/10' }]);
  });

  it('of a folder: in order of their names; an empty one is said to be empty', async () => {
    write('z.csv', ['H']);
    expect((await dataFilesAt(brokerDayFile, folder)).map((file) => path.basename(file))).toEqual(['counter.csv', 'z.csv']);
    await expect(dataFilesAt(standard, path.join(folder, 'nowhere'))).rejects.toThrow('there is no');
    rmSync(path.join(folder, 'z.csv'));
  });

  it('may complete a day with charges and corrections of other days in it', async () => {
    await t.owner('c1');
    const lines = [
      assets('c1', '2025-03-11', 5, { source: 'c' }),
      aMessage('tradeCorrected', {
        accountId: 'c1',
        source: 'c',
        record: 'old',
        version: 2,
        data: { ...aMessage('tradeCorrected').data, on: '2025-01-07' },
      }),
    ];
    expect(await take(write('mixed.jsonl', lines, day('c', '2025-03-11', 2, 5)))).toMatchObject({ days: [{ completed: true }] });
  });
});
