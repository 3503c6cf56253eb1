import { FreshView, Shown, ShownList, ShownNumber, ShownObject, ShownText, ShownTextOrNull } from '../reads/view-fields.js';

export class TierRulesSummaryView {
  @ShownText('As the rules name themselves') ruleVersion: string;
  @ShownText('drafted, approved or published') status: string;
  @ShownTextOrNull('First day that they evaluate') effectiveFrom: string | null;
  @ShownTextOrNull('First day that the next published version evaluates') effectiveTo: string | null;
  @Shown({ type: 'array', items: { type: 'string' } }) draftedBy: string[];
  @ShownText() draftedAt: string;
  @ShownTextOrNull() approvedBy: string | null;
  @ShownTextOrNull() approvedAt: string | null;
  @ShownTextOrNull() publishedBy: string | null;
  @ShownTextOrNull() publishedAt: string | null;
}

export class TierRulesListView extends FreshView {
  @ShownNumber('Of all tier rules, for If-Match') version: number;
  @ShownList(() => TierRulesSummaryView) items: TierRulesSummaryView[];
}

export class TierRulesAnswer extends TierRulesSummaryView {
  @ShownNumber('Of all tier rules, for If-Match') version: number;
  @ShownObject('The rules, as they were drafted') rules: object;
  @ShownNumber() asOfPosition: number;
  @ShownText() asOf: string;
}
