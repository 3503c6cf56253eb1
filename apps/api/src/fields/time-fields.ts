import type { ApiPropertyOptions } from '@nestjs/swagger';
import { Temporal } from 'temporal-polyfill';
import { DATE_PATTERN, type Instant, INSTANT_PATTERN, isInstantText, isLocalDateText, type LocalDate, type When } from '#event-sourcing';
import { forText, isText, member, type MemberOptions, type Rule } from './member.js';

const isoDate = { type: 'string', format: 'date', pattern: DATE_PATTERN } as const;
const isoInstant = { type: 'string', format: 'date-time', pattern: INSTANT_PATTERN } as const;

export interface DateOptions extends MemberOptions {
  /** The latest day that makes sense: so many years from today, default 10; 0: of what has happened. */
  yearsAhead?: number;
}

const YEARS_AHEAD = 10;
const DAY_MS = 86_400_000;

/** Nobody means a day beyond; of what has happened, tomorrow, for it is that somewhere already. */
function notBeyond(yearsAhead: number): Rule {
  const latest = (): string => {
    const day = new Date(Date.now() + DAY_MS);
    day.setUTCFullYear(day.getUTCFullYear() + yearsAhead);
    return day.toISOString().slice(0, 10);
  };
  return { fault: 'out-of-range', ofBodies: true, holds: forText((text) => text.slice(0, 10) <= latest()) };
}

const timeField = (
  schema: ApiPropertyOptions,
  form: (text: string) => boolean,
  example: string,
  { yearsAhead = YEARS_AHEAD, ...options }: DateOptions,
): PropertyDecorator =>
  member(schema, [isText, { fault: 'bad-format', holds: forText(form) }, notBeyond(yearsAhead)], { example, ...options });

/** A calendar day without a time, `YYYY-MM-DD`. */
export const LocalDateField = (options: DateOptions = {}): PropertyDecorator => timeField(isoDate, isLocalDateText, '2026-03-11', options);

const INSTANT_EXAMPLE = '2026-03-11T10:00:00+08:00';

/** An instant, RFC 3339 with an offset. */
export const InstantField = (options: DateOptions = {}): PropertyDecorator =>
  timeField(isoInstant, isInstantText, INSTANT_EXAMPLE, options);

/** When something happened as far as it is known: an instant, or its day alone. */
export const MomentField = (options: DateOptions = {}): PropertyDecorator =>
  timeField({ oneOf: [isoInstant, isoDate] }, (text) => isInstantText(text) || isLocalDateText(text), INSTANT_EXAMPLE, options);

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
