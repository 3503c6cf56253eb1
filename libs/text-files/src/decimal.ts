/** Why a text is no number of a scale. */
export type DecimalFault = 'missing' | 'bad-number' | 'too-many-decimals' | 'out-of-range';

export interface DecimalForm {
  /** Decimals that the field has: 2 of an amount in yuan, 6 of a quantity. */
  decimals: number;
  /** Whether zeros behind them are still the same number; otherwise every digit counts. */
  zerosBehind?: boolean;
  /** Whether thousands may be set apart by commas. */
  thousands?: boolean;
}

/** Exactly, in units of the last decimal: `1234.5` with two decimals is 123450. Empty is missing, and never zero. */
export function decimalOf(text: string, { decimals, zerosBehind, thousands }: DecimalForm): number | DecimalFault {
  const plain = text.trim();
  if (plain === '') return 'missing';
  const digits = thousands && GROUPED.test(plain) ? plain.replaceAll(',', '') : plain;
  const match = DECIMAL.exec(digits);
  if (!match) return 'bad-number';
  const [, sign, whole = '', stated = ''] = match;
  const part = zerosBehind ? stated.slice(0, decimals) + stated.slice(decimals).replace(/0+$/, '') : stated;
  if (part.length > decimals) return 'too-many-decimals';
  const units = Number(`${whole}${part.padEnd(decimals, '0')}`);
  if (!Number.isSafeInteger(units)) return 'out-of-range';
  return sign === '-' && units !== 0 ? -units : units;
}
const DECIMAL = /^([+-]?)(\d{1,30})(?:\.(\d{1,30}))?$/;
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;

/** A whole number, written without decimals. */
export const wholeOf = (text: string): number | DecimalFault => (text.includes('.') ? 'bad-number' : decimalOf(text, { decimals: 0 }));

/** `yyyyMMdd` or `yyyy-MM-dd`, also with slashes, as a local date; undefined where there is no such day. */
export function dateOf(text: string): string | undefined {
  const match = /^(\d{4})(?:(\d\d)(\d\d)|-(\d\d?)-(\d\d?)|\/(\d\d?)\/(\d\d?))$/.exec(text.trim());
  if (!match) return undefined;
  const [, year, ...rest] = match;
  const [month, day] = rest.filter((part) => part !== undefined).map((part) => part.padStart(2, '0'));
  const date = `${year}-${month}-${day}`;
  const time = Date.parse(`${date}T00:00:00Z`);
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(date) ? date : undefined;
}
