import { type Decider, derivedId, DomainError, type EventDefinitions, type LocalDate, type ProblemTitle, type Uuid } from '#event-sourcing';
import {
  assessmentOn,
  type ProductRiskLevel,
  type RiskAssessment,
  suitabilityOf,
  type SuitabilityResult,
  validUntilOf,
} from './suitability.js';

export const initiatives = ['client', 'firm'] as const;
/** Whose idea the product was. */
export type Initiative = (typeof initiatives)[number];

export const confirmationKinds = ['signedForm', 'recordedCall', 'electronic'] as const;
/** Where a client's own confirmation is kept: the number of a form, a recording, a session. */
export interface Confirmation {
  kind: (typeof confirmationKinds)[number];
  reference: string;
}

export interface RecordedAssessment extends RiskAssessment {
  questionnaireVersion: string;
  score: number;
  /** The system or desk that the result comes from, a code. */
  source: string;
}

export interface SuitabilityCheck {
  checkId: Uuid;
  productId: string;
  riskLevel: ProductRiskLevel;
  initiative: Initiative;
  checkedOn: LocalDate;
  result: SuitabilityResult;
  /** Of the assessment that the check rests on; null where the client was never assessed. */
  validUntil: LocalDate | null;
}

/** Dates are local dates of the firm. A newer assessment supersedes; an older one that is told late does not. */
export type RiskProfileEvent =
  | { type: 'RiskAssessed'; data: RecordedAssessment }
  | { type: 'SuitabilityChecked'; data: SuitabilityCheck }
  | { type: 'SuitabilityWarningAccepted'; data: { checkId: Uuid; acceptedOn: LocalDate; confirmation: Confirmation } };

export const riskProfileEvents: EventDefinitions<RiskProfileEvent> = {
  RiskAssessed: {
    version: 1,
    // what a client can bear is personal; until when we know it, sets and clocks have to see
    fields: { questionnaireVersion: 'P1', score: 'P2', level: 'P2', lowestClass: 'P2', assessedOn: 'P1', validUntil: 'P1', source: 'P1' },
  },
  SuitabilityChecked: {
    version: 1,
    fields: {
      checkId: 'P1',
      productId: 'P1',
      riskLevel: 'P1',
      initiative: 'P1',
      checkedOn: 'P1',
      result: 'P2', // beside the product's level it tells the client's
      validUntil: 'P1',
    },
  },
  SuitabilityWarningAccepted: { version: 1, fields: { checkId: 'P1', acceptedOn: 'P1', confirmation: 'P1' } },
};

/** `today` is the firm's date of the act. */
export type RiskProfileCommand =
  | ({ type: 'RecordRiskAssessment'; validMonths?: number; today: LocalDate } & Omit<RecordedAssessment, 'validUntil'>)
  | ({ type: 'CheckSuitability'; today: LocalDate } & Pick<SuitabilityCheck, 'checkId' | 'productId' | 'riskLevel' | 'initiative'>)
  | { type: 'AcceptSuitabilityWarning'; checkId: Uuid; confirmation: Confirmation; today: LocalDate };

export interface RiskProfileState {
  /** As they were told. */
  assessments: readonly RecordedAssessment[];
  checks: ReadonlyMap<Uuid, SuitabilityCheck & { accepted: boolean }>;
}

export const riskProfileProblems = {
  'assessment-in-the-future': { en: 'An assessment cannot be made in the future', zh: '风险测评日期不能晚于今天' },
  'suitability-check-not-found': { en: 'There is no such suitability check', zh: '适当性匹配记录不存在' },
  'no-warning-to-accept': { en: 'Only a warning can be accepted', zh: '只有风险警示可以确认' },
  'not-on-the-clients-initiative': {
    en: 'A warning is accepted on the client’s own initiative alone',
    zh: '仅客户主动提出时方可确认风险警示',
  },
  'suitability-changed': { en: 'The check no longer holds: check anew', zh: '匹配结果已变化，请重新匹配' },
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(riskProfileProblems);

/** A client's assessments and checks are one stream, so that a check is decided on what is known when it is recorded. */
export const riskProfileStream = (clientId: Uuid) => ({ id: derivedId(clientId, 'risk-profile'), kind: 'riskProfile', key: clientId });

export const riskProfile: Decider<RiskProfileState, RiskProfileCommand, RiskProfileEvent> = {
  kind: 'riskProfile',
  initial: { assessments: [], checks: new Map() },
  decide(command, state): RiskProfileEvent[] {
    switch (command.type) {
      case 'RecordRiskAssessment': {
        const { type: _type, today, validMonths, ...stated } = command;
        if (stated.assessedOn > today) throw refusal('assessment-in-the-future', ['/assessedOn']);
        const data: RecordedAssessment = { ...stated, validUntil: validUntilOf(stated.assessedOn, validMonths) };
        return sameAssessment(assessmentOn(state.assessments, data.assessedOn), data) ? [] : [{ type: 'RiskAssessed', data }];
      }
      case 'CheckSuitability': {
        const { type: _type, today, ...asked } = command;
        if (state.checks.has(asked.checkId)) return [];
        const assessment = assessmentOn(state.assessments, today);
        const result = suitabilityOf(assessment, asked.riskLevel, today);
        return [{ type: 'SuitabilityChecked', data: { ...asked, checkedOn: today, result, validUntil: assessment?.validUntil ?? null } }];
      }
      case 'AcceptSuitabilityWarning': {
        const { checkId, confirmation, today } = command;
        const check = state.checks.get(checkId);
        if (!check) throw refusal('suitability-check-not-found');
        if (check.accepted) return []; // a repeat changes nothing
        if (check.result !== 'WARN') throw refusal('no-warning-to-accept');
        if (check.initiative !== 'client') throw refusal('not-on-the-clients-initiative');
        // what the client was warned of has to be what is so on the day they accept it
        const now = suitabilityOf(assessmentOn(state.assessments, today), check.riskLevel, today);
        if (now !== 'WARN') throw refusal('suitability-changed');
        return [{ type: 'SuitabilityWarningAccepted', data: { checkId, acceptedOn: today, confirmation } }];
      }
    }
  },
  evolve(state, event): RiskProfileState {
    switch (event.type) {
      case 'RiskAssessed':
        return { ...state, assessments: [...state.assessments, event.data] };
      case 'SuitabilityChecked':
        return { ...state, checks: new Map(state.checks).set(event.data.checkId, { ...event.data, accepted: false }) };
      case 'SuitabilityWarningAccepted': {
        const check = state.checks.get(event.data.checkId);
        return check ? { ...state, checks: new Map(state.checks).set(check.checkId, { ...check, accepted: true }) } : state;
      }
    }
  },
};

/** Told again by another desk, or under another questionnaire's number, it is another assessment. */
const sameAssessment = (known: RecordedAssessment | undefined, told: RecordedAssessment): boolean =>
  known !== undefined && (Object.keys(told) as (keyof RecordedAssessment)[]).every((member) => known[member] === told[member]);
