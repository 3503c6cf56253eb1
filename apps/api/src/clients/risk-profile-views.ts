import { FreshView, Shown, ShownNumber, ShownText, ShownTextOrNull } from '../reads/view-fields.js';

export class RiskProfileAnswer extends FreshView {
  @ShownText() clientId: string;
  @ShownNumber('For If-Match; 0 before the first') version: number;
  @ShownText('none, valid or expired') status: string;
  @Shown({ type: 'object', additionalProperties: true, nullable: true }, 'The one that counts, null where there is none')
  assessment: object | null;
  @ShownTextOrNull('First day on which it is no longer valid') validUntil: string | null;
  @ShownNumber('Assessments recorded') assessments: number;
  @Shown({ type: 'array', items: { type: 'object', additionalProperties: true } }, 'The newest 50, newest first; all are in the timeline')
  checks: object[];
}
