import type { EntityManager } from 'typeorm';
import { type LocalDate, type Rational, rational, type Uuid } from '#event-sourcing';
import { defaultValueScales, sumOf, type TierRules, type ValueScales } from '#tiers';
import { countedRate } from '../accounts/counted-facts.js';

/** Where no tier rules were ever published. */
const CURRENCY_DEFAULT = 'CNY';

const IN_FORCE = `
  SELECT document FROM read.tier_rules WHERE published_version IS NOT NULL
   ORDER BY effective_from <= $1::date DESC, CASE WHEN effective_from <= $1::date THEN -published_version ELSE published_version END LIMIT 1`;

/** What the tier rules in force on a day say of money and of value; the first ones before they took effect. */
export async function valueRules(manager: EntityManager, on: LocalDate): Promise<{ currency: string; scales: ValueScales }> {
  const [row] = await manager.query<{ document: string }[]>(IN_FORCE, [on]);
  const { currency = CURRENCY_DEFAULT, value = {} }: Partial<TierRules> = row ? (JSON.parse(row.document) as TierRules) : {};
  return { currency, scales: { ...defaultValueScales, ...value } };
}

/** SQL that finds the rate of an amount's own day beside it: of table alias `t`, to the currency in parameter `$base`. */
export const withRate = (t: string, base: string): string => `
  LEFT JOIN read.exchange_rates r ON r.currency = ${t}.currency AND r.base = ${base} AND r.on_date = ${t}.on_date AND r.replaced_at IS NULL
   AND ${countedRate('r')}`;

/** A sum of amounts of one client, one currency and one rate, as SQL answers it. */
export interface SummedRow {
  clientId: Uuid;
  currency: string;
  /** Whole minor units, in text. */
  minor: string;
  /** How many amounts it sums. */
  facts: number;
  rateMinor: number | null;
  rateBaseMinor: number | null;
}

export const RATE_COLUMNS = 'r.amount_minor::text AS "rateMinor", r.base_minor::text AS "rateBaseMinor"';

export interface ExactSum {
  sum: Rational;
  /** Amounts in another currency without a rate of their day: they are not in the sum. */
  unconverted: number;
}

export const nothing: ExactSum = { sum: rational(0), unconverted: 0 };

/** The exact sum in the base currency, by client. */
export function exactSums(rows: readonly SummedRow[], base: string): Map<Uuid, ExactSum> {
  return new Map([...groupedBy(rows, ({ clientId }) => clientId)].map(([clientId, own]) => [clientId, exactSum(own, base)]));
}

export function exactSum(rows: readonly Omit<SummedRow, 'clientId'>[], base: string): ExactSum {
  const parts = rows.map(({ currency, minor, rateMinor, rateBaseMinor }) => {
    if (currency === base) return rational(BigInt(minor));
    if (BigInt(minor) === 0n) return rational(0);
    return rateMinor === null || rateBaseMinor === null ? undefined : rational(BigInt(minor) * BigInt(rateBaseMinor), BigInt(rateMinor));
  });
  const unconverted = rows.reduce((count, { facts }, i) => count + (parts[i] ? 0 : facts), 0);
  return { sum: sumOf(parts.flatMap((part) => part ?? [])), unconverted };
}

/** Rows by a member of theirs, in the order they come. */
export function groupedBy<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
