import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventRegistry, PlainCodec } from '#application';
import type { LocalDate, Uuid } from '#event-sourcing';
import { type TierEvent, type TierRules, tierStream } from '#tiers';
import { SHANGHAI } from '../../../test/support/caller.js';
import { createTieredLog, SOURCE, type TieredLog } from '../../../test/support/tiering.js';
import { evaluationPurpose, TierWriter } from './tier-writer.js';

jest.setTimeout(60_000);

export const rules: TierRules = {
  version: 'v1',
  currency: 'CNY',
  windowDays: 90,
  dayBasis: 'calendar',
  retentionBasisPoints: 8_000,
  graceDays: 90,
  strikesToDemote: 2,
  tiers: [{ tier: 'STANDARD' }, { tier: 'SILVER', entry: { adaMinor: 1_000_00 } }, { tier: 'GOLD', entry: { adaMinor: 5_000_00 } }],
};
const MONTHS: LocalDate[] = ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30'];

let log: TieredLog;
beforeAll(async () => {
  log = await createTieredLog({ pageSize: 3 });
  await log.publish(rules, '2025-01-01');
});
afterAll(() => log.close());

const said = async (clientId: Uuid): Promise<string[]> => (await log.tierOf(clientId)).map(({ event }) => sentence(event));

function sentence(event: TierEvent): string {
  switch (event.type) {
    case 'TierInitialised':
      return `starts ${event.data.tier} from ${event.data.effectiveFrom}`;
    case 'TierEvaluated':
      return `${event.data.on} ${event.data.tier} ${event.data.inputs.adaMinor}${event.data.strikes ? ` strike ${event.data.strikes}` : ''}`;
    case 'TierEvaluationStopped':
      return `${event.data.on} stopped: ${event.data.reasons.map(({ code, source, accountId, detail }) => [code, source, accountId, detail].filter(Boolean).join(' ')).join(', ')}`;
    case 'TierPromoted':
    case 'TierDemoted':
      return `${event.data.from} > ${event.data.to} from ${event.data.effectiveFrom}`;
    case 'TierCorrected':
      return `corrected ${event.data.intervals.map(({ tier, validFrom, validTo }) => `${tier} [${validFrom}, ${validTo ?? ''})`).join(' ')}`;
    case 'OverrideRequested':
    case 'OverrideApproved':
    case 'OverrideRejected':
    case 'OverrideRevoked':
    case 'OverrideExpired':
      return event.type;
  }
}

describe('month ends over all clients', () => {
  let rising: Uuid, falling: Uuid, stale: Uuid, foreign: Uuid;

  beforeAll(async () => {
    rising = await log.client('A-1', '2025-11-01');
    await log.assets(rising, 'A-1', '2025-11-01', 6_000_00);
    falling = await log.client('A-2', '2025-11-01');
    await log.assets(falling, 'A-2', '2025-11-01', 1_000_00); // 92 days before the end of January: the whole window
    await log.assets(falling, 'A-2', '2026-02-10', 100_00);
    stale = await log.client('A-3', '2026-02-15');
    await log.assets(stale, 'A-3', '2026-02-15', 2_000_00);
    foreign = await log.client('A-4', '2025-10-01');
    await log.assets(foreign, 'A-4', '2025-10-01', 1_000_00, 'USD');
    await log.complete(...MONTHS);
    await log.run(...MONTHS.slice(0, 4));
  });

  it('promote at once and several steps, and say what they saw', async () => {
    expect(await said(rising)).toEqual([
      'starts STANDARD from 2025-11-01',
      '2026-01-31 GOLD 600000',
      'STANDARD > GOLD from 2026-02-01',
      '2026-02-28 GOLD 600000',
      '2026-03-31 GOLD 600000',
      '2026-04-30 GOLD 600000',
    ]);
  });

  it('hold a promoted client through grace, strike, and lower by one step at the second strike', async () => {
    await log.run('2026-05-31', '2026-06-30');
    expect(await said(falling)).toEqual([
      'starts STANDARD from 2025-11-01',
      '2026-01-31 SILVER 100000',
      'STANDARD > SILVER from 2026-02-01',
      '2026-02-28 SILVER 81000', // 19 days at 100.00 of 90: above 80 %
      '2026-03-31 SILVER 50000', // within grace until 2 May: no strike
      '2026-04-30 SILVER 20000',
      '2026-05-31 SILVER 10000 strike 1',
      '2026-06-30 STANDARD 10000',
      'SILVER > STANDARD from 2026-07-01',
    ]);
  });

  it('begin with a client’s first account', async () => {
    expect((await said(stale)).slice(0, 3)).toEqual([
      'starts STANDARD from 2026-02-15',
      '2026-02-28 STANDARD 31111', // 14 of 90 days
      '2026-03-31 SILVER 100000',
    ]);
  });

  it('are answered as they were where they are said again, also after years', async () => {
    await log.owner.query("UPDATE log.outcomes SET recorded_at = recorded_at - interval '3 years'");
    await log.store.purgeExpiredOutcomes();
    const writer = new TierWriter({ store: log.store, codec: new PlainCodec(eventRegistry), now: () => new Date().toISOString() });
    const before = await said(rising);
    const events = (await log.tierOf(rising)).slice(0, 3).map(({ event }) => event);
    expect(await writer.append(rising, SHANGHAI, 0, evaluationPurpose('2026-01-31'), events)).toMatchObject({ kind: 'repeat', version: 3 });
    expect(await said(rising)).toEqual(before);
  });

  it('stop where a rate is missing, and are made once it has come', async () => {
    expect((await said(foreign)).slice(1, 3)).toEqual([
      '2026-01-31 stopped: rate-missing USD 2025-10-01',
      '2026-02-28 stopped: rate-missing USD 2025-10-01',
    ]);
    await log.rate({
      type: 'RateObserved',
      data: { source: SOURCE, on: '2025-10-01', currency: 'USD', amountMinor: 100_00, base: 'CNY', baseMinor: 700_00 },
    });
    await log.late();
    expect((await said(foreign)).slice(7)).toEqual([
      '2026-01-31 GOLD 700000',
      'STANDARD > GOLD from 2026-02-01',
      ...['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30'].map((on) => `${on} GOLD 700000`),
    ]);
  });

  it('say nothing new when they are run again', async () => {
    const before = await log.store.head();
    await log.run(...MONTHS);
    await log.late();
    expect(await log.store.head()).toEqual(before);
  });
});

describe('what stops an evaluation', () => {
  it('a day that is not complete stops the clients of that source alone, and it is made when the day has come', async () => {
    const client = await log.client('B-1', '2026-06-01');
    await log.assets(client, 'B-1', '2026-06-01', 9_000_00);
    const other = await log.client('B-2', '2026-06-01');
    await log.account(other, {
      type: 'AssetsObserved',
      data: { accountId: 'B-3', source: 'other', on: '2026-06-01', total: { amountMinor: 9_000_00, currency: 'CNY' } },
    });
    await log.complete('2026-07-31');
    await log.late(); // June was run before these clients came
    await log.run('2026-07-31');
    expect((await said(client)).at(-1)).toBe('SILVER > GOLD from 2026-08-01');
    expect((await said(other)).slice(1)).toEqual(['2026-06-30 stopped: day-incomplete other', '2026-07-31 stopped: day-incomplete other']);
    for (const on of ['2026-06-30', '2026-07-31']) {
      await log.source({ type: 'SourceDayCompleted', data: { source: 'other', on, totals: { records: 1 } } });
    }
    await log.late();
    expect((await said(other)).slice(3)).toEqual([
      '2026-06-30 SILVER 300000',
      'STANDARD > SILVER from 2026-07-01',
      '2026-07-31 GOLD 610000',
      'SILVER > GOLD from 2026-08-01',
    ]);
  });

  it('a gap stops its account’s owner, strikes unchanged, until what was missing has come', async () => {
    const client = await log.client('B-4', '2026-07-01');
    await log.assets(client, 'B-4', '2026-07-01', 9_000_00);
    await log.account(client, { type: 'SequenceGapFound', data: { accountId: 'B-4', source: SOURCE, first: 17, last: 19 } });
    await log.complete('2026-08-31');
    await log.run('2026-08-31');
    expect((await said(client)).at(-1)).toBe('2026-08-31 stopped: sequence-gap core B-4 17-19');
    await log.late(); // July was run before this client came
    expect((await said(client)).at(-1)).toBe('2026-07-31 stopped: sequence-gap core B-4 17-19');
    await log.account(client, { type: 'SequenceGapClosed', data: { accountId: 'B-4', source: SOURCE, through: 19 } });
    await log.late();
    expect((await said(client)).slice(3)).toEqual([
      '2026-07-31 SILVER 310000',
      'STANDARD > SILVER from 2026-08-01',
      '2026-08-31 GOLD 620000',
      'SILVER > GOLD from 2026-09-01',
    ]);
  });

  it('a source that has ended is waited for no more, and its clients stay where they are', async () => {
    const client = await log.client('B-5', '2026-08-01');
    await log.account(client, {
      type: 'AssetsObserved',
      data: { accountId: 'B-5', source: SOURCE, on: '2026-08-01', total: { amountMinor: 9_000_00, currency: 'CNY' } },
    });
    const moved = await log.client('B-6', '2026-08-01');
    await log.source({ type: 'SourceEnded', data: { source: SOURCE, lastDay: '2026-08-31' } });
    await log.run('2026-09-30');
    expect((await said(client)).filter((text) => text.startsWith('2026-09-30'))).toEqual([]);
    expect(await said(moved)).toEqual([]);
  });
});

describe('dates out of order', () => {
  it('a month end before one that was made is made with it, and comes to what it would have', async () => {
    const own = await createTieredLog();
    try {
      await own.publish(rules, '2025-01-01');
      const client = await own.client('D-1', '2025-01-01');
      await own.assets(client, 'D-1', '2025-01-01', 6_000_00);
      await own.assets(client, 'D-1', '2026-01-01', 0);
      await own.complete(...MONTHS);
      await own.run('2026-06-30');
      expect((await own.tierOf(client)).map(({ event }) => sentence(event)).at(-1)).toBe('2026-06-30 STANDARD 0');
      await own.run(...MONTHS.slice(0, 5));
      const events = (await own.tierOf(client)).map(({ event }) => sentence(event));
      expect(events.slice(-3)).toEqual(['2026-05-31 SILVER 0 strike 1', '2026-06-30 STANDARD 0', 'corrected STANDARD [2026-07-01, )']);
      const before = await own.store.head();
      await own.assets(client, 'D-1', '2026-01-01', 0); // says nothing new
      await own.late();
      expect((await own.tierOf(client)).length).toBe(events.length);
      expect((await own.store.head()).position).toBe(before.position + 1);
    } finally {
      await own.close();
    }
  });

  it('one client whose amounts outgrow an event is stopped, and nobody else', async () => {
    const own = await createTieredLog();
    try {
      await own.publish(rules, '2025-01-01');
      const huge = await own.client('E-1', '2025-01-01');
      for (const account of ['E-1', 'E-2']) await own.assets(huge, account, '2025-01-01', Number.MAX_SAFE_INTEGER);
      const other = await own.client('E-3', '2025-01-01');
      await own.assets(other, 'E-3', '2025-01-01', 6_000_00);
      await own.complete('2026-01-31');
      await own.run('2026-01-31');
      expect((await own.tierOf(huge)).map(({ event }) => sentence(event)).at(-1)).toBe('2026-01-31 stopped: amount-too-large');
      expect((await own.tierOf(other)).map(({ event }) => sentence(event)).at(-1)).toBe('STANDARD > GOLD from 2026-02-01');
    } finally {
      await own.close();
    }
  });
});

describe('late facts', () => {
  it('re-make what they touch alone, and correct with intervals that rewrite nothing', async () => {
    const own = await createTieredLog();
    try {
      await own.publish(rules, '2025-01-01');
      const touched = await own.client('C-1', '2025-01-01');
      const untouched = await own.client('C-2', '2025-01-01');
      for (const [client, account] of [[touched, 'C-1'] as const, [untouched, 'C-2'] as const]) {
        await own.assets(client, account, '2025-01-01', 1_200_00);
      }
      await own.complete(...MONTHS);
      await own.run(...MONTHS.slice(0, 3));
      const before = await own.tierOf(untouched);
      await own.assets(touched, 'C-1', '2025-12-01', 6_000_00); // what the source says in April of December
      expect(await own.late()).toBe(1);
      const events = (await own.tierOf(touched)).map(({ event }) => sentence(event));
      expect(events.slice(5)).toEqual([
        '2026-01-31 SILVER 450667', // 62 of 90 days at 6,000.00
        '2026-02-28 GOLD 600000',
        '2026-03-31 GOLD 600000',
        'corrected GOLD [2026-03-01, )',
      ]);
      expect(await own.tierOf(untouched)).toEqual(before);
      expect(await own.store.streamVersion(tierStream(untouched).id)).toBe(before.length);
    } finally {
      await own.close();
    }
  });
});
