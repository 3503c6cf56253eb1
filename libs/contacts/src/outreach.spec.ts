import { describe, expect, it } from '@jest/globals';
import { given, newId } from '#event-sourcing';
import { outreach, type OutreachCommand, type OutreachSuitability } from './outreach.js';

const clientId = newId();
const complaintId = newId();
const planned = { clientId, channel: 'phone', plannedOn: '2026-03-10', productId: 'F-1', productRiskLevel: 'R3' } as const;
const plan = (suitability: OutreachSuitability, openComplaints: string[] = []): OutreachCommand => ({
  type: 'PlanOutreach',
  ...planned,
  facts: { suitability, openComplaints },
});
const reasonsOf = (...facts: [OutreachSuitability, string[]?]): unknown => {
  const [event] = given(outreach).when(plan(...facts)) as { type: string; data: { reasons?: unknown } }[];
  return event!.type === 'OutreachPlanned' ? 'planned' : event!.data.reasons;
};

describe('outreach about a product', () => {
  it('is blocked where the profile has lapsed, is missing or forbids it, and while a complaint is open', () => {
    expect(reasonsOf('MATCH')).toBe('planned');
    expect(reasonsOf('WARN')).toBe('planned');
    expect(reasonsOf('EXPIRED')).toEqual(['suitability-expired']);
    expect(reasonsOf('PROHIBITED')).toEqual(['suitability-prohibited']);
    expect(reasonsOf('NONE')).toEqual(['no-assessment']);
    expect(reasonsOf('MATCH', [complaintId])).toEqual(['complaint-open']);
    expect(reasonsOf('EXPIRED', [complaintId])).toEqual(['suitability-expired', 'complaint-open']);
  });

  it('says of a product above the client’s level that it is', () => {
    expect(given(outreach).when(plan('WARN'))).toEqual([{ type: 'OutreachPlanned', data: { ...planned, warned: true } }]);
    expect(given(outreach).when(plan('MATCH'))).toEqual([{ type: 'OutreachPlanned', data: { ...planned, warned: false } }]);
  });

  it('names a product with its level or none, and is planned once', () => {
    const without = (member: 'productId' | 'productRiskLevel'): OutreachCommand => ({ ...plan('MATCH'), [member]: undefined });
    expect(given(outreach).when(without('productId'))).toEqual({ refused: 'product-incomplete' });
    expect(given(outreach).when(without('productRiskLevel'))).toEqual({ refused: 'product-incomplete' });
    const { productId: _id, productRiskLevel: _level, ...none } = plan('MATCH');
    expect(given(outreach).when(none as OutreachCommand)).toHaveLength(1);
    const past = given(outreach).when(plan('MATCH')) as { type: 'OutreachPlanned'; data: typeof planned & { warned: boolean } }[];
    expect(given(outreach, ...past).when(plan('MATCH'))).toEqual({ refused: 'outreach-already-planned' });
  });
});
