import { cellsOf, dateOf, textLines, textRecords, WrongHeader } from '#text-files';
import path from 'node:path';
import { type Adapter, type FileReading, NEXT_VERSION, type Translation } from './adapter.js';
import { Cells, translated } from './cells.js';
import { readMarker } from './marker-file.js';

/**
 * The end-of-day file of a broker's counter system: semicolons, amounts in yuan with two decimals, quantities with six, dates
 * without dashes.
 *   H;20250311;brokerA
 *   P;<account>;<seq>;<date>;<total>;<securities>;<cash>          holdings at the end of the day
 *   T;<account>;<seq>;<trade>;<version>;<date>;<B|S>;<instrument>;<class>;<quantity>;<gross>;<commission>;<passed on>
 * A row names its source in its last column, so that it is understood by itself, also when it is tried again. An empty sequence,
 * part, side, instrument or quantity says nothing; the others are needed. Holdings have no versions: a corrected row is the next.
 */
const DELIMITER = ';';
const WIDTH = { P: 8, T: 14 } as const;
const YUAN = { decimals: 2 };
const UNITS = { decimals: 6 };
const SIDES: Readonly<Record<string, string>> = { B: 'buy', S: 'sell' };

export const brokerDayFile: Adapter = {
  name: 'broker-day-file',
  translate(raw): Translation {
    const row = cellsOf(Buffer.from(raw).toString('utf8'), DELIMITER);
    const type = row[0]!.toUpperCase();
    if (type !== 'P' && type !== 'T') return { refused: { code: 'wrong-columns', pointer: '/0' } };
    if (row.length !== WIDTH[type]) return { refused: { code: 'wrong-columns', pointer: '' } };
    const cells = new Cells<number>((at) => row[at]);
    return translated(() => [type === 'P' ? holding(cells) : trade(cells)]);
  },
  file: {
    extensions: ['.csv'],
    pieces: rows,
    markers: readMarker,
  },
};

function holding(cells: Cells<number>): object {
  const [accountId, on] = [cells.said(1), cells.date(3)];
  const part = (at: number) => {
    const amountMinor = cells.optionalDecimal(at, YUAN);
    return amountMinor === undefined ? undefined : { amountMinor, currency: 'CNY' };
  };
  const [securities, cash] = [part(5), part(6)];
  return {
    ...headOf(cells, WIDTH.P),
    record: `${accountId}/${on}`,
    version: NEXT_VERSION,
    kind: 'assetsObserved',
    data: { on, total: money(cells, 4), ...(securities && { securities }), ...(cash && { cash }) },
  };
}

function trade(cells: Cells<number>): object {
  const version = cells.whole(4);
  const side = cells.optional(6);
  const quantityMillionths = cells.optionalDecimal(9, UNITS);
  const instrument = cells.optional(7) || cells.optional(8) ? { instrumentId: cells.said(7), instrumentClass: cells.said(8) } : undefined;
  return {
    ...headOf(cells, WIDTH.T),
    record: cells.said(3),
    version,
    kind: version === 1 ? 'tradeBooked' : 'tradeCorrected',
    data: {
      kind: 'trade',
      on: cells.date(5),
      ...(side && { side: SIDES[side.toUpperCase()] ?? side }),
      ...(instrument && { instrument }),
      ...(quantityMillionths !== undefined && { quantityMillionths }),
      gross: money(cells, 10),
      commission: money(cells, 11),
      passedOn: money(cells, 12),
    },
  };
}

const money = (cells: Cells<number>, at: number) => ({ amountMinor: cells.decimal(at, YUAN), currency: 'CNY' });

const headOf = (cells: Cells<number>, width: number) => ({
  source: cells.said(width - 1),
  accountId: cells.said(1),
  ...(cells.optional(2) && { sequence: cells.whole(2) }),
});

/** Records behind the header, which names the day for people; every one stands by itself. */
async function* rows(filePath: string, { encoding }: FileReading): AsyncIterable<Uint8Array> {
  let first = true;
  for await (const { text } of textRecords(textLines(filePath, encoding), DELIMITER)) {
    if (first) checkHeader(path.basename(filePath), cellsOf(text, DELIMITER));
    else yield Buffer.from(text);
    first = false;
  }
  if (first) checkHeader(path.basename(filePath), []);
}

function checkHeader(file: string, [type = '', day = '', source = '', ...more]: readonly string[]): void {
  if (type.toUpperCase() === 'H' && dateOf(day) && source !== '' && more.length === 0) return;
  throw new WrongHeader(`${file}: its first line must be H;<day>;<source>, e.g. H;20250311;brokerA`);
}
