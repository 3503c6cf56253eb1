import { addDays, addMonths, compareRationals, type LocalDate, type Rational, rational } from '#event-sourcing';

/** `tiers.md`, "Value and behaviour", dormant. */
export interface DormancyScales {
  /** Minor units of the base currency. */
  cashMinor: number;
  /** Whether cash of just that amount is too much (`below`) or still little (`atMost`). */
  cash: 'below' | 'atMost';
  /** Calendar months since the last activity, the day clamped to the month's end. */
  months: number;
  /** Whether the day that many months later already counts (`atLeast`) or only the next (`moreThan`). */
  since: 'atLeast' | 'moreThan';
}

export const defaultDormancyScales: DormancyScales = { cashMinor: 100_00, cash: 'below', months: 36, since: 'atLeast' };

/** What a client's open accounts hold on a day, in minor units of the base currency, and when something last moved. */
export interface DormancyFacts {
  /** Null where a source tells no parts of a total that is not zero: then nobody can say. */
  securities: Rational | null;
  cash: Rational | null;
  /** The last trade or movement, or the opening where there was none; null without an account. */
  lastActivityOn: LocalDate | null;
}

export interface Dormancy {
  dormant: boolean;
  /** The first day on which the time is up, whatever the assets; null without an account. */
  idleFrom: LocalDate | null;
  noSecurities: boolean | null;
  littleCash: boolean | null;
}

export function dormancy(
  { securities, cash, lastActivityOn }: DormancyFacts,
  asOf: LocalDate,
  scales: DormancyScales = defaultDormancyScales,
): Dormancy {
  const idleFrom = lastActivityOn === null ? null : addDays(addMonths(lastActivityOn, scales.months), scales.since === 'atLeast' ? 0 : 1);
  const idle = idleFrom !== null && asOf >= idleFrom;
  const noSecurities = securities === null ? null : securities.numerator === 0n;
  const beside = cash === null ? null : compareRationals(cash, rational(scales.cashMinor));
  const littleCash = beside === null ? null : scales.cash === 'below' ? beside < 0 : beside <= 0;
  return { dormant: idle && noSecurities === true && littleCash === true, idleFrom, noSecurities, littleCash };
}
