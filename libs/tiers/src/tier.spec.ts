import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold, given, newId } from '#event-sourcing';
import { overridesToExpire, tier } from './tier.js';
import { ladder, type Override, type TierEvent } from './tier-events.js';
import { assertionsOf, tierInForce, tierSpans } from './tier-history.js';

const id = newId();
const override: Override = { mode: 'floor', tier: 'GOLD', validFrom: '2026-12-01', validTo: '2027-03-01' };
const initialised: TierEvent = { type: 'TierInitialised', data: { tier: 'SILVER', effectiveFrom: '2026-01-01', basis: 'opening' } };
const requested = (change: Partial<Override> = {}, overrideId = id): TierEvent => ({
  type: 'OverrideRequested',
  data: { overrideId, requestedBy: 'amy', justification: 'family', ...override, ...change },
});
const approved = (change: Partial<Override> = {}, overrideId = id): TierEvent => ({
  type: 'OverrideApproved',
  data: { overrideId, approvedBy: 'bob', approvedOn: '2026-11-24', ...override, ...change },
});
const approve = (approvedBy = 'bob', today = '2026-11-24', overrideId = id) =>
  ({ type: 'ApproveOverride', overrideId, approvedBy, today }) as const;

describe('the tier given at first', () => {
  const correct = (effectiveFrom = '2026-01-01') =>
    ({ type: 'CorrectInitialTier', tier: 'GOLD', effectiveFrom, basis: 'opening' }) as const;
  const far: TierEvent = { type: 'TierInitialised', data: { tier: 'SILVER', effectiveFrom: '2062-01-01', basis: 'opening' } };

  it('is corrected while nothing rests on it, and holds from its own day on', () => {
    const [corrected] = given(tier, far).when(correct()) as TierEvent[];
    const assertions = [far, corrected!].flatMap((event, nth) => assertionsOf(event, `2026-11-2${nth}T00:00:00.000Z`));
    for (const day of ['2026-01-01', '2061-12-31', '2062-01-01', '2070-01-01'])
      expect(tierInForce(assertions, day, '9999')?.tier).toBe('GOLD');
    expect(given(tier, far, corrected!).when(correct())).toEqual([]);
    expect(given(tier, far, requested(), corrected!).when(correct('2025-01-01'))).toHaveLength(1);
  });

  it('is not, once something does, and never to a later day', () => {
    expect(given(tier).when(correct())).toEqual({ refused: 'tier-not-initialised' });
    expect(given(tier, initialised).when(correct('2026-01-02'))).toEqual({ refused: 'initial-tier-later' });
    expect(given(tier, initialised, requested(), approved()).when(correct())).toEqual({ refused: 'initial-tier-in-use' });
    const promoted: TierEvent = {
      type: 'TierPromoted',
      data: { from: 'SILVER', to: 'GOLD', effectiveFrom: '2026-02-01', ruleVersion: 'r' },
    };
    expect(given(tier, initialised, promoted).when(correct())).toEqual({ refused: 'initial-tier-in-use' });
  });
});

describe('overrides', () => {
  it('are approved by a second person', () => {
    expect(given(tier, initialised, requested()).when(approve())).toEqual([approved()]);
    expect(given(tier, initialised, requested()).when(approve('amy'))).toEqual({ refused: 'self-approval' });
  });

  it('are refused for the first failing check, in the published order', () => {
    const all = requested({ validFrom: '2026-01-01', validTo: null });
    expect(given(tier, initialised, all).when(approve('amy'))).toEqual({ refused: 'self-approval' });
    expect(given(tier, initialised, all).when(approve())).toEqual({ refused: 'missing-expiry' });
    const long = requested({ validFrom: '2026-01-01', validTo: '2026-07-01' });
    expect(given(tier, initialised, long).when(approve())).toEqual({ refused: 'too-long' });
    const past = requested({ validFrom: '2026-11-23', validTo: '2026-12-23' });
    expect(given(tier, initialised, past).when(approve())).toEqual({ refused: 'backdated' });
    const other = newId();
    const second = requested({ validFrom: '2027-02-28', validTo: '2027-04-01' }, other);
    expect(given(tier, initialised, requested(), approved(), second).when(approve('bob', '2026-11-24', other))).toEqual({
      refused: 'overlapping',
    });
  });

  it('may last 180 days, begin today, and touch each other', () => {
    const edge = requested({ validFrom: '2026-11-24', validTo: '2027-05-23' });
    expect(given(tier, initialised, edge).when(approve())).toHaveLength(1);
    const longer = requested({ validFrom: '2026-11-24', validTo: '2027-05-24' });
    expect(given(tier, initialised, longer).when(approve())).toEqual({ refused: 'too-long' });
    const other = newId();
    const next = requested({ validFrom: '2027-03-01', validTo: '2027-04-01' }, other);
    expect(given(tier, initialised, requested(), approved(), next).when(approve('bob', '2026-11-24', other))).toHaveLength(1);
  });

  it('end early by revocation, and free the days after it', () => {
    const revoke = { type: 'RevokeOverride', overrideId: id, revokedBy: 'bob', today: '2027-01-10', reason: 'left' } as const;
    const [revoked] = given(tier, initialised, requested(), approved()).when(revoke) as TierEvent[];
    expect(revoked).toMatchObject({ type: 'OverrideRevoked', data: { effectiveFrom: '2027-01-10' } });
    const other = newId();
    const next = requested({ validFrom: '2027-01-10', validTo: '2027-02-01' }, other);
    expect(given(tier, initialised, requested(), approved(), revoked!, next).when(approve('bob', '2027-01-10', other))).toHaveLength(1);
  });

  it('expire on the day after their last, once', () => {
    const expire = (today: string) => ({ type: 'ExpireOverride', overrideId: id, today }) as const;
    const expired: TierEvent = { type: 'OverrideExpired', data: { overrideId: id, expiredOn: '2027-03-01' } };
    expect(given(tier, initialised, requested(), approved()).when(expire('2027-02-28'))).toEqual({ refused: 'override-not-over' });
    expect(given(tier, initialised, requested(), approved()).when(expire('2027-03-01'))).toEqual([expired]);
    expect(given(tier, initialised, requested(), approved(), expired).when(expire('2027-03-02'))).toEqual([]);
    expect(given(tier, initialised, requested()).when(expire('2027-03-02'))).toEqual({ refused: 'override-not-approved' });
    const revoke = { type: 'RevokeOverride', overrideId: id, revokedBy: 'bob', today: '2027-03-02', reason: 'late' } as const;
    expect(given(tier, initialised, requested(), approved(), expired).when(revoke)).toEqual({ refused: 'override-over' });
    const due = (today: string, ...more: TierEvent[]) => overridesToExpire(fold(tier, [initialised, requested(), approved(), ...more]).overrides.values(), today); // prettier-ignore
    expect([due('2027-02-28'), due('2027-03-01', expired), due('2027-03-01')].map(({ length }) => length)).toEqual([0, 0, 1]);
  });

  it('that were revoked have ended and do not expire', () => {
    const revoked: TierEvent = {
      type: 'OverrideRevoked',
      data: { overrideId: id, revokedBy: 'bob', effectiveFrom: '2027-01-10', reason: 'left' },
    };
    const past = [initialised, requested(), approved(), revoked];
    expect(given(tier, ...past).when({ type: 'ExpireOverride', overrideId: id, today: '2027-03-01' })).toEqual([]);
    expect(overridesToExpire(fold(tier, past).overrides.values(), '2027-03-01')).toEqual([]);
  });

  it('change nothing when repeated', () => {
    expect(given(tier, initialised, requested(), approved()).when(approve())).toEqual([]);
  });

  it('need a tier to begin with', () => {
    const request = { type: 'RequestOverride', overrideId: id, requestedBy: 'amy', justification: 'x', ...override } as const;
    expect(given(tier).when(request)).toEqual({ refused: 'tier-not-initialised' });
    expect(given(tier, initialised).when({ ...request, validTo: request.validFrom })).toEqual({ refused: 'override-not-a-range' });
  });
});

describe('tier history', () => {
  const at = (n: number) => new Date(Date.UTC(2026, 0, n)).toISOString();
  const history = [...assertionsOf(initialised, at(1)), ...assertionsOf(approved(), at(2))];

  it('answers for a valid date as known at an instant', () => {
    expect(tierInForce(history, '2025-12-31', at(9))).toBeNull();
    expect(tierInForce(history, '2026-12-01', at(1))).toMatchObject({ tier: 'SILVER', override: null });
    expect(tierInForce(history, '2026-12-01', at(2))).toMatchObject({ tier: 'GOLD', ruleTier: 'SILVER' });
    expect(tierInForce(history, '2027-03-01', at(9))).toMatchObject({ tier: 'SILVER', override: null });
  });

  it('floors to the higher tier and pins to the named one', () => {
    const diamond = assertionsOf({ type: 'TierPromoted', data: { from: 'SILVER', to: 'DIAMOND', effectiveFrom: '2026-06-01' } }, at(1));
    expect(tierInForce([...diamond, ...assertionsOf(approved(), at(2))], '2026-12-05', at(9))?.tier).toBe('DIAMOND');
    expect(tierInForce([...diamond, ...assertionsOf(approved({ mode: 'pin' }), at(2))], '2026-12-05', at(9))?.tier).toBe('GOLD');
  });

  it('gives back the days after a revocation, and knows what was known before it', () => {
    const revoked = assertionsOf(
      { type: 'OverrideRevoked', data: { overrideId: id, revokedBy: 'bob', effectiveFrom: '2027-01-10', reason: 'x' } },
      at(3),
    );
    const all = [...history, ...revoked];
    expect(tierInForce(all, '2027-01-09', at(9))?.tier).toBe('GOLD');
    expect(tierInForce(all, '2027-01-10', at(9))?.tier).toBe('SILVER');
    expect(tierInForce(all, '2027-01-10', at(2))?.tier).toBe('GOLD');
  });

  it('has spans that cover valid time without overlap and agree with the point answer', () => {
    const date = fc.integer({ min: 0, max: 60 }).map((n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10));
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('rule' as const),
        tier: fc.constantFrom(...ladder),
        from: date,
        days: fc.integer({ min: 1, max: 20 }),
      }),
      fc.record({
        kind: fc.constant('override' as const),
        tier: fc.constantFrom(...ladder),
        from: date,
        days: fc.integer({ min: 1, max: 20 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), date, fc.integer({ min: 0, max: 9 }), (steps, validDate, known) => {
        const all = steps.map(({ kind, tier: name, from, days }, i) => ({
          kind,
          tier: name,
          mode: kind === 'override' ? ('pin' as const) : null,
          overrideId: kind === 'override' ? id : null,
          validFrom: from,
          validTo: new Date(Date.parse(from) + days * 86_400_000).toISOString().slice(0, 10),
          recordedAt: at(i + 1),
        }));
        const spans = tierSpans(all, at(known));
        for (const [i, span] of spans.entries()) expect(i === 0 || spans[i - 1]!.validTo! <= span.validFrom).toBe(true);
        const covering = spans.find((s) => s.validFrom <= validDate && (s.validTo === null || s.validTo > validDate));
        expect(covering?.tier ?? null).toBe(tierInForce(all, validDate, at(known))?.tier ?? null);
      }),
    );
  });

  it('folds requests and decisions into the state it decides on', () => {
    expect(fold(tier, [initialised, requested(), approved()]).overrides.get(id)?.status).toBe('approved');
  });
});
