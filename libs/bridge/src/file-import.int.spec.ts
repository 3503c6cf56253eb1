import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    ['its source', day('other', '2025-03-11', 1, 5), 'source-differs'],
    ['its day', day('bad', '2025-03-14', 1, 5), 'day-differs'],
    ['no such member', { ...day('bad', '2025-03-11', 1, 5), note: 'x' }, 'marker-unreadable'],
  ])('whose marker disagrees in %s: refused, and nothing of it is applied', async (_, marker, code) => {
    await t.owner(`bad-${code}`);
    const report = await take(write('bad.jsonl', [assets(`bad-${code}`, '2025-03-11', 5, { source: 'bad' })], marker));
    expect(report).toMatchObject({ read: 0, refused: { code } });
    expect(await facts(`bad-${code}`)).toBe(0);
    expect((await t.under.owner.query(`SELECT 1 FROM bridge.messages WHERE source = 'bad'`)).rows).toEqual([]);
  });

  it('of a day without business: an empty one completes it, and a correction beside it may be of another day', async () => {
    await t.owner('q1');
    expect(await take(write('quiet.jsonl', [], { ...day('daily', '2025-03-15', 0, 0), assetsMinor: {} }))).toMatchObject({
      days: [{ completed: true }],
    });
    const two = [assets('q1', '2025-03-11', 5, { source: 'daily', version: 2 }), assets('q1', '2025-03-16', 6, { source: 'daily' })];
    expect(await take(write('both.jsonl', two, day('daily', '2025-03-16', 2, 11)))).toMatchObject({ days: [{ on: '2025-03-16' }] });
  });

  it('tells of an account opened years ago, and leaves no day open that nobody would complete', async () => {
    await t.owner('o1');
    const opened = aMessage('accountOpened', { source: 'opens', accountId: 'o1', data: { openedOn: '2019-11-02', clientNo: 'C-o1' } });
    await take(write('opened.jsonl', [opened, assets('o1', '2025-03-11', 5, { source: 'opens' })]));
    const { rows } = await t.under.owner.query(`SELECT on_date::text AS "on" FROM bridge.days WHERE source = 'opens'`);
    expect(rows).toEqual([{ on: '2025-03-11' }]);
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
    expect(parked).toEqual([{ reason: 'too-many-decimals', pointer: '/10' }]);
  });

  it('whose holdings are corrected: the next version, whatever comes again, and nobody has to decide', async () => {
    await t.owner('9901');
    const holding = (name: string, total: string) => write(name, ['H;20250311;fixes', `P;9901;;20250311;${total};;;fixes`]);
    const [first, second] = [holding('fix-1.csv', '100.00'), holding('fix-2.csv', '99.00')];
    for (const [file, counts] of [
      [first, { applied: 1 }],
      [second, { applied: 1 }],
      [first, { ignored: 1 }],
      [second, { ignored: 1 }],
    ] as const)
      expect(await take(file, brokerDayFile)).toMatchObject({ counts });
    expect((await t.facts('9901')).map(({ data }) => data)).toMatchObject([
      { total: { amountMinor: 10_000 } },
      { total: { amountMinor: 9_900 } },
    ]);
    // the first again, in a file of its own: the source has taken its correction back
    const third = write('fix-3.csv', ['H;20250312;fixes', 'P;9901;;20250311;100.00;;;fixes', 'P;9901;;20250312;100.00;;;fixes']);
    expect(await take(third, brokerDayFile)).toMatchObject({ counts: { applied: 2 } });
    expect(await take(third, brokerDayFile)).toMatchObject({ counts: { ignored: 2 } });
    const { rows } = await t.under.owner.query(
      `SELECT version, amount_minor::int AS amount FROM bridge.messages WHERE source = 'fixes' AND on_date = '2025-03-11' ORDER BY version`,
    );
    expect(rows).toEqual([
      { version: 1, amount: 10_000 },
      { version: 2, amount: 9_900 },
      { version: 3, amount: 10_000 },
    ]);
  });

  it('whose row was refused, and is understood by now: it is taken, and nobody has to look at the refusal', async () => {
    await t.owner('9906');
    const file = write('cured.csv', ['H;20250311;cured', 'P;9906;;20250311;100.00;;;cured'], day('cured', '2025-03-11', 1, 10_000));
    const without = { ...brokerDayFile, translate: () => ({ refused: { code: 'unknown-word', pointer: '/0' } }) as const };
    const { sha256, ...rest } = JSON.parse(readFileSync(path.join(folder, 'cured.complete.json'), 'utf8')) as { sha256: string };
    writeFileSync(path.join(folder, 'cured.complete.json'), JSON.stringify({ ...rest, sha256, assetsMinor: {} }));
    expect(await take(file, without)).toMatchObject({ counts: { parked: 1 }, days: [{ completed: false }] });
    writeFileSync(path.join(folder, 'cured.complete.json'), JSON.stringify({ ...rest, sha256 }));
    expect(await take(file, brokerDayFile)).toMatchObject({ counts: { applied: 1 }, days: [{ completed: true }] });
    const { rows } = await t.under.owner.query(`SELECT status FROM bridge.messages WHERE source = 'cured' ORDER BY arrival`);
    expect(rows).toEqual([{ status: 'repaired' }, { status: 'applied' }]);
  });

  it('that was corrected twice before anybody owned the account: the later version counts', async () => {
    const lines = ['H;20250311;early', 'P;9902;;20250311;1.00;;;early', 'P;9902;;20250311;2.00;;-0.50;early'];
    expect(await take(write('early.csv', lines), brokerDayFile)).toMatchObject({ counts: { waiting: 2 } });
    await t.owner('9902');
    await t.office.inbox.follow({ lane: 'account|9902', source: 'early' });
    expect((await t.facts('9902')).map(({ data }) => data)).toMatchObject([
      { total: { amountMinor: 100 } },
      { total: { amountMinor: 200 }, cash: { amountMinor: -50 } },
    ]);
  });

  it.each([
    ['no header', ['P;9903;;20250311;1.00;;;h', 'P;9903;;20250312;1.00;;;h'], 'wrong-header'],
    ['another header', ['H;2025;h', 'P;9903;;20250312;1.00;;;h'], 'wrong-header'],
    ['a column too many', ['H;20250311;h;x', 'P;9903;;20250312;1.00;;;h'], 'wrong-header'],
    ['nothing in it', [], 'wrong-header'],
  ])('with %s: refused as a whole, and no row vanishes', async (_, lines, code) => {
    await t.owner('9903');
    expect(await take(write('header.csv', lines), brokerDayFile)).toMatchObject({ read: 0, refused: { code } });
    expect(await facts('9903')).toBe(0);
  });

  it('in one encoding as a whole: found, or nothing of it is taken', async () => {
    await t.owner('9904');
    const file = path.join(folder, 'encoded.jsonl');
    const line = (record: string, name: string) =>
      Buffer.concat([
        Buffer.from(JSON.stringify(assets('9904', '2025-03-11', 5, { source: 'enc', record })).replace(/}$/, ',"note":"')),
        Buffer.from(name, 'hex'),
        Buffer.from('"}\n'),
      ]);
    const counted = async (...lines: Buffer[]) => {
      writeFileSync(file, Buffer.concat(lines));
      return take(file);
    };
    expect(await counted(line('e1', 'd6a4c8af'), line('e2', 'b9abcbbe'))).toMatchObject({ read: 2, counts: { parked: 2 } });
    expect(await counted(line('e3', 'e585ace58fb8'), line('e4', 'b9abcbbe'))).toMatchObject({
      read: 0,
      refused: { code: 'unknown-encoding' },
    });
    const whole = JSON.stringify(assets('9904', '2025-03-12', 5, { source: 'enc' }));
    expect(await counted(Buffer.from(`\uFEFF${whole}\r\n\r\n`, 'utf16le'))).toMatchObject({ counts: { applied: 1 } });
    expect(await counted(Buffer.from(`\uFEFF${whole}\r\n`))).toMatchObject({ counts: { ignored: 1 } });
  });

  it('with line ends of another system, quotes, a mark before file and marker: the same file', async () => {
    await t.owner('9905');
    const file = path.join(folder, 'dos.csv');
    const text = '\uFEFFh;20250311;dos\r\nP;"9905";1;20250311;1234.5;;;dos\r\n\r\n';
    writeFileSync(file, text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    writeFileSync(
      path.join(folder, 'dos.complete.json'),
      `\uFEFF${JSON.stringify({ sha256, ...day('dos', '2025-03-11', 1, 123_450) }, null, 1)}\r\n`,
    );
    expect(await take(file, brokerDayFile)).toMatchObject({ read: 1, counts: { applied: 1 }, days: [{ completed: true }] });
  });

  it('of a folder: in order of their names; an empty one is said to be empty', async () => {
    const some = mkdtempSync(path.join(folder, 'some-'));
    for (const name of ['z.csv', 'COUNTER.CSV', 'note.txt', 'z.complete.json']) writeFileSync(path.join(some, name), '');
    expect((await dataFilesAt(brokerDayFile, some)).map((file) => path.basename(file))).toEqual(['COUNTER.CSV', 'z.csv']);
    await expect(dataFilesAt(standard, some)).rejects.toThrow('there is no file *.jsonl');
    await expect(dataFilesAt(standard, path.join(folder, 'nowhere'))).rejects.toThrow('there is no');
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
