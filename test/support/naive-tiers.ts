import type { AssetValue, CommissionFact, ExchangeRate, Thresholds, TierRules } from '#tiers';

/** A client's life as one run sees it: everything known by then. */
export interface NaiveClient {
  assets: readonly AssetValue[];
  commissions: readonly CommissionFact[];
  rates: readonly ExchangeRate[];
  /** The tier given at first, and from when. */
  given: { tier: string; from: string };
  /** By the date of an evaluation. */
  rulesOn: (date: string) => TierRules;
  isTradingDay: (date: string) => boolean;
  /** Evaluation dates that have come, and those of them that cannot be made. */
  dates: ReadonlySet<string>;
  stopped: ReadonlySet<string>;
}

const order = ['STANDARD', 'SILVER', 'GOLD', 'PLATINUM', 'DIAMOND'];

/**
 * The rule tier of every day from the first to `until`, by walking through them one by one as tiers.md tells it, with
 * arithmetic of its own. It exists to disagree with the engine.
 */
export function naiveTiers(client: NaiveClient, until: string): ReadonlyMap<string, string> {
  const tiers = new Map<string, string>();
  let tier = client.given.tier;
  let strikes = 0;
  let daysSincePromotion = Infinity;
  for (let day = client.given.from; day <= until; day = next(day)) {
    tiers.set(day, tier);
    if (client.dates.has(day) && !client.stopped.has(day) && hasRates(client, day)) {
      const rules = client.rulesOn(day);
      const measures = { ada: averageDailyAssets(client, rules, day), netCommission: netCommission(client, rules, day) };
      let candidate = rules.tiers[0]!.tier as string;
      for (const step of rules.tiers) if (step.entry && reaches(measures, step.entry, 1n, 1n)) candidate = step.tier;
      const step = rules.tiers.find((one) => one.tier === tier);
      const isLowest = step !== undefined && step === rules.tiers[0];
      const retained = isLowest || (step?.entry !== undefined && isRetained(rules, step.entry, step.retention ?? {}, measures));
      if (order.indexOf(candidate) > order.indexOf(tier)) {
        tier = candidate;
        strikes = 0;
        daysSincePromotion = -1; // effective on the next day
      } else if (retained) {
        strikes = 0;
      } else if (daysSincePromotion < rules.graceDays) {
        strikes = 0;
      } else {
        strikes += 1;
        if (strikes >= rules.strikesToDemote) {
          const below = rules.tiers.filter((one) => order.indexOf(one.tier) < order.indexOf(tier));
          tier = below[below.length - 1]!.tier;
          strikes = 0;
          daysSincePromotion = Infinity;
        }
      }
    }
    daysSincePromotion += 1;
  }
  return tiers;
}

type Fraction = [numerator: bigint, denominator: bigint];
interface Measures {
  ada: Fraction;
  netCommission: Fraction;
}

function reaches({ ada, netCommission }: Measures, thresholds: Thresholds, share: bigint, of: bigint): boolean {
  const atLeast = ([n, d]: Fraction, minor: number | undefined) => minor !== undefined && n * of >= BigInt(minor) * share * d;
  return atLeast(ada, thresholds.adaMinor) || atLeast(netCommission, thresholds.netCommissionMinor);
}

/** Criterion by criterion: its own retention threshold, or a share of its entry. */
function isRetained(rules: TierRules, entry: Thresholds, own: Thresholds, measures: Measures): boolean {
  for (const name of ['adaMinor', 'netCommissionMinor'] as const) {
    if (own[name] !== undefined) {
      if (reaches(measures, { [name]: own[name] }, 1n, 1n)) return true;
    } else if (reaches(measures, { [name]: entry[name] }, BigInt(rules.retentionBasisPoints), 10_000n)) return true;
  }
  return false;
}

function averageDailyAssets(client: NaiveClient, rules: TierRules, on: string): Fraction {
  let sum: Fraction = [0n, 1n];
  for (const day of windowOf(client, rules, on)) {
    for (const value of inForceOn(client, day)) sum = plus(sum, convert(client, rules, value.totalMinor, value.currency, value.on));
  }
  return [sum[0], sum[1] * BigInt(rules.windowDays)];
}

function windowOf(client: NaiveClient, rules: TierRules, on: string): string[] {
  const days: string[] = [];
  for (let day = on; days.length < rules.windowDays; day = before(day)) {
    if (rules.dayBasis === 'calendar' || client.isTradingDay(day)) days.push(day);
  }
  return days;
}

/** Of each account the latest value by the end of a day. */
function inForceOn(client: NaiveClient, day: string): AssetValue[] {
  const latest = new Map<string, AssetValue>();
  for (const value of client.assets) {
    const known = latest.get(value.accountId);
    if (value.on <= day && (known === undefined || value.on > known.on)) latest.set(value.accountId, value);
  }
  return [...latest.values()];
}

function netCommission(client: NaiveClient, rules: TierRules, on: string): Fraction {
  let sum: Fraction = [0n, 1n];
  for (const fact of earned(client, on)) sum = plus(sum, convert(client, rules, fact.netMinor, fact.currency, fact.on));
  return sum;
}

function earned(client: NaiveClient, on: string): CommissionFact[] {
  const yearBefore = `${Number(on.slice(0, 4)) - 1}${on.slice(4)}`.replace('-02-29', '-02-28');
  return client.commissions.filter((fact) => fact.on > yearBefore && fact.on <= on);
}

/** Whether every amount that counts on this date has the rate of its own day. */
function hasRates(client: NaiveClient, on: string): boolean {
  const rules = client.rulesOn(on);
  const values = windowOf(client, rules, on).flatMap((day) => inForceOn(client, day));
  const amounts = [...values.map((value) => ({ ...value, minor: value.totalMinor })), ...earned(client, on).map((fact) => ({ ...fact, minor: fact.netMinor }))]; // prettier-ignore
  return amounts.every((amount) => amount.minor === 0 || amount.currency === rules.currency || rateOf(client, amount) !== undefined);
}

const rateOf = (client: NaiveClient, { currency, on }: { currency: string; on: string }): ExchangeRate | undefined =>
  client.rates.find((rate) => rate.currency === currency && rate.on === on);

function convert(client: NaiveClient, rules: TierRules, minor: number, currency: string, on: string): Fraction {
  if (minor === 0) return [0n, 1n];
  if (currency === rules.currency) return [BigInt(minor), 1n];
  const rate = rateOf(client, { currency, on })!;
  return [BigInt(minor) * BigInt(rate.baseMinor), BigInt(rate.amountMinor)];
}

function plus([a, b]: Fraction, [c, d]: Fraction): Fraction {
  let [n, m] = [a * d + c * b, b * d];
  const sum: Fraction = [n, m];
  while (m !== 0n) [n, m] = [m, n % m];
  return n === 0n ? sum : [sum[0] / (n < 0n ? -n : n), sum[1] / (n < 0n ? -n : n)];
}

const next = (date: string): string => new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
const before = (date: string): string => new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
