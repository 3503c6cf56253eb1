import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { given } from '#event-sourcing';
import { tradingDayRules } from '../../../test/support/trading-day-rules.js';
import { sampleTierRules } from './sample-tier-rules.js';
import type { TierRules, TierRulesEvent } from './tier-rules.js';
import { checkTierRules } from './tier-rules-check.js';
import { rulesInForce, tierRulebook } from './tier-rulebook.js';

const rules: TierRules = {
  version: '2026-1',
  currency: 'CNY',
  windowDays: 90,
  dayBasis: 'calendar',
  retentionBasisPoints: 8_000,
  graceDays: 90,
  strikesToDemote: 2,
  tiers: [
    { tier: 'STANDARD' },
    { tier: 'SILVER', entry: { adaMinor: 100, netCommissionMinor: 10 }, retention: { adaMinor: 100 } },
    { tier: 'GOLD', entry: { adaMinor: 200 } },
    { tier: 'PLATINUM', entry: { netCommissionMinor: 11 } },
  ],
};
const faultsOf = (document: unknown): string[] => {
  const checked = checkTierRules(document);
  return 'faults' in checked ? checked.faults.map(({ pointer, code }) => `${pointer} ${code}`) : [];
};
const withStep = (index: number, change: object) =>
  faultsOf({ ...rules, tiers: rules.tiers.map((step, i) => (i === index ? { ...step, ...change } : step)) });
const withMember = (change: object) => faultsOf({ ...rules, ...change });

describe('tier rules', () => {
  it('pass as they are, the samples too', () => {
    for (const document of [rules, sampleTierRules, tradingDayRules('CN')]) expect(checkTierRules(document)).toEqual({ rules: document });
    expect(withStep(1, { retention: { adaMinor: 0, netCommissionMinor: 10 } })).toEqual([]);
  });

  it('have thresholds in whole minor units that are not negative', () => {
    expect(withStep(2, { entry: { adaMinor: -1 } })).toEqual(['/tiers/2/entry/adaMinor negative-amount']);
    expect(withStep(2, { entry: { adaMinor: 200.5 } })).toEqual(['/tiers/2/entry/adaMinor fractional-amount']);
    expect(withStep(2, { entry: { adaMinor: 2 ** 53 } })).toEqual(['/tiers/2/entry/adaMinor out-of-range']);
    expect(withStep(2, { entry: { adaMinor: '200' } })).toEqual(['/tiers/2/entry/adaMinor wrong-type']);
    expect(withStep(1, { retention: { netCommissionMinor: -5 } })).toEqual(['/tiers/1/retention/netCommissionMinor negative-amount']);
  });

  it('ascend: in their names, each once, and in each criterion over the steps that have it', () => {
    expect(withStep(2, { tier: 'SILVER' })).toEqual(['/tiers/2/tier ladder-not-ascending']);
    expect(withStep(2, { tier: 'DIAMOND' })).toEqual(['/tiers/3/tier ladder-not-ascending']);
    expect(withStep(2, { entry: { adaMinor: 100 } })).toEqual(['/tiers/2/entry/adaMinor threshold-not-above-lower']);
    expect(withStep(2, { entry: { adaMinor: 101 } })).toEqual([]);
    expect(withStep(3, { entry: { netCommissionMinor: 10 } })).toEqual(['/tiers/3/entry/netCommissionMinor threshold-not-above-lower']);
    expect(withStep(2, { tier: 'BRONZE' })).toEqual(['/tiers/2/tier not-allowed']);
  });

  it('have thresholds above the lowest tier, and none for it', () => {
    expect(withStep(0, { entry: { adaMinor: 0 } })).toEqual(['/tiers/0/entry lowest-needs-nothing']);
    expect(withStep(0, { retention: {} })).toEqual(['/tiers/0/retention lowest-needs-nothing']);
    expect(withStep(2, { entry: undefined })).toEqual(['/tiers/2/entry no-threshold']);
    expect(withStep(2, { entry: {} })).toEqual(['/tiers/2/entry no-threshold']);
    expect(withMember({ tiers: [] })).toEqual(['/tiers too-few']);
  });

  it('retain at no more than they enter at', () => {
    expect(withStep(1, { retention: { adaMinor: 101 } })).toEqual(['/tiers/1/retention/adaMinor retention-above-entry']);
    expect(withStep(2, { retention: { netCommissionMinor: 1 } })).toEqual([
      '/tiers/2/retention/netCommissionMinor retention-without-entry',
    ]);
    expect(withMember({ retentionBasisPoints: 10_000 })).toEqual([]);
    expect(withMember({ retentionBasisPoints: 10_001 })).toEqual(['/retentionBasisPoints retention-above-entry']);
    expect(withMember({ retentionBasisPoints: -1 })).toEqual(['/retentionBasisPoints out-of-range']);
  });

  it('have windows, graces and strikes within bounds, a currency, and a calendar where they go by trading days', () => {
    const out = { windowDays: 0, graceDays: -1, strikesToDemote: 0, currency: 'yuan', version: 'a b' };
    expect(withMember(out).sort()).toEqual(
      ['/currency bad-currency', '/graceDays out-of-range', '/strikesToDemote out-of-range', '/version bad-format', '/windowDays out-of-range'], // prettier-ignore
    );
    expect(withMember({ windowDays: 1_001, graceDays: 1.5 })).toEqual(['/windowDays out-of-range', '/graceDays wrong-type']);
    expect(withMember({ dayBasis: 'trading' })).toEqual(['/calendar calendar-not-named']);
    expect(withMember({ dayBasis: 'weekly', calendar: '' })).toEqual(['/calendar bad-format', '/dayBasis not-allowed']);
  });

  it('have no unknown members, and all of the known ones', () => {
    expect(withMember({ 'grace/Days': 1 })).toEqual(['/grace~1Days unknown-member']);
    expect(withStep(1, { name: 'x', entry: { adaMinor: 100, ada: 1 } })).toEqual(['/tiers/1/name unknown-member', '/tiers/1/entry/ada unknown-member']);
    expect(faultsOf({})).toHaveLength(8);
    expect(faultsOf({}).every((fault) => fault.endsWith(' missing'))).toBe(true);
  }); // prettier-ignore

  it('are refused, never thrown at, whatever they are', () => {
    expect([null, [], 'x', 1].map((one) => faultsOf(one))).toEqual(Array(4).fill([' wrong-type']));
    fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(faultsOf(one).length).toBeGreaterThan(0);
      expect(() => [withMember({ tiers: one }), withStep(1, { entry: one, retention: other }), withMember({ tiers: [one, other] })]).not.toThrow();
    })); // prettier-ignore
  });
});

describe('the book of tier rules', () => {
  const next: TierRules = { ...rules, version: '2026-2', windowDays: 60 };
  const drafted = (of = rules, draftedBy = 'amy'): TierRulesEvent => ({ type: 'TierRulesDrafted', data: { rules: of, draftedBy } });
  const approved = (version = rules.version): TierRulesEvent => ({ type: 'TierRulesApproved', data: { version, approvedBy: 'bob' } });
  const published = (effectiveFrom: string, of = rules): TierRulesEvent => ({
    type: 'TierRulesPublished',
    data: { rules: of, effectiveFrom, publishedBy: 'bob' },
  });
  const approve = (approvedBy = 'bob') => ({ type: 'ApproveTierRules', version: rules.version, approvedBy }) as const;
  const publish = (effectiveFrom: string, version = rules.version) =>
    ({ type: 'PublishTierRules', version, effectiveFrom, publishedBy: 'bob' }) as const;
  const draft = (of: TierRules, draftedBy = 'amy') => ({ type: 'DraftTierRules', rules: of, draftedBy }) as const;

  it('takes a draft, approves it by another person, and publishes it from a day on', () => {
    expect(given(tierRulebook).when(draft(rules))).toEqual([drafted()]);
    expect(given(tierRulebook, drafted()).when(approve())).toEqual([approved()]);
    expect(given(tierRulebook, drafted(), approved()).when(publish('2020-01-01'))).toEqual([published('2020-01-01')]);
  });

  it('has no drafter approve, not even an earlier one of the same version', () => {
    for (const same of ['amy', 'Amy', 'AMY'])
      expect(given(tierRulebook, drafted()).when(approve(same))).toEqual({ refused: 'tier-rules-self-approval' });
    const again = drafted({ ...rules, graceDays: 30 }, 'cora');
    expect(given(tierRulebook, drafted(), again).when(approve('amy'))).toEqual({ refused: 'tier-rules-self-approval' });
  });

  it('asks for approval anew where a draft is replaced', () => {
    const replaced = drafted({ ...rules, graceDays: 30 });
    expect(given(tierRulebook, drafted(), approved(), replaced).when(publish('2026-01-01'))).toEqual({
      refused: 'tier-rules-not-approved',
    });
  });

  it('never changes or publishes anew what is published', () => {
    const past = [drafted(), approved(), published('2026-01-01')];
    expect(given(tierRulebook, ...past).when(draft({ ...rules, graceDays: 1 }))).toEqual({ refused: 'tier-rules-already-published' });
    expect(given(tierRulebook, ...past).when(draft(rules))).toEqual({ refused: 'tier-rules-already-published' });
    expect(given(tierRulebook, ...past).when(publish('2027-01-01'))).toEqual({ refused: 'tier-rules-already-published' });
    expect(given(tierRulebook, ...past).when(publish('2026-01-01'))).toEqual([]);
    expect(given(tierRulebook, ...past).when(approve())).toEqual([]);
  });

  it('publishes nothing before what is published, nor what it does not have', () => {
    const past = [drafted(), approved(), published('2026-03-01'), drafted(next), approved(next.version)];
    expect(given(tierRulebook, ...past).when(publish('2026-02-28', next.version))).toEqual({ refused: 'tier-rules-before-published' });
    expect(given(tierRulebook, ...past).when(publish('2026-03-01', next.version))).toHaveLength(1);
    expect(given(tierRulebook, drafted()).when(publish('2026-01-01'))).toEqual({ refused: 'tier-rules-not-approved' });
    expect(given(tierRulebook).when(publish('2026-01-01'))).toEqual({ refused: 'tier-rules-not-drafted' });
  });

  it('says which rules evaluate a day', () => {
    const events = [drafted(), published('2026-01-01'), published('2026-03-01', next), drafted({ ...rules, version: '3' })];
    const versions = ['2025-12-31', '2026-01-01', '2026-02-28', '2026-03-01', '2030-01-01'].map((on) => rulesInForce(events, on)?.version);
    expect(versions).toEqual([undefined, '2026-1', '2026-1', '2026-2', '2026-2']);
    const sameDay = [published('2026-01-01'), published('2026-01-01', next)];
    expect(rulesInForce(sameDay, '2026-01-01')?.version).toBe('2026-2'); // the one published last
  });
});
