import { FreshView, PageView, ShownList, ShownNumber, ShownObject, ShownText, ShownTextOrNull } from '../reads/view-fields.js';

class TierMixCellView {
  @ShownText() on: string;
  @ShownText() branchId: string;
  @ShownText('In force on that day, overrides included') tier: string;
  @ShownNumber() clients: number;
  @ShownNumber('Of them, with an override in force') byOverride: number;
  @ShownObject('clients, byOverride: address of the list behind each') drillDown: object;
}

class TierChangeCellView {
  @ShownText('Month in which it takes effect, YYYY-MM') month: string;
  @ShownText() branchId: string;
  @ShownText('promotion or demotion') change: string;
  @ShownText() from: string;
  @ShownText() to: string;
  @ShownNumber() clients: number;
  @ShownText('Address of the changes behind it') drillDown: string;
}

class OverrideShareView {
  @ShownText() branchId: string;
  @ShownNumber('With a tier') clients: number;
  @ShownNumber('Of them, with an override in force') overrides: number;
  @ShownNumber('Of ten thousand, rounded down') basisPoints: number;
  @ShownObject('clients, overrides: address of the list behind each') drillDown: object;
}

export class TierFiguresView extends FreshView {
  @ShownText() from: string;
  @ShownText() to: string;
  @ShownList(() => TierMixCellView, 'At each month end of the period, and at its last day') mix: TierMixCellView[];
  @ShownList(() => TierChangeCellView, 'By evaluation, as known now') changes: TierChangeCellView[];
  @ShownList(() => OverrideShareView, 'On the last day of the period') overrides: OverrideShareView[];
}

class TieredClientView {
  @ShownText() clientId: string;
  @ShownTextOrNull() clientNo: string | null;
  @ShownText() branchId: string;
  @ShownText('In force') tier: string;
  @ShownTextOrNull('Beneath an override') ruleTier: string | null;
  @ShownTextOrNull() overrideId: string | null;
}

export class TieredClientsView extends PageView {
  @ShownText() on: string;
  @ShownList(() => TieredClientView) items: TieredClientView[];
}

class TierChangeView {
  @ShownText() clientId: string;
  @ShownText() branchId: string;
  @ShownText('promotion or demotion') change: string;
  @ShownText() from: string;
  @ShownText() to: string;
  @ShownText() evaluatedOn: string;
  @ShownText() effectiveFrom: string;
  @ShownText() ruleVersion: string;
}

export class TierChangesView extends PageView {
  @ShownList(() => TierChangeView) items: TierChangeView[];
}

class TierRunView {
  @ShownText('The month end') on: string;
  @ShownText() ruleVersion: string;
  @ShownNumber('Facts up to this log position took part') knownTo: number;
  @ShownNumber('Evaluated and stopped together; those evaluated before are not counted again') clients: number;
  @ShownNumber() evaluated: number;
  @ShownNumber('Could not be, and why is with each client') stopped: number;
  @ShownNumber() promoted: number;
  @ShownNumber() demoted: number;
  @ShownText() startedAt: string;
  @ShownTextOrNull('null: under way') finishedAt: string | null;
}

export class TierRunsView extends FreshView {
  @ShownList(() => TierRunView, 'The latest first; counts of the whole firm, as they were when it was done') items: TierRunView[];
}
