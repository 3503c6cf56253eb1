import { type CalendarEvent, calendarEvents } from '#service-levels';
import { date, int, type ProjectedEvent, projecting, type Projecting, type RowOf, RowTable, text, timestamptz } from '#projections';

/** One version of a calendar. */
export const calendarTable = new RowTable('calendars', ['name', 'calendarVersion'], {
  name: text,
  calendarVersion: int,
  /** Of the stream, for If-Match. */
  version: int,
  effectiveFrom: date,
  sourceNotice: text,
  recordedAt: timestamptz,
  recordedBy: text,
  calendar: text,
});
export type CalendarRow = RowOf<typeof calendarTable>;

/** Every version of every calendar, with the notice it comes from. */
export const projectCalendars = (): Projecting => projecting([calendarEvents], (db, events) => calendarTable.insert(db, events.map(rowOf)));

function rowOf({ data, version, recordedAt, meta }: ProjectedEvent<CalendarEvent>): CalendarRow {
  const { name, calendarVersion, effectiveFrom, sourceNotice, calendar } = data;
  return {
    name,
    calendarVersion,
    version,
    effectiveFrom,
    sourceNotice,
    recordedAt,
    recordedBy: meta.actor.id,
    calendar: JSON.stringify(calendar),
  };
}
