import path from 'node:path';
import { dateOf, decimalOf, WrongHeader } from '#text-files';
import { type Adapter, type FileReading, NEXT_VERSION, type Translation } from './adapter.js';
import { translated } from './cells.js';
import { keptAs, TERMINAL_EXTENSIONS, TERMINAL_SOURCE, TerminalCells, terminalLines, type TerminalRow } from './terminal-file.js';
import { accountIn, currencyIn, moneyIn } from './terminal-values.js';

/** Holdings of one account on one day. */
interface KeptHoldings {
  rows: TerminalRow[];
  /** The figures above the table, of a file of one account: cash and all assets, as written. */
  cash?: string;
  assets?: string;
  account?: string;
  source: string;
  on: string;
  /** A row of the file that cannot be parted into its cells: whose it is, is not known, and so is no account's sum. */
  broken?: string;
}

/**
 * Holdings as the terminal of a broker's client writes them out (持仓, 资金股份): a row a security; the rows of an account and a day
 * are its assets at the end of that day. Securities are the sum of the market values. The total is what the figures above the table
 * say (资产), or securities and cash (余额) where those say it, or securities alone: the file knows of no more, and cash is absent. The day is
 * the row's, as stated, or the eight digits in the file's name. One row that cannot be read parks its account's day, whose sum is
 * not known then. A file's rows are held in memory.
 */
export const terminalHoldings: Adapter = {
  name: 'terminal-holdings',
  translate(raw): Translation {
    const kept = JSON.parse(Buffer.from(raw).toString('utf8')) as KeptHoldings | { none: string } | Required<Pick<KeptHoldings, 'broken'>>;
    if ('none' in kept) return { statements: [] };
    return 'broken' in kept ? { refused: { code: 'wrong-columns', pointer: '' } } : translated(() => [statementOf(kept)]);
  },
  file: {
    extensions: TERMINAL_EXTENSIONS,
    source: TERMINAL_SOURCE,
    pieces,
    markers: () => Promise.resolve([]),
  },
};

function statementOf(kept: KeptHoldings): object {
  const all = kept.rows.map((row) => new TerminalCells(row));
  const [first] = all as [TerminalCells];
  const currency = currencyIn(first);
  let securities = 0;
  for (const cells of all) {
    if (currencyIn(cells) !== currency) cells.refuse('unknown-word', 'currency', cells.optional('currency'));
    cells.decimal('held', { decimals: 6, zerosBehind: true, thousands: true });
    securities += moneyIn(cells, 'marketValue', currency);
  }
  const above = (text: string | undefined): number | undefined => {
    const found = text === undefined ? undefined : decimalOf(text, { decimals: 2, zerosBehind: true, thousands: true });
    return typeof found === 'string' ? first.refuse(found, 'balance') : found;
  };
  const [cash, assets] = [above(kept.cash), above(kept.assets)];
  const money = (amountMinor: number) => ({ amountMinor, currency });
  const accountId = accountIn(first, kept);
  return {
    source: kept.source,
    accountId,
    record: `${accountId}/${kept.on}`,
    version: NEXT_VERSION,
    kind: 'assetsObserved',
    data: {
      on: kept.on,
      total: money(assets ?? securities + (cash ?? 0)),
      securities: money(securities),
      ...(cash !== undefined && { cash: money(cash) }),
    },
  };
}

/** `人民币: 余额:37.11  可用:37.11  参考市值:22540.00  资产:22577.11` */
const FIGURE = { cash: /(?<!\p{L})(?:资金余额|余额)\s*[:：]\s*([\d.,+-]+)/u, assets: /(?<!\p{L})(?:总资产|资产)\s*[:：]\s*([\d.,+-]+)/u };
const OTHER_CURRENCY = /港币|港元|美元|HKD|USD/i;

async function* pieces(filePath: string, reading: FileReading): AsyncIterable<Uint8Array> {
  const { accountId: account, source = TERMINAL_SOURCE } = reading;
  const file = path.basename(filePath);
  const groups = new Map<string, KeptHoldings>();
  let broken: string | undefined;
  let figures: Pick<KeptHoldings, 'cash' | 'assets'> = {};
  for await (const { is, row, text } of terminalLines(filePath, reading, ['code', 'held', 'marketValue'])) {
    if (is === 'above') {
      if (OTHER_CURRENCY.test(text)) continue;
      const [cash, assets] = [FIGURE.cash.exec(text)?.[1], FIGURE.assets.exec(text)?.[1]];
      figures = { ...figures, ...(cash && { cash }), ...(assets && { assets }) };
    } else if (is === 'summary') yield keptAs({ none: text });
    else if (!row) broken = text;
    else {
      const cells = new TerminalCells(row);
      const on = dayOf(cells, file, reading);
      const key = `${cells.optional('account')}|${on}`;
      const group = groups.get(key) ?? { rows: [], ...(account && { account }), source, on };
      groups.set(key, group);
      group.rows.push(row);
    }
  }
  // figures above a table of several accounts would be nobody's
  for (const group of groups.values()) yield keptAs({ ...group, ...(groups.size === 1 && figures), ...(broken && { broken }) });
  if (broken && groups.size === 0) yield keptAs({ broken });
}

function dayOf(cells: TerminalCells, file: string, { on }: FileReading): string {
  const stated = cells.optional('day');
  const named = on ?? dateOf(/(?<!\d)(20\d{6})(?!\d)/.exec(file)?.[1] ?? '');
  const day = stated === '' ? named : dateOf(stated);
  if (day) return day;
  throw new WrongHeader(`${file}: it does not say of which day its holdings are; state it, or name it in the file's name (20250311)`);
}
