import { segmentStatuses } from '#clients';
import { EnumField, LocalDateField } from '../fields/index.js';
import {
  FreshView,
  ListQuestion,
  PageView,
  Shown,
  ShownList,
  ShownNumber,
  ShownObject,
  ShownText,
  ShownTextOrNull,
} from '../reads/view-fields.js';
import { ValueClientView } from './value-views.js';

const day = { optional: true, description: 'Day that behaviour and tier are of. Default: today' };

export class SegmentListQuestion extends ListQuestion {
  @EnumField(segmentStatuses, { optional: true, description: 'Default: active' }) status?: string;
}

export class SegmentQuestion {
  @LocalDateField(day) asOf?: string;
}

export class SegmentClientsQuestion extends ListQuestion {
  @LocalDateField(day) asOf?: string;
}

export class SegmentSummaryView {
  @ShownText() segmentId: string;
  @ShownNumber('For If-Match') version: number;
  @ShownText() name: string;
  @ShownText('active or retired') status: string;
  @ShownObject() query: object;
  @ShownText() savedBy: string;
  @ShownText('Branch, or the head office') savedIn: string;
  @ShownText() savedAt: string;
  @ShownTextOrNull() retiredBy: string | null;
}

export class SegmentPageView extends PageView {
  @ShownList(() => SegmentSummaryView) items: SegmentSummaryView[];
}

export class BranchCountView {
  @ShownText() branchId: string;
  @ShownNumber() clients: number;
}

export class SegmentCountAnswer extends FreshView {
  @ShownText('The day that behaviour and tier are of') on: string;
  @ShownNumber('Clients that the caller sees') count: number;
  @ShownList(() => BranchCountView, 'Those that have any') branches: BranchCountView[];
}

export class SegmentHistoryView {
  @ShownText() on: string;
  @ShownNumber() count: number;
}

export class SegmentAnswer extends SegmentCountAnswer {
  @ShownText() segmentId: string;
  @ShownNumber('For If-Match') version: number;
  @ShownText() name: string;
  @ShownText() status: string;
  @ShownObject() query: object;
  @ShownText() savedBy: string;
  @ShownText() savedIn: string;
  @ShownText() savedAt: string;
  @ShownTextOrNull() retiredBy: string | null;
  @ShownList(() => SegmentHistoryView, 'As it was counted, of the branches that the caller sees') history: SegmentHistoryView[];
  @Shown({ type: 'string' }, 'Address of the clients behind the count') drillDown: string;
}

export class SegmentClientsView extends PageView {
  @ShownText() on: string;
  @ShownList(() => ValueClientView) items: ValueClientView[];
}
