import { createReadStream } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { addDays } from '#event-sourcing';
import { cellsOf, dateOf, decimalOf, textLines, WrongHeader } from '#text-files';
import { type Adapter, type FileMarker, type FileReading, NEXT_VERSION, type RefusalCode, type Translation } from './adapter.js';

/** The bank whose movements these are, in its own file `trans.asc`; the same name as that of its clients' import. */
const SOURCE = 'berka';
const CURRENCY = 'CZK';
const COLUMNS = ['trans_id', 'account_id', 'date', 'type', 'operation', 'amount', 'balance', 'k_symbol', 'bank', 'account'];
/** Two decimals at most. */
const HELLERS = { decimals: 2 };
/** The file rounds amounts and balances to tenths; two balances that are no further apart are one. */
const ROUNDING_MINOR = 20;

interface Movement {
  id: string;
  accountId: string;
  on: string;
  incoming: boolean;
  operation: string;
  symbol: string;
  amountMinor: number;
  balanceMinor: number;
}

/**
 * Movements of the Czech bank (PKDD'99), which knows neither trades nor end-of-day values. Derived, an account and a day at
 * a time, and nothing else is:
 * - End-of-day assets: the running balance after the day's last movement. The file does not keep the order within a day, so
 *   the last is the one whose balance no other movement of the day begins with; where that leaves none or several, the one
 *   that stands last. An overdraft is no asset: it counts as zero.
 * - A trade: what the client ordered, a deposit or withdrawal of cash, a card payment, a transfer to another account. Class
 *   `payment`, without commission.
 * - A charge: what the bank kept, for statements (SLUZBY) or as a penalty for an overdraft (SANKC. UROK). All of it is
 *   commission, nothing is passed on.
 * - Interest and transfers from other accounts, pensions among them, are nobody's order: they show in the balance alone.
 * Every day from the first to the last in the file is complete by it: the file is the whole of what the bank gave out. It has
 * no control totals of its own; those of its days are summed up from its lines, and held against what the inbox has of them.
 * Raw is a day of an account, its lines as they stand in the file, which is in the order of dates. The file numbers no versions: what
 * a later extract says otherwise is the next.
 */
export const berkaMovements: Adapter = {
  name: 'berka-movements',
  translate(raw): Translation {
    const lines = Buffer.from(raw).toString('utf8').split('\n').filter(Boolean);
    const ended = /^END;(\d{4}-\d\d-\d\d)$/.exec(lines[0] ?? '');
    if (ended) {
      return { statements: [{ source: SOURCE, record: 'extract', version: 1, kind: 'sourceEnded', data: { lastDay: ended[1] } }] };
    }
    const movements: Movement[] = [];
    for (const line of lines) {
      const movement = movementOf(line);
      if ('refused' in movement) return movement;
      movements.push(movement);
    }
    const [first] = movements;
    if (!first) return { refused: { code: 'wrong-columns', pointer: '' } };
    const { accountId, on } = first;
    const total = { amountMinor: Math.max(0, closingOf(movements).balanceMinor), currency: CURRENCY };
    const assets = {
      source: SOURCE,
      record: `balance:${accountId}:${on}`,
      version: NEXT_VERSION,
      accountId,
      kind: 'assetsObserved',
      data: { on, total, cash: total },
    };
    return { statements: [assets, ...movements.flatMap(turnoverOf)] };
  },
  file: {
    extensions: ['.asc'],
    pieces: accountDays,
    markers: daysOf,
  },
};

function movementOf(line: string): Movement | Extract<Translation, { refused: unknown }> {
  const cells = line
    .trim()
    .split(';')
    .map((cell) => cell.replaceAll('"', '').trim());
  if (cells.length !== COLUMNS.length) return { refused: { code: 'wrong-columns', pointer: '' } };
  const [id, account, date, type, operation, amount, balance, symbol] = cells as [string, ...string[]];
  const [amountMinor, balanceMinor] = [decimalOf(amount!, HELLERS), decimalOf(balance!, HELLERS)];
  const refused = (code: RefusalCode, at: number) => ({ refused: { code, pointer: `/${at}` } });
  if (typeof amountMinor !== 'number') return refused(amountMinor, 5);
  if (typeof balanceMinor !== 'number') return refused(balanceMinor, 6);
  if (!/^\d+$/.test(id) || !/^\d+$/.test(account!)) return refused('bad-number', 0);
  const on = dayOf(date!);
  if (!on) return refused(date === '' ? 'missing' : 'bad-date', 2);
  return {
    id,
    accountId: `BERKA-${account}`,
    on,
    incoming: type === 'PRIJEM',
    operation: operation!,
    symbol: symbol!,
    amountMinor,
    balanceMinor,
  };
}

/** The movement whose balance no other one begins with. */
function closingOf(movements: readonly Movement[]): Movement {
  const begins = ({ balanceMinor, amountMinor, incoming }: Movement): number => balanceMinor - (incoming ? amountMinor : -amountMinor);
  const last = movements.filter((one) =>
    movements.every((other) => other === one || Math.abs(begins(other) - one.balanceMinor) > ROUNDING_MINOR),
  );
  return last.length === 1 ? last[0]! : movements.at(-1)!;
}

const CHARGES: ReadonlySet<string> = new Set(['SLUZBY', 'SANKC. UROK']);
const ORDERED: ReadonlySet<string> = new Set(['VKLAD', 'VYBER', 'VYBER KARTOU', 'PREVOD NA UCET']);

function turnoverOf({ id, accountId, on, operation, symbol, amountMinor }: Movement): object[] {
  const isCharge = CHARGES.has(symbol);
  if (!isCharge && !ORDERED.has(operation)) return [];
  const gross = { amountMinor, currency: CURRENCY };
  const nothing = { amountMinor: 0, currency: CURRENCY };
  const head = { source: SOURCE, record: `trans:${id}`, version: NEXT_VERSION, accountId, kind: 'tradeBooked' };
  if (isCharge) return [{ ...head, data: { kind: 'charge', on, gross, commission: gross, passedOn: nothing } }];
  const instrument = { instrumentId: 'CZK', instrumentClass: 'payment' };
  return [{ ...head, data: { kind: 'trade', on, instrument, gross, commission: nothing, passedOn: nothing } }];
}

/** `YYMMDD` of the twentieth century; undefined where there is no such day. */
const dayOf = (text: string): string | undefined => (/^\d{6}$/.test(text) ? dateOf(`19${text}`) : undefined);

/** Each account's lines of a day together, day by day; then the day that the extract ends on, the last that it names. */
async function* accountDays(filePath: string, { encoding }: FileReading): AsyncIterable<Uint8Array> {
  let [date, last] = ['', ''];
  let accounts = new Map<string, string[]>();
  let header = true;
  const pieces = (): Uint8Array[] => [...accounts.values()].map((lines) => Buffer.from(lines.join('\n')));
  for await (const { text: line } of textLines(filePath, encoding)) {
    if (line.trim() === '') continue;
    if (header) {
      checkHeader(path.basename(filePath), line);
      header = false;
      continue;
    }
    const [, account = '', on = ''] = line.split(';', 3);
    if (on !== date) {
      yield* pieces();
      [date, accounts] = [on, new Map<string, string[]>()];
      const day = dayOf(on);
      if (day && day > last) last = day;
    }
    const lines = accounts.get(account);
    if (lines) lines.push(line);
    else accounts.set(account, [line]);
  }
  if (header) checkHeader(path.basename(filePath), '');
  yield* pieces();
  if (last !== '') yield Buffer.from(`END;${last}`);
}

/** A row is read by the places of its cells, so its columns stand as the bank gave them out. */
function checkHeader(file: string, line: string): void {
  const names = cellsOf(line, ';').map((name) => name.toLowerCase());
  if (names.join() !== COLUMNS.join()) throw new WrongHeader(`${file}: its first line must name the columns ${COLUMNS.join(';')}`);
}

/** Every calendar day between the first movement and the last, refused ones too, with what the file says about it. */
async function daysOf(filePath: string, reading: FileReading): Promise<FileMarker[]> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(filePath) as AsyncIterable<Buffer>) hash.update(chunk);
  const sha256 = hash.digest('hex');
  const days = new Map<string, { records: number; assetsMinor: number }>();
  for await (const raw of accountDays(filePath, reading)) {
    const named = dayOf(Buffer.from(raw).toString('utf8').split(';', 3)[2]?.replaceAll('"', '').trim() ?? '');
    if (named && !days.has(named)) days.set(named, { records: 0, assetsMinor: 0 });
    const translated = berkaMovements.translate(raw);
    for (const { data } of 'statements' in translated
      ? (translated.statements as { data: { on?: string; total?: { amountMinor: number } } }[])
      : []) {
      if (data.on === undefined) continue;
      const { records, assetsMinor } = days.get(data.on) ?? { records: 0, assetsMinor: 0 };
      days.set(data.on, { records: records + 1, assetsMinor: assetsMinor + (data.total?.amountMinor ?? 0) });
    }
  }
  const dates = [...days.keys()].sort();
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined || last === undefined) return [];
  const markers: FileMarker[] = [];
  for (let on = first; on <= last; on = addDays(on, 1)) {
    const { records, assetsMinor } = days.get(on) ?? { records: 0, assetsMinor: 0 };
    markers.push({ source: SOURCE, on, scope: 'day', records, assetsMinor: assetsMinor > 0 ? { [CURRENCY]: assetsMinor } : {}, sha256 });
  }
  return markers;
}
