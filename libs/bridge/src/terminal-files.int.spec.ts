import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  type Adapter,
  type FileReport,
  type FileStated,
  importBackOfficeFile,
  terminalCash,
  terminalHoldings,
  terminalTrades,
} from './index.js';
import { type BackOfficeUnderTest, startBackOffice } from '../../../test/support/back-office.js';
import { inGbk } from '../../../test/support/gb18030.js';

jest.setTimeout(120_000);

describe('files of a client’s terminal, in GBK', () => {
  let t: BackOfficeUnderTest;
  const folder = mkdtempSync(path.join(tmpdir(), 'rapport-terminal-'));
  beforeAll(async () => {
    t = await startBackOffice();
    await t.owner('7701', '7702');
  });
  afterAll(async () => {
    await t.close();
    rmSync(folder, { recursive: true });
  });

  const take = (adapter: Adapter, name: string, lines: readonly string[], stated: FileStated = {}): Promise<FileReport> => {
    const file = path.join(folder, name);
    writeFileSync(file, inGbk(`${lines.join('\r\n')}\r\n`));
    return importBackOfficeFile(t.office, adapter, file, undefined, { accountId: '7701', source: 'brokerT', ...stated });
  };
  const factsOf = async (type: string) => (await t.facts('7701')).filter((fact) => fact.type === type).map(({ data }) => data);

  const head = '成交日期\t证券代码\t买卖标志\t成交数量\t成交金额\t手续费\t印花税\t成交编号';
  const fill = (deal: string, fee = '5.00', side = '证券买入') => `20250311\t="600000"\t${side}\t100\t1002.00\t${fee}\t\t${deal}`;

  it('become trades once, and a corrected fill is the next version', async () => {
    const lines = [head, fill('1'), fill('2', '5.00', '卖出'), fill('', '5.00', '银行转证券'), fill('3', '5.00', '新词'), '合计'];
    const report = await take(terminalTrades, 'trades.xls', lines);
    expect(report).toMatchObject({ read: 3, counts: { applied: 2, parked: 1 }, passedOver: 2, days: [] });
    expect(await take(terminalTrades, 'again.xls', lines)).toMatchObject({ counts: { ignored: 3 } });
    expect(await take(terminalTrades, 'longer.xls', [...lines, fill('4')])).toMatchObject({ counts: { applied: 1, ignored: 3 } });
    expect(await take(terminalTrades, 'corrected.xls', [head, fill('1', '6.00')])).toMatchObject({ counts: { applied: 1 } });
    expect(await factsOf('TurnoverObserved')).toMatchObject([
      { tradeId: '7701/2025-03-11/600000/1', side: 'buy', state: 'booked', commission: { amountMinor: 500 } },
      { tradeId: '7701/2025-03-11/600000/2', side: 'sell', state: 'booked' },
      { tradeId: '7701/2025-03-11/600000/4', state: 'booked' },
      { tradeId: '7701/2025-03-11/600000/1', state: 'corrected', commission: { amountMinor: 600 } },
    ]);
    const { rows } = await t.under.owner.query(`SELECT source, reason, pointer FROM bridge.messages WHERE status = 'parked'`);
    expect(rows).toEqual([{ source: 'brokerT', reason: 'unknown-word', pointer: '/买卖标志/新词' }]);
  });

  it('become holdings of their day, and movements of cash', async () => {
    const holdings = (value: string) => ['证券代码\t证券数量\t市值', `600000\t100\t${value}`];
    expect(await take(terminalHoldings, '20250311.txt', holdings('1002.00'))).toMatchObject({ read: 1, counts: { applied: 1 } });
    expect(await take(terminalHoldings, '20250311.txt', holdings('1003.00'))).toMatchObject({ counts: { applied: 1 } });
    expect(await take(terminalHoldings, 'other.txt', holdings('5.00'), { accountId: '7702', on: '2025-03-11' })).toMatchObject({
      counts: { applied: 1 },
    });
    expect(await factsOf('AssetsObserved')).toMatchObject([{ total: { amountMinor: 100_200 } }, { total: { amountMinor: 100_300 } }]);
    const cash = ['发生日期,业务名称,发生金额,资金余额', '20250311,银行转证券,5.00,5.00', '20250311,银行转证券,5.00,10.00'];
    expect(await take(terminalCash, 'cash.csv', cash)).toMatchObject({ counts: { applied: 2 } });
    expect(await take(terminalCash, 'cash-2.csv', [...cash, '20250312,证券转银行,-4.00,6.00'])).toMatchObject({
      counts: { applied: 1, ignored: 2 },
    });
    expect((await factsOf('MovementObserved')).map((data) => [data['direction'], data['amount']])).toEqual([
      ['in', { amountMinor: 500, currency: 'CNY' }],
      ['in', { amountMinor: 500, currency: 'CNY' }],
      ['out', { amountMinor: 400, currency: 'CNY' }],
    ]);
  });

  it('are refused as a whole where they are something else, or of no day', async () => {
    for (const [adapter, lines] of [
      [terminalTrades, ['证券代码\t市值', '600000\t1']],
      [terminalHoldings, ['证券代码\t证券数量\t市值', '600000\t100\t1.00']],
    ] as const)
      expect(await take(adapter, 'table.xls', lines)).toMatchObject({ read: 0, refused: { code: 'wrong-header' } });
  });
});
