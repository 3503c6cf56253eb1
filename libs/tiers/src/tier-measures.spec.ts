import { describe, expect, it } from '@jest/globals';
import { addDays, type LocalDate, rational, textOfRational } from '#event-sourcing';
import { type AssetValue, assetWindow, averageDailyAssets } from './average-daily-assets.js';
import { rateTable } from './exchange-rates.js';
import { commissionPeriod, netCommission } from './net-commission.js';
import { tradingDayRules } from '../../../test/support/trading-day-rules.js';
import { sampleTierRules } from './sample-tier-rules.js';
import { evaluatedInputs, tierInputs, tierInputsOrReasons } from './tier-inputs.js';

const noRates = rateTable([]);
const rules = { ...sampleTierRules, windowDays: 4 };
const on = '2026-03-31'; // so the window is 28, 29, 30, 31 March
const value = (accountId: string, day: LocalDate, totalMinor: number, currency = 'CNY'): AssetValue => ({
  accountId,
  on: day,
  totalMinor,
  currency,
});
const mean = (values: AssetValue[], rates = noRates) => textOfRational(averageDailyAssets(values, assetWindow(rules, on), 'CNY', rates));
const over = (numerator: number, denominator = 1) => textOfRational(rational(numerator, denominator));

describe('average daily assets', () => {
  it('are the mean over the window, which ends on the evaluation date', () => {
    const days = ['2026-03-28', '2026-03-29', '2026-03-30', on].map((day, i) => value('a', day, (i + 1) * 10));
    expect(mean(days)).toEqual(over(100, 4));
    expect(mean([...days, value('a', '2026-04-01', 9_999)])).toEqual(over(100, 4)); // a later day plays no part
    expect(assetWindow(sampleTierRules, on)).toEqual({ from: '2026-01-01', to: on, days: 90 });
  });

  it('carry the last earlier value forward, from before the window too', () => {
    expect(mean([value('a', '2026-03-30', 100)])).toEqual(over(200, 4));
    expect(mean([value('a', '2020-01-01', 100)])).toEqual(over(100));
    expect(mean([value('a', '2020-01-01', 100), value('a', '2026-03-30', 0)])).toEqual(over(200, 4));
    expect(mean([value('a', '2026-03-28', 50), value('a', '2026-03-27', 900)])).toEqual(over(50)); // in any order; the 27th is over
  });

  it('are nothing before the first account, and the sum where there are several', () => {
    expect(mean([])).toEqual(over(0));
    expect(mean([value('a', on, 7)])).toEqual(over(7, 4)); // exact: 1.75, not 2
    expect(mean([value('a', '2026-03-28', 10), value('b', on, 1)])).toEqual(over(41, 4));
  });

  it('convert another currency at the rate of the value’s own day, exactly', () => {
    const rates = rateTable([
      { on: '2026-03-27', currency: 'USD', amountMinor: 3, baseMinor: 20 },
      { on: '2026-03-30', currency: 'USD', amountMinor: 1, baseMinor: 9 },
    ]);
    // 3 days at 1 USD = 20/3, one at 9: the carried value keeps its rate
    expect(mean([value('a', '2026-03-27', 1, 'USD'), value('a', on, 1, 'CNY')], rates)).toEqual(over(21, 4));
    expect(mean([value('a', '2026-03-27', 1, 'USD'), value('a', '2026-03-30', 1, 'USD')], rates)).toEqual(over(2 * 20 + 2 * 27, 12));
  });

  it('stop at a missing rate of a value that weighs, and at no other', () => {
    expect(() => mean([value('a', on, 1, 'USD')])).toThrow('no rate of USD on 2026-03-31');
    expect(mean([value('a', '2026-03-01', 1, 'USD'), value('a', '2026-03-28', 8)])).toEqual(over(8)); // replaced before the window
    expect(mean([value('a', '2026-04-01', 1, 'USD')])).toEqual(over(0)); // after it
    expect(mean([value('a', on, 0, 'USD')])).toEqual(over(0)); // nothing is nothing in any currency
  });

  it('over trading days take those alone, however the calendar lies', () => {
    const friday = '2026-05-29'; // the last trading day of May; the month ends on a Sunday
    const trading = (to: LocalDate, count: number): LocalDate[] => {
      const days: LocalDate[] = [];
      for (let day = to; days.length < count; day = addDays(day, -1)) if (![0, 6].includes(new Date(day).getUTCDay())) days.unshift(day);
      return days;
    };
    const tradingRules = { ...tradingDayRules('CN'), windowDays: 6 };
    const window = assetWindow(tradingRules, '2026-05-31', trading);
    expect(window).toMatchObject({ from: '2026-05-22', to: friday, days: 6 });
    const values = [value('a', '2026-05-23', 60), value('a', '2026-05-30', 6_000)]; // Saturdays
    expect(textOfRational(averageDailyAssets(values, window, 'CNY', noRates))).toEqual(over(50)); // Monday to Friday of six days
    expect(() => assetWindow(tradingRules, '2026-05-31')).toThrow(RangeError);
    expect(() => assetWindow(tradingRules, '2026-05-31', () => [friday])).toThrow(RangeError);
  });
});

describe('net commission', () => {
  const sum = (facts: [LocalDate, number][], day = on) =>
    textOfRational(netCommission(facts.map(([at, netMinor]) => ({ on: at, netMinor, currency: 'CNY' })), commissionPeriod(day), 'CNY', noRates)); // prettier-ignore

  it('is that of the twelve months that end on the evaluation date', () => {
    expect(sum([['2025-03-31', 1], ['2025-04-01', 20], [on, 300], ['2026-04-01', 4_000]])).toEqual(over(320)); // prettier-ignore
    expect(commissionPeriod('2028-02-29')).toEqual({ from: '2027-03-01', to: '2028-02-29' });
    expect(commissionPeriod('2029-02-28')).toEqual({ from: '2028-02-29', to: '2029-02-28' });
  });

  it('takes back what is given back', () => {
    expect(sum([['2026-01-05', 500], ['2026-02-05', -700]])).toEqual(over(-200)); // prettier-ignore
  });

  it('converts at the rate of the day, and stops where that is missing', () => {
    const fact = [{ on, netMinor: -10, currency: 'HKD' }];
    const rates = rateTable([{ on, currency: 'HKD', amountMinor: 100, baseMinor: 91 }]);
    expect(textOfRational(netCommission(fact, commissionPeriod(on), 'CNY', rates))).toEqual(over(-91, 10));
    expect(() => netCommission(fact, commissionPeriod(on), 'CNY', noRates)).toThrow('no rate of HKD on 2026-03-31');
  });
});

describe('inputs of an evaluation', () => {
  const facts = {
    assets: [value('a', '2026-03-01', 11), value('a', '2026-03-15', 9), value('a', on, 2), value('b', '2026-04-01', 5), value('c', '2025-01-01', 0)],
    commissions: [{ on, netMinor: 3, currency: 'CNY' }, { on: '2025-03-31', netMinor: 9, currency: 'CNY' }],
  }; // prettier-ignore

  it('count the accounts that have a value by the date, and the facts in force within the windows', () => {
    const inputs = tierInputs(rules, facts, noRates, on);
    expect(inputs).toMatchObject({ accounts: 2, facts: 4 }); // the value carried from the 15th, the 31st’s, account c’s, one commission
  });

  it('are shown rounded half up and kept exact', () => {
    const exact = tierInputs(rules, facts, noRates, on); // (9 + 9 + 9 + 2) / 4 = 7.25
    expect(evaluatedInputs(rules, exact, on)).toEqual({
      currency: 'CNY',
      windowFrom: '2026-03-28',
      ada: { numerator: '29', denominator: '4' },
      adaMinor: 7,
      commissionFrom: '2025-04-01',
      netCommission: { numerator: '3', denominator: '1' },
      netCommissionMinor: 3,
      accounts: 2,
      facts: 4,
    });
    const half = { ...exact, ada: rational(5, 2), netCommission: rational(-5, 2) };
    expect(evaluatedInputs(rules, half, on)).toMatchObject({ adaMinor: 3, netCommissionMinor: -3 });
  });

  it('are a stop where a rate is missing', () => {
    const foreign = { assets: [value('a', on, 1, 'USD')], commissions: [] };
    expect(tierInputsOrReasons(rules, foreign, noRates, on)).toEqual([{ code: 'rate-missing', detail: 'USD 2026-03-31' }]);
  });
});
