import { describe, expect, it } from '@jest/globals';
import { given, instant, newId } from '#event-sourcing';
import { survey, type SurveyCommand, type SurveyEvent } from './survey.js';

const now = '2026-03-10T09:00:00.000Z';
const data = { clientId: newId(), answeredAt: instant(now), csat: 2, nps: 3 };
const answer = (more: object = {}): SurveyCommand => ({ type: 'RecordSurveyAnswer', now, ...data, ...more });
const answered: SurveyEvent = { type: 'SurveyAnswered', data };

describe('a survey', () => {
  it('is answered once, never in the future', () => {
    expect(given(survey).when(answer())).toEqual([answered]);
    expect(given(survey, answered).when(answer())).toEqual({ refused: 'survey-already-answered' });
    expect(given(survey).when(answer({ answeredAt: instant('2026-03-10T09:00:00.001Z') }))).toEqual({
      refused: 'survey-answered-in-the-future',
    });
  });
});
