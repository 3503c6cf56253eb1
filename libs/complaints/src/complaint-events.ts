import type {
  ClientChannel,
  ComplaintOutcome,
  EventDefinitions,
  Money,
  ProblemTitle,
  Severity,
  StaffId,
  Uuid,
  When,
} from '#event-sourcing';
import type { Classified, ComplaintSubject } from './taxonomy.js';

/** `unspecifiedRelief`: the source says relief was given, and not whether it was money. */
export const resolutions = ['explanation', 'monetaryRelief', 'nonMonetaryRelief', 'unspecifiedRelief', 'none'] as const;
export type Resolution = (typeof resolutions)[number];

export const reopenReasons = ['newEvidence', 'responseDisputed', 'promiseNotKept', 'closedInError', 'regulatorRequest', 'other'] as const;
export type ReopenReason = (typeof reopenReasons)[number];

/** A complaint that another body took and passed on, with what that body says of it. */
export interface Forwarding {
  body: string;
  forwardedAt: When;
  /** How the body describes the firm's answer, in its own words. */
  statusAtSource?: string;
  timelyAtSource?: boolean;
  /** Whether the client disputed the firm's answer, as the body says. */
  disputedAtSource?: boolean;
}

export const silences = ['acknowledgement', 'firstResponse', 'update', 'decision', 'resolution'] as const;
/** A time that a source does not record. */
export type Silence = (typeof silences)[number];

export type ComplaintEvent =
  | {
      type: 'ComplaintRegistered';
      data: {
        clientId: Uuid;
        /** First receipt; regulatory clocks stay on it over all cycles. */
        receivedAt: When;
        channel: ClientChannel;
        /** In anybody's own words; the earliest events have also those of a taxonomy here. */
        subject: Partial<ComplaintSubject>;
        classified?: Classified;
        provisionalSeverity?: Severity;
        written?: boolean;
        complainant?: string;
        onBehalfOf?: string;
        accountId?: string;
        allegation?: string;
        disputedAmount?: Money;
        staffInvolved: readonly StaffId[];
        /** The legal entity complained about, where it is not the firm itself. */
        respondent?: string;
        regulatorRef?: string;
        forwarding?: Forwarding;
      };
    }
  /** Of a complaint from another system: what its records cannot tell, and what is therefore not measured. */
  | { type: 'ComplaintSourceNoted'; data: { system: string; silentOn: readonly Silence[] } }
  /** Its source says some of it otherwise by now: each member stands in the place of what was registered, which stays as it was said. */
  | {
      type: 'ComplaintRestated';
      data: {
        system: string;
        channel?: ClientChannel;
        subject?: Partial<ComplaintSubject>;
        classified?: Classified;
        allegation?: string;
        respondent?: string;
        forwarding?: Forwarding;
      };
    }
  | {
      type: 'ComplaintAcknowledged';
      data: { acknowledgedAt: When; acknowledgedBy: StaffId; automated: boolean; channel?: ClientChannel };
    }
  | {
      type: 'FinalResponseSent';
      data: {
        sentAt: When;
        cycle: number;
        resolution: Resolution;
        outcome?: ComplaintOutcome;
        channel?: ClientChannel;
        summary?: string;
        relief?: Money;
        /** SHA-256 of the document as sent, hex. */
        documentHash?: string;
        externalRightsIncluded?: boolean;
        sourceTimely?: boolean;
      };
    }
  | { type: 'ResponseAccepted'; data: { acceptedAt: When; cycle: number } }
  | { type: 'ResponseDisputed'; data: { disputedAt: When; cycle: number; reason?: string } }
  | { type: 'ComplaintClosed'; data: { closedAt: When; cycle: number; basis: 'finalResponse' | 'acceptance' } }
  | { type: 'ComplaintReopened'; data: { reopenedAt: When; reason: ReopenReason; cycle: number; note?: string } };

/** What people say in words of their own, where names may be. */
const ownWords = {
  subject: { product: 'P3', subProduct: 'P3', problem: 'P3', subProblem: 'P3' },
  classified: 'P1',
  respondent: 'P3',
  forwarding: { body: 'P3', forwardedAt: 'P1', statusAtSource: 'P3', timelyAtSource: 'P1', disputedAtSource: 'P1' },
} as const;

export const complaintEvents: EventDefinitions<ComplaintEvent> = {
  ComplaintRegistered: {
    version: 1,
    fields: {
      clientId: 'P1',
      receivedAt: 'P1',
      channel: 'P1',
      provisionalSeverity: 'P1',
      written: 'P1',
      complainant: 'P2',
      onBehalfOf: 'P2',
      accountId: 'P1',
      allegation: 'P3',
      disputedAmount: 'P2',
      staffInvolved: 'P1',
      regulatorRef: 'P3',
      ...ownWords,
    },
  },
  ComplaintSourceNoted: { version: 1, fields: { system: 'P1', silentOn: 'P1' } },
  ComplaintRestated: {
    version: 1,
    fields: { system: 'P1', channel: 'P1', allegation: 'P3', ...ownWords },
  },
  ComplaintAcknowledged: { version: 1, fields: { acknowledgedAt: 'P1', acknowledgedBy: 'P1', automated: 'P1', channel: 'P1' } },
  FinalResponseSent: {
    version: 1,
    fields: {
      sentAt: 'P1',
      cycle: 'P1',
      resolution: 'P1',
      outcome: 'P1',
      channel: 'P1',
      summary: 'P3',
      relief: 'P2',
      documentHash: 'P1',
      externalRightsIncluded: 'P1',
      sourceTimely: 'P1',
    },
  },
  ResponseAccepted: { version: 1, fields: { acceptedAt: 'P1', cycle: 'P1' } },
  ResponseDisputed: { version: 1, fields: { disputedAt: 'P1', cycle: 'P1', reason: 'P3' } },
  ComplaintClosed: { version: 1, fields: { closedAt: 'P1', cycle: 'P1', basis: 'P1' } },
  ComplaintReopened: { version: 1, fields: { reopenedAt: 'P1', reason: 'P1', cycle: 'P1', note: 'P3' } },
};

export const complaintProblems = {
  'complaint-already-registered': { en: 'The complaint is registered already', zh: '投诉已登记' },
  'complaint-not-registered': { en: 'There is no such complaint', zh: '投诉不存在' },
  'complaint-closed': { en: 'The complaint is closed; reopen it first', zh: '投诉已结案，请先重新开启' },
  'complaint-not-closed': { en: 'Only a closed complaint can be reopened', zh: '只有已结案的投诉可以重新开启' },
  'complaint-not-answered': { en: 'The complaint has no final response in this cycle', zh: '本轮投诉尚未发出最终答复' },
  'complaint-already-answered': { en: 'A final response was sent in this cycle', zh: '本轮投诉已发出最终答复' },
  'response-already-accepted': { en: 'The client has accepted the response', zh: '客户已接受答复' },
  'act-before-receipt': { en: 'This cannot have happened before the complaint was received', zh: '时间不能早于投诉收到时间' },
  'act-in-the-future': { en: 'This cannot have happened in the future', zh: '时间不能晚于现在' },
  'act-before-earlier-act': { en: 'This cannot have happened before what it follows', zh: '时间不能早于其前一步骤' },
} as const satisfies Record<string, ProblemTitle>;

export const complaintStream = (complaintId: Uuid, clientId: Uuid) => ({ id: complaintId, kind: 'complaint', key: clientId });
