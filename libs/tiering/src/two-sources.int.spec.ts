import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { AccountEvent } from '#back-office';
import type { TierRules } from '#tiers';
import { createTieredLog, SOURCE, type TieredLog } from '../../../test/support/tiering.js';

jest.setTimeout(60_000);
const rules: TierRules = {
  version: 'v1',
  currency: 'CNY',
  windowDays: 90,
  dayBasis: 'calendar',
  retentionBasisPoints: 8_000,
  graceDays: 90,
  strikesToDemote: 2,
  tiers: [{ tier: 'STANDARD' }, { tier: 'SILVER', entry: { adaMinor: 1_000_00 } }],
};
const ON = '2026-01-31';
const OTHER = 'vendor';
const cny = (amountMinor: number) => ({ amountMinor, currency: 'CNY' });

let log: TieredLog;
beforeAll(async () => {
  log = await createTieredLog();
  await log.publish(rules, '2025-01-01');
});
afterAll(() => log.close());

const trade = (accountId: string, source: string, commission: number): AccountEvent => ({
  type: 'TurnoverObserved',
  data: {
    accountId,
    source,
    tradeId: 'T1',
    kind: 'trade',
    on: '2026-01-05',
    state: 'booked',
    gross: cny(1),
    commission: cny(commission),
    passedOn: cny(0),
  },
});
const assets = (accountId: string, source: string, total: number): AccountEvent => ({
  type: 'AssetsObserved',
  data: { accountId, source, on: '2025-10-01', total: cny(total) },
});
const evaluationOf = async (clientId: string) =>
  (await log.tierOf(clientId)).map(({ event }) => event).findLast(({ type }) => type === 'TierEvaluated');

describe('two sources that tell of one account', () => {
  it('are kept apart, and the one that told first counts, in sums of pages and of single clients alike', async () => {
    const told = await Promise.all(
      ['A-1', 'A-2'].map(async (accountId, nth) => {
        const clientId = await log.client(accountId, '2025-10-01');
        const unit = nth === 0 ? 'CNY' : 'USD'; // other currencies are converted one by one
        if (unit === 'USD')
          await log.account(clientId, {
            type: 'AssetsObserved',
            data: { accountId, source: SOURCE, on: '2025-09-30', total: { amountMinor: 1, currency: 'USD' } },
          });
        for (const source of [SOURCE, OTHER]) {
          await log.account(clientId, assets(accountId, source, source === SOURCE ? 600_00 : 900_000_00));
          await log.account(clientId, trade(accountId, source, source === SOURCE ? 5_000 : 7));
        }
        await log.account(clientId, { type: 'AccountClosed', data: { accountId, source: OTHER, closedOn: '2025-12-01' } });
        return clientId;
      }),
    );
    await log.complete(ON);
    await log.run(ON);
    for (const clientId of told)
      expect(await evaluationOf(clientId)).toMatchObject({
        data: { tier: 'STANDARD', inputs: { adaMinor: 600_00, netCommissionMinor: 5_000 } },
      });
  });

  it('does not wait for the day of a source of whose facts none counts', async () => {
    const clientId = await log.client('B-1', '2025-10-01');
    await log.account(clientId, assets('B-1', SOURCE, 2_000_00));
    await log.account(clientId, assets('B-1', OTHER, 1));
    await log.complete('2026-02-28'); // of SOURCE alone
    await log.run('2026-02-28');
    expect(await evaluationOf(clientId)).toMatchObject({ data: { on: '2026-02-28', tier: 'SILVER' } });
  });

  it('is not stopped by a gap of a source of whose facts none counts', async () => {
    const clientId = await log.client('G-1', '2025-10-01');
    await log.account(clientId, assets('G-1', SOURCE, 3_000_00));
    await log.account(clientId, { type: 'SequenceGapFound', data: { accountId: 'G-1', source: OTHER, first: 1, last: 2 } });
    await log.account(clientId, assets('G-1', OTHER, 1));
    await log.complete('2026-05-31');
    await log.run('2026-05-31');
    expect(await evaluationOf(clientId)).toMatchObject({ data: { on: '2026-05-31', tier: 'SILVER' } });
  });

  it('may each count for another kind: a closing ends the assets that another source tells', async () => {
    const clientId = await log.client('C-1', '2025-10-01');
    await log.account(clientId, assets('C-1', OTHER, 2_000_00));
    await log.account(clientId, { type: 'AccountClosed', data: { accountId: 'C-1', source: SOURCE, closedOn: '2025-12-15' } });
    await log.complete('2026-03-31');
    await log.run('2026-03-31');
    expect(await evaluationOf(clientId)).toMatchObject({ data: { on: '2026-03-31', inputs: { adaMinor: 0 } } });
  });

  it('has the rates of the source that first told of a pair of currencies', async () => {
    const clientId = await log.client('D-1', '2025-10-01');
    await log.account(clientId, {
      type: 'AssetsObserved',
      data: { accountId: 'D-1', source: SOURCE, on: '2025-10-01', total: { amountMinor: 100_00, currency: 'EUR' } },
    });
    const rate = { on: '2025-10-01', currency: 'EUR', amountMinor: 1, base: 'CNY' } as const;
    await log.rate({ type: 'RateObserved', data: { ...rate, source: SOURCE, baseMinor: 8 } });
    await log.rate({ type: 'RateObserved', data: { ...rate, source: OTHER, baseMinor: 8_000 } });
    await log.complete('2026-04-30');
    await log.run('2026-04-30');
    expect(await evaluationOf(clientId)).toMatchObject({ data: { on: '2026-04-30', inputs: { adaMinor: 800_00 } } });
  });
});
