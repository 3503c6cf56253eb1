import type { HandbookEdition } from '../format/format.js';
import type { Preset } from '../handbook/handbook.js';

/** A preset as it ships: a day limit of a regulation as we read it, off and unconfirmed until an officer switches it on. */
export interface RegulatoryPreset extends Preset {
  status: NonNullable<HandbookEdition['status']>;
  /** Where the limits are said to come from, and what else they ask of the firm. */
  notes: { zh: string; en: string };
}

const ofComplaints = { process: ['complaint'] } as const;

export const regulatoryPresets: readonly RegulatoryPreset[] = [
  {
    presetId: 'cn-complaints',
    status: 'unconfirmed',
    title: { zh: '证券投诉处理时限（境内）', en: 'Limits for complaints about securities firms (mainland China)' },
    notes: {
      zh: '15 日内决定是否受理，60 日内办结；情况复杂的，经批准并告知投诉人后可延长 30 日（在原期限内登记延期）。请合规部门核对现行法规后启用。',
      en: 'Decision on acceptance within 15 calendar days, final response within 60. A complex case may be extended by 30 days, approved and told to the complainant; the extension is recorded before the limit ends. To be checked against the regulation in force before it is switched on.',
    },
    promises: [
      {
        id: 'cn-complaint-decision',
        metric: 'decision',
        class: 'regulatory',
        appliesTo: ofComplaints,
        calendar: 'CN_DESK',
        target: { kind: 'calendarDays', days: 15 },
        warnings: [60, 80],
        escalations: [{ afterMinutes: 1, toRole: 'complianceOfficer' }],
      },
      {
        id: 'cn-complaint-final-response',
        metric: 'resolution',
        class: 'regulatory',
        appliesTo: ofComplaints,
        calendar: 'CN_DESK',
        target: { kind: 'calendarDays', days: 60 },
        warnings: [50, 75, 90],
        escalations: [{ afterMinutes: 1, toRole: 'complianceOfficer' }],
      },
    ],
  },
  {
    presetId: 'uk-complaints',
    status: 'unconfirmed',
    title: { zh: '英国投诉处理时限', en: 'Limits for complaints in the United Kingdom' },
    notes: {
      zh: '八周内作出最终答复。请合规部门核对现行规则后启用。',
      en: 'Final response within eight weeks. To be checked against the rules in force before it is switched on.',
    },
    promises: [
      {
        id: 'uk-complaint-final-response',
        metric: 'resolution',
        class: 'regulatory',
        appliesTo: ofComplaints,
        calendar: 'UK',
        target: { kind: 'calendarDays', days: 56 },
        warnings: [50, 75, 90],
        escalations: [{ afterMinutes: 1, toRole: 'complianceOfficer' }],
      },
    ],
  },
  {
    // apart from the eight weeks: beside a resolution that the handbook itself promises it would be a second one
    presetId: 'uk-complaints-summary',
    status: 'unconfirmed',
    title: { zh: '英国投诉简要解决（三个工作日）', en: 'Summary resolution in the United Kingdom (three business days)' },
    notes: {
      zh: '在收到后第三个工作日结束前解决的投诉，可以简要解决通知代替最终答复。请合规部门核对现行规则后启用。',
      en: 'A complaint resolved by the end of the third business day after its receipt may be answered by a summary resolution communication: a threshold and no duty, so the promise is of the class service. It takes the place of a resolution that the handbook promises for all complaints. To be checked against the rules in force before it is switched on.',
    },
    promises: [
      {
        id: 'uk-complaint-summary-resolution',
        metric: 'resolution',
        class: 'service',
        appliesTo: ofComplaints,
        calendar: 'UK',
        target: { kind: 'businessDays', days: 3, receiptRule: 'actual_date', dayEnd: 'close' },
        warnings: [66],
      },
    ],
  },
];
