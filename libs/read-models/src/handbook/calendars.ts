import { type CalendarEvent, calendarEvents } from '#service-levels';
import { date, int, type Projection, type RowOf, RowTable, text, timestamptz } from '#projections';
import { projectionIds } from '../projection-ids.js';

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
export const calendars = (): Projection => ({
  ...projectionIds.calendars,
  handles: Object.keys(calendarEvents),
  apply: (db, events) =>
    calendarTable.insert(
      db,
      events.map(({ body, version, recordedAt, meta }) => {
        const { name, calendarVersion, effectiveFrom, sourceNotice, calendar } = body as unknown as CalendarEvent['data'];
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
      }),
    ),
});
