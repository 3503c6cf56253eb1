import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createHash } from 'node:crypto';
import { addDays } from '#event-sourcing';
import type { Adapter, FileMarker, Translation } from './adapter.js';

/** The bank whose movements these are, in its own file `trans.asc`; the same name as that of its clients' import. */
const SOURCE = 'berka';
const CURRENCY = 'CZK';
const EXTENSION = '.asc';
const COLUMNS = 10;
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
 * Raw is a day of an account, its lines as they stand in the file, which is in the order of dates.
 */
export const berkaMovements: Adapter = {
  name: 'berka-movements',
  translate(raw): Translation {
    const lines = Buffer.from(raw).toString('latin1').split('\n').filter(Boolean);
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
      version: 1,
      accountId,
      kind: 'assetsObserved',
      data: { on, total, cash: total },
    };
    return { statements: [assets, ...movements.flatMap(turnoverOf)] };
  },
  file: {
    extension: EXTENSION,
    pieces: accountDays,
    markers: daysOf,
  },
};

function movementOf(line: string): Movement | Extract<Translation, { refused: unknown }> {
  const cells = line
    .trim()
    .split(';')
    .map((cell) => cell.replaceAll('"', '').trim());
  if (cells.length !== COLUMNS) return { refused: { code: 'wrong-columns', pointer: '' } };
  const [id, account, date, type, operation, amount, balance, symbol] = cells as [string, ...string[]];
  const [amountMinor, balanceMinor] = [minorOf(amount!), minorOf(balance!)];
  const wrong = [
    [amountMinor, 5],
    [balanceMinor, 6],
  ].find(([minor]) => Number.isNaN(minor));
  if (wrong) return { refused: { code: 'bad-number', pointer: `/${wrong[1]}` } };
  if (!/^\d+$/.test(id) || !/^\d+$/.test(account!)) return { refused: { code: 'bad-number', pointer: '/0' } };
  const on = `19${date!.slice(0, 2)}-${date!.slice(2, 4)}-${date!.slice(4, 6)}`;
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
  const head = { source: SOURCE, record: `trans:${id}`, version: 1, accountId, kind: 'tradeBooked' };
  if (isCharge) return [{ ...head, data: { kind: 'charge', on, gross, commission: gross, passedOn: nothing } }];
  const instrument = { instrumentId: 'CZK', instrumentClass: 'payment' };
  return [{ ...head, data: { kind: 'trade', on, instrument, gross, commission: nothing, passedOn: nothing } }];
}

/** Two decimals at most, exactly. NaN where it is no number. */
function minorOf(text: string): number {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text);
  if (!match) return Number.NaN;
  const [, sign, whole, part = ''] = match;
  const minor = Number(whole) * 100 + Number(part.padEnd(2, '0'));
  return sign ? -minor : minor;
}

/** Each account's lines of a day together, day by day; then the day that the extract ends on. */
async function* accountDays(filePath: string): AsyncIterable<Uint8Array> {
  let date = '';
  let accounts = new Map<string, string[]>();
  let header = true;
  const pieces = (): Uint8Array[] => [...accounts.values()].map((lines) => Buffer.from(lines.join('\n'), 'latin1'));
  for await (const line of createInterface({ input: createReadStream(filePath, 'latin1'), crlfDelay: Infinity })) {
    if (header || line.trim() === '') {
      header = false;
      continue;
    }
    const [, account = '', on = ''] = line.split(';', 3);
    if (on !== date) {
      yield* pieces();
      [date, accounts] = [on, new Map<string, string[]>()];
    }
    const lines = accounts.get(account);
    if (lines) lines.push(line);
    else accounts.set(account, [line]);
  }
  yield* pieces();
  if (date !== '') yield Buffer.from(`END;19${date.slice(0, 2)}-${date.slice(2, 4)}-${date.slice(4, 6)}`);
}

/** Every calendar day between the first movement and the last, with what the file says about it. */
async function daysOf(filePath: string): Promise<FileMarker[]> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(filePath) as AsyncIterable<Buffer>) hash.update(chunk);
  const sha256 = hash.digest('hex');
  const days = new Map<string, { records: number; assetsMinor: number }>();
  for await (const raw of accountDays(filePath)) {
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
