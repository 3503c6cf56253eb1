import { hash } from 'node:crypto';
import { type Adapter, type FileReading, NEXT_VERSION, type Translation } from './adapter.js';
import { translated } from './cells.js';
import {
  isNumber,
  keptAs,
  type KeptRow,
  Ordinals,
  TERMINAL_EXTENSIONS,
  TERMINAL_SOURCE,
  TerminalCells,
  terminalLines,
} from './terminal-file.js';
import { businessOf, classOf } from './terminal-words.js';
import { accountIn, currencyIn, keptRow, moneyIn, QUANTITY } from './terminal-values.js';

/**
 * Trades as the terminal of a broker's client writes them out (成交, 交割单): a row a fill. The commission is what the client paid in
 * all; stamp duty, transfer fee and other fees, as far as the row tells them, are passed on. A fill is known by account, day, code
 * and 成交编号, and its next content corrects it; without that number by its whole row. Rows of cash are passed over.
 */
export const terminalTrades: Adapter = {
  name: 'terminal-trades',
  translate(raw): Translation {
    const kept = keptRow(raw);
    if (!kept) return { refused: { code: 'wrong-columns', pointer: '' } };
    return 'none' in kept ? { statements: [] } : translated(() => statementOf(kept));
  },
  file: {
    extensions: TERMINAL_EXTENSIONS,
    source: TERMINAL_SOURCE,
    pieces,
    markers: () => Promise.resolve([]),
  },
};

function statementOf(kept: KeptRow): object[] {
  const cells = new TerminalCells(kept.row);
  if (businessOf(cells.optional('word'))?.is === 'cash') return [];
  const word = cells.said('side');
  const business = businessOf(word) ?? cells.refuse('unknown-word', 'side', word);
  if (business.is === 'cash') return [];
  const [accountId, on, code] = [accountIn(cells, kept), cells.date('tradeDay'), cells.said('code')];
  const currency = currencyIn(cells);
  const fee = moneyIn(cells, 'fee', currency);
  const passedOn = (['stampDuty', 'transferFee', 'otherFee'] as const).reduce(
    (sum, column) => sum + (cells.optional(column) === '' ? 0 : moneyIn(cells, column, currency)),
    0,
  );
  const money = (amountMinor: number) => ({ amountMinor, currency });
  const deal = cells.optional('deal');
  return [
    {
      source: kept.source,
      accountId,
      record: `${accountId}/${on}/${isNumber(deal) ? `${code}/${deal}` : rowHash(cells)}${kept.ordinal > 0 ? `/${kept.ordinal + 1}` : ''}`,
      version: NEXT_VERSION,
      kind: 'tradeBooked',
      data: {
        kind: 'trade',
        on,
        side: business.side,
        instrument: { instrumentId: code, instrumentClass: classOf(code) },
        // terminals show what leaves the account below zero; which way it went is said by the word
        quantityMillionths: Math.abs(cells.decimal('quantity', QUANTITY)),
        gross: money(Math.abs(moneyIn(cells, 'gross', currency))),
        commission: money(fee + passedOn),
        passedOn: money(passedOn),
      },
    },
  ];
}

/** What a fill without a number is known by: all that tells it from another. */
function rowHash(cells: TerminalCells): string {
  const told = (['tradeDay', 'time', 'code', 'side', 'quantity', 'gross', 'fee', 'order', 'balance'] as const).map((column) =>
    cells.optional(column),
  );
  return hash('sha256', JSON.stringify(told), 'hex').slice(0, 32);
}

const FILL = ['account', 'tradeDay', 'code', 'deal'] as const;

async function* pieces(filePath: string, reading: FileReading): AsyncIterable<Uint8Array> {
  const ordinals = new Ordinals();
  const contents = new Map<string, number>();
  const { accountId: account, source = TERMINAL_SOURCE } = reading;
  for await (const { is, row, text } of terminalLines(filePath, reading, ['tradeDay', 'code', 'side', 'quantity', 'gross', 'fee'])) {
    if (is === 'above') continue;
    if (!row) {
      yield keptAs(is === 'summary' ? { none: text } : { broken: text });
      continue;
    }
    // a fill that stands twice, alike in everything, is one; two fills under one number are two
    const cells = new TerminalCells(row);
    const content = JSON.stringify(row);
    const numbered = isNumber(cells.optional('deal')) && JSON.stringify(FILL.map((column) => cells.optional(column)));
    const ordinal = numbered ? (contents.get(content) ?? ordinals.next(numbered)) : ordinals.next(content);
    contents.set(content, ordinal);
    yield keptAs({ row, ...(account && { account }), source, ordinal });
  }
}
