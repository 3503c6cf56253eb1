import { readModel } from '../read-model.js';
import { CalendarHandler, CalendarListHandler } from './calendar-queries.js';
import { calendarTable, projectCalendars } from './calendars.js';
import { editionTable, presetTable, projectHandbook } from './handbook.js';
import { EditionHandler, EditionListHandler, PresetListHandler } from './handbook-queries.js';
import { DeliveriesHandler, ReadersHandler } from './handbook-reader-queries.js';
import { acknowledgementTable, deliveryTable, projectHandbookReaders, projectStaffSeen, staffTable } from './handbook-readers.js';
import { calendarMigrations, handbookMigrations, handbookReaderMigrations, staffSeenMigrations } from './handbook-tables.js';

export * from './calendar-queries.js';
export * from './handbook-queries.js';
export * from './handbook-reader-queries.js';

/** Every version of every calendar. */
export const calendars = readModel({
  name: 'calendars',
  version: 1,
  tables: [calendarTable],
  migrations: calendarMigrations,
  projection: projectCalendars,
  queries: [CalendarListHandler, CalendarHandler],
});

/** Editions and regulatory presets. */
export const handbook = readModel({
  name: 'handbook',
  version: 1,
  tables: [editionTable, presetTable],
  migrations: handbookMigrations,
  projection: projectHandbook,
  queries: [EditionListHandler, EditionHandler, PresetListHandler],
});

/** Who read which edition, and which client was given it. */
export const handbookReaders = readModel({
  name: 'handbookReaders',
  version: 1,
  tables: [acknowledgementTable, deliveryTable],
  migrations: handbookReaderMigrations,
  projection: projectHandbookReaders,
  queries: [ReadersHandler, DeliveriesHandler],
});

/** The people of the firm, as far as the log knows them: of whom a reader's acknowledgement is still missing. */
export const staffSeen = readModel({
  name: 'staffSeen',
  version: 1,
  tables: [staffTable],
  migrations: staffSeenMigrations,
  projection: projectStaffSeen,
  queries: [],
});
