import type { Instant, LocalDate } from '#event-sourcing';
import { type CalendarEvent, calendarEvents } from '#service-levels';
import { type Projection, RowTable } from '#projections';
import { projectionIds } from '../projection-ids.js';

/** One version of a calendar. */
export interface CalendarRow {
  name: string;
  calendarVersion: number;
  /** Of the stream, for If-Match. */
  version: number;
  effectiveFrom: LocalDate;
  sourceNotice: string;
  recordedAt: Instant;
  recordedBy: string;
  calendar: string;
}

export const calendarTable = new RowTable<CalendarRow>('calendars', ['name', 'calendarVersion'], {
  name: ['name', 'text'],
  calendarVersion: ['calendar_version', 'int'],
  version: ['version', 'int'],
  effectiveFrom: ['effective_from', 'date'],
  sourceNotice: ['source_notice', 'text'],
  recordedAt: ['recorded_at', 'timestamptz'],
  recordedBy: ['recorded_by', 'text'],
  calendar: ['calendar', 'text'],
});

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
