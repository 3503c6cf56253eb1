import { Temporal } from 'temporal-polyfill';
import type { Instant, LocalDate, When } from '#event-sourcing';
import { forText, isText, member, type MemberOptions } from './member.js';

const YEAR = '(?:19[0-9]{2}|2[01][0-9]{2}|2200)';
const DATE = `${YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])`;
const CLOCK = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?';
const OFFSET = '(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])';

export const DATE_PATTERN = `^${DATE}$`;
export const INSTANT_PATTERN = `^${DATE}T${CLOCK}${OFFSET}$`;
const dateForm = new RegExp(DATE_PATTERN);
const instantForm = new RegExp(INSTANT_PATTERN);

const isoDate = { type: 'string', format: 'date', pattern: DATE_PATTERN } as const;
const isoInstant = { type: 'string', format: 'date-time', pattern: INSTANT_PATTERN } as const;

/** A day that the calendar has, in the years 1900 to 2200. */
export const isLocalDate = (text: string): boolean => dateForm.test(text) && isRealDay(text);

/** RFC 3339 with an offset, a day that the calendar has, in the years 1900 to 2200 where it was written. */
export const isInstantText = (text: string): boolean => instantForm.test(text) && isRealDay(text.slice(0, 10));

function isRealDay(date: string): boolean {
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date);
}

/** A calendar day without a time, `YYYY-MM-DD`. */
export const LocalDateField = (options: MemberOptions = {}): PropertyDecorator =>
  member(isoDate, [isText, { fault: 'bad-format', holds: forText(isLocalDate) }], { example: '2026-03-11', ...options });

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
    [isText, { fault: 'bad-format', holds: forText((text) => isInstantText(text) || isLocalDate(text)) }],
    { example: '2026-03-11T10:00:00+08:00', ...options },
  );

/** The same instant in UTC with milliseconds. */
export const instantOf = (text: string): Instant => new Date(text).toISOString();

/** A moment as the domain keeps it; a day alone begins at its midnight in the firm's zone. */
export function whenOf(text: string, zone: string): When {
  if (!isLocalDate(text)) return { precision: 'instant', at: instantOf(text) };
  const midnight = Temporal.PlainDate.from(text).toZonedDateTime({ timeZone: zone });
  return { precision: 'day', at: new Date(midnight.epochMilliseconds).toISOString(), date: text, zone };
}

/** The day that an instant is in a zone. */
export const localDateOf = (instant: Instant, zone: string): LocalDate =>
  Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString();
