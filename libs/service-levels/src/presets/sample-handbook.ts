import type { HandbookEdition, ServicePromise, Target } from '../format/format.js';
import { sampleNames } from './sample-handbook-names.js';
import { sampleSections } from './sample-handbook-sections.js';

const requests = ['accountOpening', 'trading', 'settlement', 'other'];
const higherTiers = ['SILVER', 'GOLD', 'PLATINUM', 'DIAMOND'] as const;

const hours = (count: number): Target => ({ kind: 'businessMinutes', minutes: count * 60 });
const minutes = (count: number): Target => ({ kind: 'businessMinutes', minutes: count });
/** On the exchanges' days: what comes in after their close counts from the next one. */
const tradingDays = (days: number): Target => ({ kind: 'businessDays', days, receiptRule: 'next_business_day_if_after_close' });
const workingDays = (days: number): Target => ({ kind: 'businessDays', days });

const escalations = [
  { afterMinutes: 120, toRole: 'branchManager' },
  { afterMinutes: 390, toRole: 'complianceOfficer' },
];
const toClient = {
  calendar: 'CN_DESK',
  pausable: true,
  maxPauseMinutes: 3900,
  tierMode: 'favourable_only',
  minRemainingMinutes: 60,
  reopenMode: 'resume_original',
  reopenFloorMinutes: 120,
  warnings: [50, 80],
  escalations,
} as const;

/** One promise for everybody, and a shorter time for each higher tier. */
function byTier(promise: ServicePromise, targets: Readonly<Record<(typeof higherTiers)[number], Target>>): ServicePromise[] {
  const raised = higherTiers.map((tier) => ({
    ...promise,
    id: `${promise.id}-${tier.toLowerCase()}`,
    appliesTo: { ...promise.appliesTo, tier: [tier] },
    target: targets[tier],
  }));
  return [promise, ...raised];
}

const step = (process: string, name: string, target: Target, calendar = 'CN_DESK'): ServicePromise => ({
  id: `${process}-${name}`,
  metric: 'step',
  step: name,
  appliesTo: { process: [process] },
  calendar,
  target,
  warnings: [80],
});

const promises: readonly ServicePromise[] = [
  { id: 'acknowledgement', metric: 'acknowledgement', appliesTo: { process: requests }, calendar: 'CN_DESK', target: minutes(30) },
  ...byTier(
    {
      id: 'first-response',
      metric: 'firstResponse',
      appliesTo: { process: requests },
      calendar: 'CN_DESK',
      target: hours(4),
      tierMode: 'favourable_only',
      minRemainingMinutes: 30,
      warnings: [50, 80],
      escalations,
    },
    { SILVER: hours(3), GOLD: hours(2), PLATINUM: hours(1), DIAMOND: minutes(30) },
  ),

  ...byTier(
    { id: 'account-opening', metric: 'resolution', appliesTo: { process: ['accountOpening'] }, target: hours(20), ...toClient },
    { SILVER: hours(16), GOLD: hours(12), PLATINUM: hours(8), DIAMOND: hours(4) },
  ),
  step('accountOpening', 'document-check', hours(4)),
  step('accountOpening', 'approval', hours(8)),
  step('accountOpening', 'booking', hours(4)),

  ...byTier(
    { id: 'trading', metric: 'resolution', appliesTo: { process: ['trading'] }, target: hours(8), ...toClient },
    { SILVER: hours(6), GOLD: hours(4), PLATINUM: hours(2), DIAMOND: hours(1) },
  ),
  {
    id: 'trading-critical',
    metric: 'resolution',
    appliesTo: { process: ['trading'], severity: ['critical'] },
    target: hours(2),
    ...toClient,
  },
  {
    id: 'trading-critical-higher-tiers',
    metric: 'resolution',
    target: hours(1),
    ...toClient,
    appliesTo: { process: ['trading'], tier: higherTiers, severity: ['critical'] },
  },
  {
    id: 'trading-updates',
    metric: 'update',
    recurring: true,
    calendar: 'CN_DESK',
    target: hours(2),
    appliesTo: { process: ['trading'], severity: ['high', 'critical'] },
  },
  step('trading', 'order-check', hours(1)),
  step('trading', 'correction', hours(4)),

  {
    id: 'settlement',
    metric: 'resolution',
    appliesTo: { process: ['settlement'] },
    calendar: 'CN_EXCHANGE',
    target: tradingDays(2),
    warnings: [50, 80],
    escalations,
  },
  {
    id: 'settlement-higher-tiers',
    metric: 'resolution',
    calendar: 'CN_EXCHANGE',
    target: tradingDays(1),
    warnings: [50, 80],
    escalations,
    appliesTo: { process: ['settlement'], tier: ['GOLD', 'PLATINUM', 'DIAMOND'] },
  },
  step('settlement', 'document-check', hours(4)),
  step('settlement', 'approval', hours(4)),
  step('settlement', 'booking', tradingDays(1), 'CN_EXCHANGE'),

  { id: 'other', metric: 'resolution', appliesTo: { process: ['other'] }, target: hours(32), ...toClient },

  {
    id: 'complaint-acknowledgement',
    metric: 'acknowledgement',
    appliesTo: { process: ['complaint'] },
    calendar: 'CN_DESK',
    target: workingDays(1),
    escalations,
  },
  {
    id: 'complaint-first-response',
    metric: 'firstResponse',
    appliesTo: { process: ['complaint'] },
    calendar: 'CN_DESK',
    target: workingDays(2),
    warnings: [50],
    escalations,
  },
  {
    id: 'complaint-updates',
    metric: 'update',
    recurring: true,
    appliesTo: { process: ['complaint'] },
    calendar: 'CN_DESK',
    target: workingDays(5),
  },
  {
    id: 'complaint',
    metric: 'resolution',
    appliesTo: { process: ['complaint'] },
    calendar: 'CN_DESK',
    target: workingDays(15),
    warnings: [50, 80],
    escalations,
  },
  {
    id: 'complaint-severe',
    metric: 'resolution',
    calendar: 'CN_DESK',
    target: workingDays(10),
    warnings: [50, 80],
    escalations,
    appliesTo: { process: ['complaint'], severity: ['high', 'critical'] },
  },
];

/** A handbook to begin with, for the calendars `CN_DESK` and `CN_EXCHANGE`. A firm's own times and texts take its place. */
export const sampleHandbook: HandbookEdition = {
  edition: 1,
  effectiveFrom: '2025-01-01T00:00:00+08:00',
  effectiveTo: null,
  status: 'unconfirmed',
  title: { zh: '客户服务手册', en: 'Client service handbook' },
  covers: [...requests, 'complaint'],
  promises,
  names: sampleNames,
  sections: sampleSections,
};
