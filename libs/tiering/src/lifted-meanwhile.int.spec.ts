import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventRegistry, PlainCodec } from '#application';
import type { LocalDate, Uuid } from '#event-sourcing';
import { sampleTierRules } from '#tiers';
import { createTieredLog, SOURCE, type TieredLog } from '../../../test/support/tiering.js';
import { Evaluator } from './evaluator.js';
import { LateFacts } from './late-facts.js';
import { TierWriter } from './tier-writer.js';

jest.setTimeout(60_000);
const never = new AbortController().signal;

/** What lifts a stop comes after a run has settled what it knows, and before it appends what came of it. */
describe('a stop that is lifted while the month end is being evaluated', () => {
  let log: TieredLog;
  beforeAll(async () => {
    log = await createTieredLog();
    await log.publish(sampleTierRules, '2026-01-01');
  });
  afterAll(() => log.close());

  const runWith = async (on: LocalDate, meanwhile: () => Promise<unknown>): Promise<void> => {
    const { pool, rules } = log.tiering;
    const now = (): string => new Date().toISOString();
    const writer = new TierWriter({ store: log.store, codec: new PlainCodec(eventRegistry), now });
    const readModelsReady = async (): Promise<number> => {
      const knownTo = await log.tiering.readModelsReady();
      await meanwhile();
      await log.tiering.readModelsReady();
      return knownTo;
    };
    await new Evaluator({ pool, rules, writer, late: new LateFacts({ pool, rules, writer, now }), readModelsReady }).run(on, never);
  };
  const lastOf = async (client: Uuid, on: LocalDate): Promise<string | undefined> =>
    (await log.tierOf(client)).flatMap(({ event: { type, data } }) => ('on' in data && data.on === on ? [type] : [])).at(-1);

  it.each<[string, LocalDate, (client: Uuid, on: LocalDate) => Promise<unknown>, (client: Uuid, on: LocalDate) => Promise<unknown>]>([
    ['the day is completed', '2026-01-31', (_, on) => log.complete(on), () => Promise.resolve()],
    [
      'a gap is closed',
      '2026-02-28',
      (client) => log.account(client, { type: 'SequenceGapClosed', data: { accountId: 'M-2026-02-28', source: SOURCE, through: 3 } }),
      async (client, on) => {
        await log.account(client, { type: 'SequenceGapFound', data: { accountId: 'M-2026-02-28', source: SOURCE, first: 2, last: 3 } });
        await log.complete(on);
      },
    ],
    [
      'a rate comes',
      '2026-03-31',
      (_, on) =>
        log.rate({
          type: 'RateObserved',
          data: { source: SOURCE, on: on.replace('31', '01'), currency: 'USD', amountMinor: 100_00, base: 'CNY', baseMinor: 700_00 },
        }),
      async (client, on) => {
        await log.assets(client, `M-${on}`, on.replace('31', '01'), 9_000_00, 'USD');
        await log.complete(on);
      },
    ],
  ])('%s', async (_, on, lift, before) => {
    const client = await log.client(`M-${on}`, on.replace(/\d\d$/, '01'));
    await before(client, on);
    await runWith(on, () => lift(client, on));
    expect(await lastOf(client, on)).toBe('TierEvaluationStopped');
    await log.late();
    expect(await lastOf(client, on)).toBe('TierEvaluated');
    const head = await log.store.head();
    await log.late();
    expect(await log.store.head()).toEqual(head);
  });

  it('several days are completed late, each while another one is evaluated', async () => {
    const client = await log.client('M-many', '2026-04-01');
    const days: LocalDate[] = ['2026-04-30', '2026-05-31', '2026-06-30', '2026-07-31'];
    for (const [at, on] of days.entries()) await runWith(on, () => log.complete(days[(at + 2) % 4]!));
    await log.late();
    for (const on of days) expect([on, await lastOf(client, on)]).toEqual([on, 'TierEvaluated']);
  });

  it('what was parked is applied', async () => {
    const client = await log.client('M-parked', '2026-08-01');
    await log.complete('2026-08-31');
    await log.late(); // its facts have been looked at
    const park = `INSERT INTO read.parked (projection, version, position, key, partition, error_code) VALUES ('accountFacts', 2, 1, $1, 0, 'test')`;
    await log.owner.query(park, [client]);
    await runWith('2026-08-31', () => Promise.resolve());
    expect(await lastOf(client, '2026-08-31')).toBe('TierEvaluationStopped');
    await log.owner.query('DELETE FROM read.parked');
    await log.complete('2026-12-31'); // anything, so that there is something to look at
    await log.late();
    expect(await lastOf(client, '2026-08-31')).toBe('TierEvaluated');
  });
});
