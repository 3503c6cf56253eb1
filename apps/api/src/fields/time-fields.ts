import { Temporal } from 'temporal-polyfill';
import { DATE_PATTERN, type Instant, INSTANT_PATTERN, isInstantText, isLocalDateText, type LocalDate, type When } from '#event-sourcing';
import { forText, isText, member, type MemberOptions } from './member.js';

const isoDate = { type: 'string', format: 'date', pattern: DATE_PATTERN } as const;
const isoInstant = { type: 'string', format: 'date-time', pattern: INSTANT_PATTERN } as const;

/** A calendar day without a time, `YYYY-MM-DD`. */
export const LocalDateField = (options: MemberOptions = {}): PropertyDecorator =>
  member(isoDate, [isText, { fault: 'bad-format', holds: forText(isLocalDateText) }], { example: '2026-03-11', ...options });

/** An instant, RFC 3339 with an offset. */
export const InstantField = (options: MemberOptions = {}): PropertyDecorator =>
  member(isoInstant, [isText, { fault: 'bad-format', holds: forText(isInstantText) }], {
    example: '2026-03-11T10:00:00+08:00',
    ...options,
  });

/** When something happened as far as it is known: an instant, or its day alone. */
export const MomentField = (options: MemberOptions = {}): PropertyDecorator =>
  member(
    { oneOf: [isoInstant, isoDate] },
    [isText, { fault: 'bad-format', holds: forText((text) => isInstantText(text) || isLocalDateText(text)) }],
    { example: '2026-03-11T10:00:00+08:00', ...options },
  );

/** The same instant in UTC with milliseconds. */
export const instantOf = (text: string): Instant => new Date(text).toISOString();

/** A moment as the domain keeps it; a day alone begins at its midnight in the firm's zone. */
export function whenOf(text: string, zone: string): When {
  if (!isLocalDateText(text)) return { precision: 'instant', at: instantOf(text) };
  const midnight = Temporal.PlainDate.from(text).toZonedDateTime({ timeZone: zone });
  return { precision: 'day', at: new Date(midnight.epochMilliseconds).toISOString(), date: text, zone };
}

/** The day that an instant is in a zone. */
export const localDateOf = (instant: Instant, zone: string): LocalDate =>
  Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString();
