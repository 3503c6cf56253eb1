import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { LocalDate } from '#event-sourcing';
import type { Calendar } from '#service-levels';
import { type CalendarRow, calendarTable } from './calendars.js';
import { repositoryOf } from '../reading/entity.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';

export interface CalendarSummary extends Omit<CalendarRow, 'calendar'> {
  zone: string;
  knownUntil: LocalDate | null;
}

export interface CalendarView extends CalendarSummary, AsOf {
  calendar: Calendar;
  /** Every version, oldest first. */
  versions: Omit<CalendarSummary, 'name'>[];
}

/** Firms have a handful of calendars; a list longer than this is cut. */
const CALENDARS_MAX = 1_000;

/** The current version of every calendar, by name. */
export class CalendarListQuery extends Query<({ items: CalendarSummary[] } & AsOf) | undefined> {
  constructor(readonly scope: string) {
    super();
  }
}

@QueryHandler(CalendarListQuery)
export class CalendarListHandler implements IQueryHandler<CalendarListQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ scope }: CalendarListQuery) {
    return this.database.asOf(scope, calendarTable, async (manager) => {
      const rows = await repositoryOf(manager, calendarTable)
        .createQueryBuilder('c')
        .distinctOn(['c.name'])
        .orderBy({ 'c.name': 'ASC', 'c.calendarVersion': 'DESC' })
        .limit(CALENDARS_MAX)
        .getMany();
      return { items: rows.map(summaryOf) };
    });
  }
}

/** One calendar with its history. Undefined where there is none of this name. */
export class CalendarQuery extends Query<CalendarView | undefined> {
  constructor(
    readonly name: string,
    readonly scope: string,
  ) {
    super();
  }
}

@QueryHandler(CalendarQuery)
export class CalendarHandler implements IQueryHandler<CalendarQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ name, scope }: CalendarQuery): Promise<CalendarView | undefined> {
    return this.database.asOf(scope, calendarTable, async (manager) => {
      const rows = await repositoryOf(manager, calendarTable).find({ where: { name }, order: { calendarVersion: 'ASC' } });
      const current = rows.at(-1);
      if (!current) return undefined;
      const versions = rows.map(summaryOf).map(({ name: _name, ...version }) => version);
      return { ...summaryOf(current), calendar: JSON.parse(current.calendar) as Calendar, versions };
    });
  }
}

function summaryOf({ calendar, ...row }: CalendarRow): CalendarSummary {
  const { zone, knownUntil = null } = JSON.parse(calendar) as Calendar;
  return { ...row, zone, knownUntil };
}
