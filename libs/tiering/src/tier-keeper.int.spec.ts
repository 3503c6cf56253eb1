import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { newId, type LocalDate, type Uuid } from '#event-sourcing';
import { startTierKeeping, type TierKeeping } from './index.js';
import { sampleTierRules, tierStream } from '#tiers';
import { createTieredLog, FIRM_ZONE, type TieredLog } from '../../../test/support/tiering.js';

jest.setTimeout(60_000);
const YUAN = 100;
const never = new AbortController().signal;

describe('the keeper of tiers', () => {
  let log: TieredLog;
  let client: Uuid;
  let clock = '2026-01-31T21:59:00.000Z'; // a minute to six on 1 February in Shanghai
  const now = (): string => clock;
  const running = new Set<TierKeeping>();
  const start = async (): Promise<TierKeeping> => {
    const keeping = await startTierKeeping({ url: log.url, firmZone: FIRM_ZONE, now, pollMs: 10 });
    running.add(keeping);
    return keeping;
  };

  beforeAll(async () => {
    log = await createTieredLog({ now });
    await log.publish(sampleTierRules, '2026-01-01');
    client = await log.client('K-1', '2025-10-01');
    await log.assets(client, 'K-1', '2025-10-01', 2_000_000 * YUAN);
    await log.complete('2026-01-31');
    await log.tiering.readModelsReady();
  });
  afterAll(async () => {
    for (const keeping of running) await keeping.stop();
    await log.close();
  });

  const evaluatedOn = async (): Promise<LocalDate[]> =>
    (await log.tierOf(client)).flatMap(({ event }) => (event.type === 'TierEvaluated' ? [event.data.on] : []));

  it('takes a month end up at the set time of the next day, once', async () => {
    await log.tiering.keeper.turn(never);
    expect(await evaluatedOn()).toEqual([]);
    clock = '2026-01-31T22:00:00.000Z';
    await log.tiering.keeper.turn(never);
    await log.tiering.keeper.turn(never);
    expect((await log.tierOf(client)).map(({ event }) => event.type)).toEqual(['TierInitialised', 'TierEvaluated', 'TierPromoted']);
    expect((await log.tierOf(client)).at(-1)!.event.data).toMatchObject({ to: 'GOLD', effectiveFrom: '2026-02-01' });
  });

  it('looks at what came late while no month end is due', async () => {
    await log.assets(client, 'K-1', '2025-11-01', 6_000_000 * YUAN);
    await log.tiering.keeper.turn(never);
    expect((await log.tierOf(client)).at(-1)!.event).toMatchObject({ type: 'TierCorrected', data: { intervals: [{ tier: 'PLATINUM' }] } });
  });

  it('has a standby, which takes over where the leader left; whoever leads, each month end is made once', async () => {
    await log.complete('2026-02-28');
    clock = '2026-02-28T22:00:00.000Z';
    const [leader] = [await start(), await start()];
    await until(async () => (await evaluatedOn()).includes('2026-02-28'));
    running.delete(leader);
    await leader.stop();
    await log.complete('2026-03-31');
    clock = '2026-03-31T22:00:00.000Z';
    await until(async () => (await evaluatedOn()).includes('2026-03-31'));
    const once = ['2026-02-28', '2026-03-31'].map((on) => evaluatedOn().then((dates) => dates.filter((date) => date === on)));
    expect(await Promise.all(once)).toEqual([['2026-02-28'], ['2026-03-31']]);
  });

  it('says once that an override is over, when its last day has passed', async () => {
    const overrideId = newId();
    const override = { overrideId, mode: 'pin', tier: 'DIAMOND', validFrom: '2026-04-02', validTo: '2026-04-12' };
    await log.say(
      tierStream(client),
      { type: 'OverrideRequested', data: { ...override, requestedBy: 'chen', justification: 'moves her assets here' } },
      { type: 'OverrideApproved', data: { ...override, approvedBy: 'lin', approvedOn: '2026-04-01' } },
    );
    const expired = async (): Promise<number> => (await log.tierOf(client)).filter(({ event }) => event.type === 'OverrideExpired').length;
    const others = [await log.open({ now }), await log.open({ now })];
    clock = '2026-04-11T15:59:00.000Z'; // the last minute of the last day
    await log.tiering.readModelsReady();
    for (const { keeper } of others) await keeper.turn(never);
    expect(await expired()).toBe(0);
    clock = '2026-04-11T16:00:00.000Z';
    await until(async () => {
      await Promise.all(others.map(({ keeper }) => keeper.turn(never)));
      return (await expired()) > 0;
    });
    for (const { keeper } of others) await keeper.turn(never);
    expect(await expired()).toBe(1);
  });

  it('makes up for the month ends that it was away for, the oldest first', async () => {
    for (const keeping of running) await keeping.stop();
    running.clear();
    await log.owner.query("UPDATE tiering.runs SET finished_at = on_date + interval '1 day'"); // each in its time
    for (const on of ['2026-04-30', '2026-05-31', '2026-06-30'] as const) await log.complete(on);
    clock = '2026-06-30T22:00:00.000Z';
    const { keeper } = await log.open({ now });
    await log.tiering.readModelsReady();
    await keeper.turn(never);
    expect((await evaluatedOn()).slice(-4)).toEqual(['2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30']);
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not come to that');
}
