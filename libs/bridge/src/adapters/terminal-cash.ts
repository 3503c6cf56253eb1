import { hash } from 'node:crypto';
import { type Adapter, type FileReading, NEXT_VERSION, type Translation } from './adapter.js';
import { translated } from './cells.js';
import { keptAs, type KeptRow, Ordinals, TERMINAL_EXTENSIONS, TERMINAL_SOURCE, TerminalCells, terminalLines } from './terminal-file.js';
import { accountIn, currencyIn, keptRow, moneyIn } from './terminal-values.js';
import { businessOf } from './terminal-words.js';

/**
 * Cash as the terminal of a broker's client writes it out (资金流水): what came in or went out without a trade. Rows of trades are
 * passed over, for the file of trades says them. A movement is known by its serial number, or else by its whole row: two that are
 * alike in everything are two.
 */
export const terminalCash: Adapter = {
  name: 'terminal-cash',
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
  const word = cells.said('word');
  const business = businessOf(word) ?? cells.refuse('unknown-word', 'word', word);
  if (business.is === 'trade') return [];
  const [accountId, on, currency] = [accountIn(cells, kept), cells.date('cashDay'), currencyIn(cells)];
  const { direction } = business;
  const moved = moneyIn(cells, 'moved', currency);
  if (direction === 'in' && moved < 0) cells.refuse('sign-differs', 'moved');
  const id = cells.optional('serial') === '' ? rowHash(cells) : hash('sha256', `serial ${cells.optional('serial')}`, 'hex').slice(0, 32);
  return [
    {
      source: kept.source,
      accountId,
      record: `${accountId}/${on}/cash/${id}${kept.ordinal > 0 ? `/${kept.ordinal + 1}` : ''}`,
      version: NEXT_VERSION,
      kind: 'cashMoved',
      data: { on, direction, amount: { amountMinor: Math.abs(moved), currency }, state: 'booked' },
    },
  ];
}

const TOLD = ['account', 'cashDay', 'time', 'word', 'moved', 'balance', 'currency', 'code', 'order', 'serial'] as const;
const toldBy = (cells: TerminalCells): string => JSON.stringify(TOLD.map((column) => cells.optional(column)));
const rowHash = (cells: TerminalCells): string => hash('sha256', toldBy(cells), 'hex').slice(0, 32);

async function* pieces(filePath: string, reading: FileReading): AsyncIterable<Uint8Array> {
  const ordinals = new Ordinals();
  const { accountId: account, source = TERMINAL_SOURCE } = reading;
  for await (const { is, row, text } of terminalLines(filePath, reading, ['cashDay', 'word', 'moved'])) {
    if (is === 'above') continue;
    if (!row) yield keptAs(is === 'summary' ? { none: text } : { broken: text });
    else {
      const cells = new TerminalCells(row);
      const ordinal = cells.optional('serial') === '' ? ordinals.next(toldBy(cells)) : 0;
      yield keptAs({ row, ...(account && { account }), source, ordinal });
    }
  }
}
