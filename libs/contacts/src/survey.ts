import {
  type Decider,
  DomainError,
  type EventDefinitions,
  type Instant,
  type ProblemTitle,
  type SubjectKind,
  type Uuid,
  type When,
} from '#event-sourcing';

/** What a client said of the service when asked. Sending, expiry and suppression of a survey are events to come. */
export type SurveyEvent = {
  type: 'SurveyAnswered';
  data: {
    clientId: Uuid;
    answeredAt: When;
    /** Satisfaction, 1 (not at all) to 5. */
    csat: number;
    /** Whether they would recommend the firm, 0 to 10. */
    nps?: number;
    /** The complaint or request that was asked about. */
    about?: { kind: SubjectKind; id: Uuid };
    comment?: string;
  };
};

export const surveyEvents: EventDefinitions<SurveyEvent> = {
  // the marks are figures that sets are made of; what was written with them is not
  SurveyAnswered: { version: 1, fields: { clientId: 'P1', answeredAt: 'P1', csat: 'P1', nps: 'P1', about: 'P1', comment: 'P3' } },
};

export type SurveyCommand = { type: 'RecordSurveyAnswer'; now: Instant } & SurveyEvent['data'];

export interface SurveyState {
  answered: boolean;
}

export const surveyProblems = {
  'survey-already-answered': { en: 'The survey is answered already', zh: '该调查已答复' },
  'survey-answered-in-the-future': { en: 'An answer cannot be given in the future', zh: '答复时间不能晚于现在' },
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(surveyProblems);

export const surveyStream = (surveyId: Uuid, clientId: Uuid) => ({ id: surveyId, kind: 'survey', key: clientId });

export const survey: Decider<SurveyState, SurveyCommand, SurveyEvent> = {
  kind: 'survey',
  initial: { answered: false },
  decide({ type: _type, now, ...data }, state): SurveyEvent[] {
    if (state.answered) throw refusal('survey-already-answered');
    if (data.answeredAt.at > now) throw refusal('survey-answered-in-the-future', ['/answeredAt']);
    return [{ type: 'SurveyAnswered', data }];
  },
  evolve: () => ({ answered: true }),
};
