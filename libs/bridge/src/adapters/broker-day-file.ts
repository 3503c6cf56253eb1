import { type Adapter, type Translation } from './adapter.js';
import { readMarker } from './marker-file.js';
import { linesOf } from './standard.js';

/**
 * The end-of-day file of a broker's counter system: semicolons, amounts in yuan with two decimals, dates without dashes.
 *   H;20250311;brokerA
 *   P;<account>;<seq>;<date>;<total>;<securities>;<cash>          holdings at the end of the day
 *   T;<account>;<seq>;<trade>;<version>;<date>;<B|S>;<instrument>;<class>;<quantity>;<gross>;<commission>;<passed on>
 * A row names its source in its last column, so that it is understood by itself, also when it is tried again.
 */
const EXTENSION = '.csv';
const columns = { P: 8, T: 14 } as const;

export const brokerDayFile: Adapter = {
  name: 'broker-day-file',
  translate(raw): Translation {
    const row = Buffer.from(raw).toString('utf8').trim().split(';');
    const [type] = row;
    if (type !== 'P' && type !== 'T') return { refused: { code: 'wrong-columns', pointer: '/0' } };
    if (row.length !== columns[type]) return { refused: { code: 'wrong-columns', pointer: '' } };
    const money = (at: number) => ({ amountMinor: minorOf(row[at]!), currency: 'CNY' });
    const broken = (type === 'P' ? [2, 4, 5, 6] : [2, 4, 9, 10, 11, 12]).find((at) => Number.isNaN(minorOf(row[at]!)));
    if (broken !== undefined) return { refused: { code: 'bad-number', pointer: `/${broken}` } };
    const head = { source: row.at(-1)!, accountId: row[1]!, ...(row[2] !== '' && { sequence: Number(row[2]) }) };
    if (type === 'P') {
      const on = dateOf(row[3]!);
      const data = { on, total: money(4), securities: money(5), cash: money(6) };
      return { statements: [{ ...head, record: `${row[1]}/${on}`, version: 1, kind: 'assetsObserved', data }] };
    }
    const [version, on] = [Number(row[4]), dateOf(row[5]!)];
    const side = row[6] === 'B' ? 'buy' : row[6] === 'S' ? 'sell' : row[6];
    const data = {
      kind: 'trade',
      on,
      side,
      instrument: { instrumentId: row[7], instrumentClass: row[8] },
      quantityMillionths: minorOf(row[9]!, 6),
      gross: money(10),
      commission: money(11),
      passedOn: money(12),
    };
    return { statements: [{ ...head, record: row[3], version, kind: version === 1 ? 'tradeBooked' : 'tradeCorrected', data }] };
  },
  file: {
    extension: EXTENSION,
    async *pieces(filePath) {
      let first = true;
      for await (const line of linesOf(filePath)) {
        if (!first) yield line;
        first = false; // the header names the day for people; every row stands by itself
      }
    },
    markers: (filePath) => readMarker(filePath, EXTENSION),
  },
};

const dateOf = (text: string): string => text.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');

/** Exactly: `1234.5` with two decimals is 123450. NaN where it is no number, or has more decimals. */
function minorOf(text: string, decimals = 2): number {
  const match = /^(-?\d{1,12})(?:\.(\d+))?$/.exec(text);
  if (text === '') return 0;
  if (!match || (match[2] ?? '').length > decimals) return Number.NaN;
  return Number(`${match[1]}${(match[2] ?? '').padEnd(decimals, '0')}`);
}
