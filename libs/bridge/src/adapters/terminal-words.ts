import type { TradeSide } from '#event-sourcing';

/** What a business word of a client's terminal says. `trade`: also in files of cash, where it is the trade's own money. */
export type Business = { is: 'trade'; side: TradeSide } | { is: 'cash'; direction: 'in' | 'out' };

const words = (business: Business, list: string): [string, Business][] => list.split(/\s+/).map((word) => [word, business]);

/** Words as the terminals of Chinese brokers write them. One that is missing is parked with its row: nobody guesses what it means. */
const BUSINESS: ReadonlyMap<string, Business> = new Map([
  ...words({ is: 'trade', side: 'buy' }, '买入 证券买入 普通买入 买 B 担保品买入 担保买入 融资买入 买券还券 港股通股票买入 港股通买入'),
  ...words({ is: 'trade', side: 'sell' }, '卖出 证券卖出 普通卖出 卖 S 担保品卖出 担保卖出 融券卖出 卖券还款 港股通股票卖出 港股通卖出'),
  ...words({ is: 'cash', direction: 'in' }, '银行转证券 银行转存 银证转入 银行转入 资金存入 资金转入 存入'),
  ...words({ is: 'cash', direction: 'out' }, '证券转银行 银行转取 银证转出 银行转出 资金取出 资金转出 取出'),
  ...words(
    { is: 'cash', direction: 'in' },
    '利息归本 批量利息归本 利息结算 股息入账 股息入帐 股息红利 红利入账 红利入帐 现金分红 除权除息',
  ),
  ...words({ is: 'cash', direction: 'out' }, '股息个税征收 股息红利税补缴 股息红利差异扣税 红利税 红利税补缴'),
]);

/** Blanks do not count, nor does what stands in brackets behind the word, e.g. the security's name. */
export const businessOf = (word: string): Business | undefined => BUSINESS.get(word.replaceAll(/\s/g, '').replace(/[（(].*[）)]$/, ''));

const CURRENCIES: ReadonlyMap<string, string> = new Map([
  ...'人民币 RMB CNY 元'.split(' ').map((word) => [word, 'CNY'] as const),
  ...'港币 港元 HKD'.split(' ').map((word) => [word, 'HKD'] as const),
  ...'美元 美金 USD'.split(' ').map((word) => [word, 'USD'] as const),
]);

/** A terminal that names none shows yuan. */
export const currencyOf = (word: string): string | undefined => (word === '' ? 'CNY' : CURRENCIES.get(word.toUpperCase()));

/** Columns by the names that terminals have for them; the first that a file has counts. */
export const COLUMN_NAMES = {
  account: ['资金账号', '资金帐号', '资金账户', '资金帐户', '资产账户'],
  code: ['证券代码', '股票代码', '基金代码'],
  word: ['业务名称', '买卖标志', '买卖方向', '操作', '业务标志', '业务类型', '摘要'],
  side: ['买卖标志', '买卖方向', '操作', '委托类别', '业务名称', '业务标志', '摘要'],
  day: ['日期', '持仓日期', '交易日期', '清算日期', '查询日期'],
  tradeDay: ['成交日期', '交易日期', '发生日期', '日期'],
  cashDay: ['发生日期', '交易日期', '成交日期', '交收日期', '日期'],
  time: ['成交时间', '发生时间', '时间'],
  quantity: ['成交数量', '成交股数', '数量'],
  gross: ['成交金额', '成交额'],
  fee: ['手续费', '佣金', '净佣金'],
  stampDuty: ['印花税'],
  transferFee: ['过户费'],
  otherFee: ['其他费', '其他费用', '其他杂费', '其它费', '附加费', '结算费'],
  deal: ['成交编号', '成交号', '成交序号'],
  order: ['合同编号', '委托编号', '合同号'],
  held: ['股票余额', '证券数量', '证券余额', '当前持仓', '持仓数量', '库存数量', '股份余额', '参考持股', '实际数量'],
  marketValue: ['市值', '最新市值', '参考市值', '证券市值', '当前市值'],
  moved: ['发生金额', '变动金额', '资金发生数', '发生额'],
  balance: ['资金余额', '本次余额', '剩余金额', '本次资金余额', '余额'],
  serial: ['流水号', '资金流水号', '流水序号'],
  currency: ['币种', '币种名称'],
} as const satisfies Record<string, readonly string[]>;
export type TerminalColumn = keyof typeof COLUMN_NAMES;

/** The class of a security by its number's range at the exchanges of Shanghai, Shenzhen and Beijing; `security` of any other. */
export function classOf(code: string): string {
  if (!/^\d{6}$/.test(code)) return 'security';
  if (/^(60|68|90|00|20|30|43|83|87|88|92)/.test(code)) return 'equity';
  if (/^(5|15|16|18)/.test(code)) return 'fund';
  return /^(01|02|10|11|12|13[6-9]|14|17|24|27)/.test(code) ? 'bond' : 'security';
}
