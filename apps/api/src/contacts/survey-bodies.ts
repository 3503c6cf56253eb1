import { IntegerField, MomentField, Text, UuidField } from '../fields/index.js';

/** About a complaint, a request, or neither. */
export class SurveyAnswerBody {
  @UuidField() clientId: string;
  @MomentField({ optional: true, description: 'Default: now' }) answeredAt?: string;
  @IntegerField({ min: 1, max: 5, description: 'Satisfaction, 1 (not at all) to 5' }) csat: number;
  @IntegerField({ min: 0, max: 10, optional: true, description: 'Whether they would recommend the firm' }) nps?: number;
  @UuidField({ optional: true }) complaintId?: string;
  @UuidField({ optional: true }) requestId?: string;
  @Text({ max: 2000, optional: true }) comment?: string;
}
