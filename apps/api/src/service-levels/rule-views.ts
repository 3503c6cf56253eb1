import { type Language, languages } from '#event-sourcing';
import { EnumField } from '../fields/index.js';
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

const objectOrNull = { type: 'object', additionalProperties: true, nullable: true } as const;

export class CalendarVersionView {
  @ShownNumber() calendarVersion: number;
  @ShownNumber('For If-Match') version: number;
  @ShownText() effectiveFrom: string;
  @ShownText('The notice it comes from') sourceNotice: string;
  @ShownText() recordedAt: string;
  @ShownText() recordedBy: string;
  @ShownText() zone: string;
  @ShownTextOrNull('Deadlines after this date are provisional') knownUntil: string | null;
}

export class CalendarSummaryView extends CalendarVersionView {
  @ShownText() name: string;
}

export class CalendarsView extends FreshView {
  @ShownList(() => CalendarSummaryView) items: CalendarSummaryView[];
}

export class CalendarAnswer extends CalendarSummaryView {
  @ShownObject('As in what-if documents') calendar: object;
  @ShownList(() => CalendarVersionView, 'Every version, oldest first') versions: CalendarVersionView[];
  @ShownNumber() asOfPosition: number;
  @ShownText() asOf: string;
}

export class EditionSummaryView {
  @ShownNumber() edition: number;
  @ShownText('drafted, approved, published or retired') status: string;
  @ShownText() effectiveFrom: string;
  @ShownTextOrNull('Of a published edition: also the start of the one that follows it') effectiveTo: string | null;
  @Shown({ type: 'array', items: { type: 'string' } }) draftedBy: string[];
  @ShownText() draftedAt: string;
  @ShownTextOrNull() approvedBy: string | null;
  @ShownTextOrNull() approvedAt: string | null;
  @ShownTextOrNull() publishedBy: string | null;
  @ShownTextOrNull() publishedAt: string | null;
  @ShownTextOrNull() retiredBy: string | null;
  @Shown(objectOrNull, 'zh and en') title: object | null;
}

export class EditionsView extends FreshView {
  @ShownNumber('Of the handbook, for If-Match') version: number;
  @ShownList(() => EditionSummaryView) items: EditionSummaryView[];
}

export class EditionAnswer extends EditionSummaryView {
  @ShownNumber('Of the handbook, for If-Match') version: number;
  @ShownObject('The edition, as in what-if documents') handbook: object;
  @ShownNumber() asOfPosition: number;
  @ShownText() asOf: string;
}

export class PresetView {
  @ShownText() presetId: string;
  @ShownText('unconfirmed: the limits are to be checked by the officer who switches it on') status: string;
  @ShownObject('zh and en') title: object;
  @ShownObject('zh and en') notes: object;
  @Shown({ type: 'array', items: { type: 'object', additionalProperties: true } }) promises: readonly object[];
  @Shown(objectOrNull, 'How it was last switched on, or off; null where it never was') switched: object | null;
}

export class PresetsView extends FreshView {
  @ShownNumber('Of the handbook, for If-Match') version: number;
  @ShownList(() => PresetView) items: PresetView[];
}

export class ReadersQuestion extends ListQuestion {
  @EnumField(['yes', 'no'], { optional: true, description: 'Only those who have acknowledged it, or have not' }) acknowledged?: string;
}

export class HandbookPageQuestion {
  @EnumField(languages, { optional: true, description: 'Default: as Accept-Language prefers' }) language?: Language;
}

export class ReaderView {
  @ShownText() staffId: string;
  @ShownText() role: string;
  @ShownText() branchId: string;
  @ShownTextOrNull('null where they have not') acknowledgedAt: string | null;
  @ShownTextOrNull('When they last did anything that was recorded') lastSeenAt: string | null;
}

export class ReadersPageView extends PageView {
  @ShownNumber() edition: number;
  @ShownNumber('Of the staff seen') acknowledged: number;
  @ShownNumber() outstanding: number;
  @ShownList(() => ReaderView) items: ReaderView[];
}

export class DeliveryView {
  @ShownNumber() edition: number;
  @ShownText() channel: string;
  @ShownText() language: string;
  @ShownText() deliveredAt: string;
  @ShownText() deliveredBy: string;
}

export class DeliveriesView extends FreshView {
  @ShownList(() => DeliveryView) items: DeliveryView[];
}
