import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { encodingOf } from '#text-files';
import { inGbk } from '../../../../test/support/gb18030.js';
import type { Adapter, FileStated } from './adapter.js';
import { terminalCash, terminalHoldings, terminalTrades } from './index.js';

const folder = mkdtempSync(path.join(tmpdir(), 'rapport-terminal-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Said {
  record: string;
  accountId: string;
  source: string;
  data: Record<string, { amountMinor: number; currency: string } & string>;
}
type Row = Said | { code: string; pointer: string } | 'passed over';

async function read(
  adapter: Adapter,
  lines: readonly string[],
  stated: FileStated = { accountId: '8801' },
  name = 'table.xls',
): Promise<Row[]> {
  const file = path.join(folder, name);
  writeFileSync(file, inGbk(`${lines.join('\r\n')}\r\n`));
  const reading = { ...stated, encoding: await encodingOf(file, name) };
  const rows: Row[] = [];
  for await (const piece of adapter.file!.pieces(file, reading)) {
    const translated = adapter.translate(piece);
    if ('refused' in translated) rows.push(translated.refused);
    else if (translated.statements.length === 0) rows.push('passed over');
    else rows.push(...(translated.statements as Said[]));
  }
  return rows;
}
const cny = (amountMinor: number) => ({ amountMinor, currency: 'CNY' });
const recordOf = (row: Row | undefined) => (row && typeof row === 'object' && 'record' in row ? row.record : row);

describe('trades that a client’s terminal writes out', () => {
  const head =
    '成交日期\t成交时间\t证券代码\t证券名称\t买卖标志\t成交价格\t成交数量\t成交金额\t手续费\t印花税\t过户费\t合同编号\t成交编号\t';
  const row = (change: { side?: string; deal?: string; fee?: string; stamp?: string; quantity?: string; day?: string } = {}) =>
    [
      change.day ?? '20250311',
      '09:31:02',
      '="600000"',
      '浦发银行',
      change.side ?? '证券卖出',
      '10.020',
      change.quantity ?? '-100',
      '1,002.000',
      change.fee ?? '5.00',
      change.stamp ?? '0.50',
      '0.01',
      '="0001234"',
      change.deal ?? '0102000031',
      '',
    ].join('\t');

  it('are fills with what the client paid, and what of it is passed on', async () => {
    const [one] = await read(terminalTrades, [head, row()]);
    expect(one).toEqual({
      source: 'client-terminal',
      accountId: '8801',
      record: '8801/2025-03-11/600000/0102000031',
      version: 'next',
      kind: 'tradeBooked',
      data: {
        kind: 'trade',
        on: '2025-03-11',
        side: 'sell',
        instrument: { instrumentId: '600000', instrumentClass: 'equity' },
        quantityMillionths: 100_000_000,
        gross: cny(100_200),
        commission: cny(551),
        passedOn: cny(51),
      },
    });
  });

  it('are the same with commas, in another order, and with a column that says whose they are', async () => {
    const lines = [
      '手续费,成交编号,证券代码,成交日期,买卖标志,成交数量,成交金额,资金账号',
      '5.00,77,"=""510300""",2025-03-11,买入,1200,"4,800.12",9902',
    ];
    expect(await read(terminalTrades, lines, { source: 'brokerB' })).toMatchObject([
      {
        source: 'brokerB',
        accountId: '9902',
        data: { side: 'buy', instrument: { instrumentClass: 'fund' }, gross: cny(480_012), commission: cny(500), passedOn: cny(0) },
      },
    ]);
    expect(await read(terminalTrades, lines)).toEqual([{ code: 'other-account', pointer: '/资金账号' }]);
    expect(await read(terminalTrades, [head, row()], {})).toEqual([{ code: 'missing', pointer: '/资金账号' }]);
  });

  it.each([
    [row({ side: '打新申购' }), 'unknown-word', '/买卖标志/打新申购'],
    [row({ side: '' }), 'missing', '/买卖标志'],
    [row({ fee: '' }), 'missing', '/手续费'],
    [row({ fee: '--' }), 'missing', '/手续费'],
    [row({ fee: '5.005' }), 'too-many-decimals', '/手续费'],
    [row({ quantity: '1O0' }), 'bad-number', '/成交数量'],
    [row({ day: '20250231' }), 'bad-date', '/成交日期'],
    [row().split('\t').slice(0, 5).join('\t'), 'wrong-columns', ''],
  ])('are parked where something cannot be taken: %#', async (line, code, pointer) => {
    expect(await read(terminalTrades, [head, line])).toEqual([{ code, pointer }]);
  });

  it('have their sums, rules and rows of cash passed over, and figures above them do not matter', async () => {
    const lines = ['交割单查询  2025-03-11', '------', head, row(), row({ side: '银行转证券' }), '合计\t\t\t\t\t\t-100', '------'];
    expect((await read(terminalTrades, lines)).map(recordOf)).toEqual([
      '8801/2025-03-11/600000/0102000031',
      ...Array.from({ length: 3 }, () => 'passed over'),
    ]);
  });

  it('are told apart: alike in all they are one, under one number two, without a number each is one', async () => {
    const records = async (...lines: string[]) => (await read(terminalTrades, [head, ...lines])).map(recordOf);
    const [first, again, other] = await records(row(), row(), row({ fee: '6.00' }));
    expect([again, other]).toEqual([first, `${first as string}/2`]);
    const [one, two] = await records(row({ deal: '0' }), row({ deal: '' }));
    expect(one).toMatch(/^8801\/2025-03-11\/[0-9a-f]{32}$/);
    const twice = await records(row({ deal: '0' }), row({ deal: '0' }));
    expect(twice).toEqual([one, `${one as string}/2`]);
    expect(two).toBe(one);
  });

  it('are refused as a whole where the columns are not theirs', async () => {
    await expect(read(terminalTrades, [row(), row()])).rejects.toThrow('none of its first lines names the columns 成交日期');
    await expect(read(terminalTrades, [head.replace('印花税', '手续费'), row()])).rejects.toThrow('names the column 手续费 twice');
    await expect(read(terminalTrades, [head.replace('手续费', '杂费'), row()])).rejects.toThrow('手续费/佣金');
  });
});

describe('cash that a client’s terminal writes out', () => {
  const head = '发生日期,业务名称,发生金额,资金余额,币种,流水号,备注';
  const row = (word: string, amount: string, more = ',,') => `20250311,${word},${amount},1000.00${more === ',,' ? ',人民币,,' : more}`;

  it('came in or went out by its word; trades are passed over, and no word is guessed', async () => {
    const rows = await read(terminalCash, [
      head,
      row('银行转证券', '1000.00'),
      row('证券转银行', '-200.50'),
      row('证券买入', '-10.00'),
      row('新股中签', '-1.00'),
    ]);
    expect(rows).toMatchObject([
      { kind: 'cashMoved', data: { on: '2025-03-11', direction: 'in', amount: cny(100_000), state: 'booked' } },
      { data: { direction: 'out', amount: cny(20_050) } },
      'passed over',
      { code: 'unknown-word', pointer: '/业务名称/新股中签' },
    ]);
    expect(await read(terminalCash, [head, row('银行转证券', '-1.00')])).toEqual([{ code: 'sign-differs', pointer: '/发生金额' }]);
    expect(await read(terminalCash, [head, row('银行转证券', '')])).toEqual([{ code: 'missing', pointer: '/发生金额' }]);
    expect(await read(terminalCash, [head, row('利息归本', '0.11', ',美元,7,')])).toMatchObject([
      { data: { amount: { amountMinor: 11, currency: 'USD' } } },
    ]);
    expect(await read(terminalCash, [head, row('利息归本', '0.11', ',日元,7,')])).toEqual([
      { code: 'unknown-word', pointer: '/币种/日元' },
    ]);
  });

  it('is known by its serial number, or by its row, wherever it stands', async () => {
    const [in1, in2] = (await read(terminalCash, [head, row('银行转存', '5.00'), row('银行转存', '5.00')])).map(recordOf);
    expect(in2).toBe(`${in1 as string}/2`);
    const moved = ['资金余额,币种,发生金额,业务名称,发生日期', '1000.00,人民币,5.00,银行转存,2025-03-11'];
    expect((await read(terminalCash, moved)).map(recordOf)).not.toContain(in2);
    const serial = async (amount: string) => (await read(terminalCash, [head, row('银行转存', amount, ',人民币,88,')])).map(recordOf);
    expect(await serial('5.00')).toEqual(await serial('6.00'));
  });
});

describe('holdings that a client’s terminal writes out', () => {
  const head = '证券代码\t证券名称\t股票余额\t可用余额\t成本价\t市价\t市值\t';
  const row = (code: string, value: string) => `="${code}"\t某股\t100.000\t100\t\t10.02\t${value}\t`;
  const on = '2025-03-11';

  it('are the assets of their account on their day', async () => {
    const stated = { accountId: '8801', on };
    expect(
      await read(terminalHoldings, [head, row('600000', '1,002.00'), row('000001', '500.500'), '合计\t\t\t\t\t\t1502.50'], stated),
    ).toEqual([
      'passed over',
      {
        source: 'client-terminal',
        accountId: '8801',
        record: `8801/${on}`,
        version: 'next',
        kind: 'assetsObserved',
        data: { on, total: cny(150_250), securities: cny(150_250) },
      },
    ]);
    const above = ['人民币: 余额:37.11  可用:37.11  参考市值:1002.00  资产:1039.11  盈亏:1.00', '港币: 余额:9.00  资产:9.00'];
    expect(await read(terminalHoldings, [...above, head, row('600000', '1002.00')], stated)).toMatchObject([
      { data: { total: cny(103_911), securities: cny(100_200), cash: cny(3_711) } },
    ]);
    expect(await read(terminalHoldings, [head, row('600000', '1.00')], { accountId: '8801' }, '20250311 资金股份.txt')).toMatchObject([
      { data: { on } },
    ]);
  });

  it('of several accounts are told apart by the column', async () => {
    const lines = [
      `资金账号\t日期\t${head}`,
      `1\t20250311\t${row('600000', '1.00')}`,
      `2\t20250311\t${row('600000', '2.00')}`,
      `1\t20250311\t${row('600001', '3.00')}`,
    ];
    expect(await read(terminalHoldings, lines, {})).toMatchObject([
      { record: '1/2025-03-11', data: { total: cny(400) } },
      { record: '2/2025-03-11', data: { total: cny(200) } },
    ]);
  });

  it('are not known where one row is not, and of no day that nobody names', async () => {
    const stated = { accountId: '8801', on };
    expect(await read(terminalHoldings, [head, row('600000', '1.00'), row('600001', '')], stated)).toEqual([
      { code: 'missing', pointer: '/市值' },
    ]);
    expect(await read(terminalHoldings, [head, row('600000', '1.00'), '600001\t某股'], stated)).toEqual([
      { code: 'wrong-columns', pointer: '' },
    ]);
    await expect(read(terminalHoldings, [head, row('600000', '1.00')])).rejects.toThrow('of which day');
  });
});
