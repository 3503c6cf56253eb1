import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { BEIJING, type Caller, problem, SHANGHAI } from '../../../../test/support/api.js';
import { aCommitment, publishRules } from '../../../../test/support/commitments.js';
import { branchRules, startTieredBranch, type TieredBranch } from '../../../../test/support/tiered-branch.js';
import { newId } from '#event-sourcing';
import type { ServicePromise } from '#service-levels';
import type { TierRules } from '#tiers';

jest.setTimeout(60_000);
const promise = (tier: string, minutes: number): ServicePromise => ({
  id: tier,
  metric: 'resolution',
  calendar: 'DESK',
  target: { kind: 'businessMinutes', minutes },
  appliesTo: { tier: [tier] },
});
const period = { from: '2026-01-01', to: '2026-06-30' };
/** SILVER from 500.00 on. */
const lower: TierRules = {
  ...branchRules,
  version: 'draft',
  tiers: [{ tier: 'STANDARD' }, { tier: 'SILVER', entry: { adaMinor: 500_00 } }, { tier: 'GOLD', entry: { adaMinor: 5_000_00 } }],
};

describe('draft tier rules over a past period', () => {
  let branch: TieredBranch;
  let compliance: Caller;
  beforeAll(async () => {
    branch = await startTieredBranch();
    compliance = await branch.under.as('complianceOfficer');
    await publishRules(branch.under, [promise('STANDARD', 240), promise('SILVER', 180), promise('GOLD', 60)]);
    const begun = (clientId: string, startDate: string) =>
      aCommitment(branch.under, { clientId, requestId: newId(), more: { startDate, tierUsed: 'STANDARD' } });
    await begun(branch.favoured, '2026-01-20'); // before the draft would have moved her
    await begun(branch.favoured, '2026-02-01');
    await begun(branch.favoured, '2026-05-04');
    await begun(branch.falling, '2026-03-02');
    await begun(branch.rich, '2026-03-02');
    await branch.under.settled();
  });
  afterAll(() => branch.close());

  const whatIf = (rules: object, more: object = {}, caller = compliance) =>
    caller.call('POST', '/v1/tiers/what-if', { body: { rules, ...period, ...more } });

  it('moves nobody and costs nothing where the draft is what was in force, and writes nothing', async () => {
    const before = await branch.under.eventCount();
    const { status, body } = await whatIf(branchRules);
    expect(status).toBe(200);
    expect(body).toMatchObject({ rules: 'v1', clients: 6, moveCount: 0, moves: [], cost: [], stopped: 5, ...period });
    expect(body['monthEnds']).toHaveLength(6);
    expect(body['counts']).toEqual([
      { was: 'STANDARD', is: 'STANDARD', clients: 3 },
      { was: 'SILVER', is: 'SILVER', clients: 1 },
      { was: 'GOLD', is: 'GOLD', clients: 2 },
    ]);
    expect(await branch.under.eventCount()).toBe(before);
  });

  it('says who would have moved since when, and what they would have been promised', async () => {
    const before = await branch.under.eventCount();
    const { body } = await whatIf(lower);
    expect(body['counts']).toEqual([
      { was: 'STANDARD', is: 'STANDARD', clients: 1 },
      { was: 'STANDARD', is: 'SILVER', clients: 2 },
      { was: 'SILVER', is: 'SILVER', clients: 1 },
      { was: 'GOLD', is: 'GOLD', clients: 2 },
    ]);
    const moves = [
      { clientId: branch.favoured, branchId: SHANGHAI, was: 'STANDARD', is: 'SILVER', since: '2026-01-31', adaMinor: 500_00 },
      { clientId: branch.stopped, branchId: SHANGHAI, was: 'STANDARD', is: 'SILVER', since: '2026-01-31', adaMinor: null },
    ].sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
    expect(body).toMatchObject({ moveCount: 2, stopped: 5 });
    expect(body['moves']).toEqual(moves);
    expect(body['cost']).toEqual([
      {
        process: 'accountOpening',
        metric: 'resolution',
        commitments: 2,
        tighter: 2,
        looser: 0,
        otherwise: 0,
        minutesLess: 2 * (240 - 180),
        daysLess: 0,
      },
    ]);
    expect(await branch.under.eventCount()).toBe(before);
  });

  it('looks at the clients of the caller’s branch alone', async () => {
    const { body } = await whatIf(lower, {}, await branch.under.as('branchManager', BEIJING));
    expect(body).toMatchObject({ clients: 1, moveCount: 0, counts: [{ was: 'GOLD', is: 'GOLD', clients: 1 }], cost: [] });
  });

  it('refuses rules that are at fault, with their places, and periods without a month end', async () => {
    const refused = async (rules: object, more: object = {}) => problem(await whatIf(rules, more));
    const faults = { ...branchRules, currency: 'yuan', tiers: [{ tier: 'STANDARD' }, { tier: 'SILVER', entry: { adaMinor: -1 } }] };
    expect(await refused(faults)).toMatchObject({
      status: 400,
      errors: [
        { pointer: '/rules/currency', code: 'bad-currency' },
        { pointer: '/rules/tiers/1/entry/adaMinor', code: 'negative-amount' },
      ],
    });
    const unpublished = { ...branchRules, dayBasis: 'trading', calendar: 'NOWHERE' };
    expect(await refused(unpublished)).toMatchObject({ status: 400, errors: [{ pointer: '/rules/calendar', code: 'not-allowed' }] });
    for (const [from, to] of [
      ['2026-02-01', '2026-02-27'],
      ['2026-03-31', '2026-03-30'],
    ]) {
      expect(await refused(branchRules, { from, to })).toMatchObject({ status: 400, errors: [{ pointer: '/to', code: 'out-of-range' }] });
    }
    expect(await refused(branchRules, { from: '2000-01-01' })).toMatchObject({ errors: [{ pointer: '/from', code: 'out-of-range' }] });
  });
});
