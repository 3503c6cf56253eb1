import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createPool } from '#database';
import { type Calendar, type CalendarPreset, calendarPresets, handbookStream, sampleHandbook, type HandbookEdition } from '#service-levels';
import type { Tokens } from './people.js';
import { Walker } from './walker.js';

/** The demo's database was filled by an older version of it: its imports ran under no handbook. */
export class OlderDemo extends Error {
  constructor() {
    super('This demo database was made before handbooks were: start over with `npm run demo -- --reset`.');
  }
}

/** Days off of the years that the sample data covers; sources in `data/README.md`. */
export interface PastDays {
  mainland: { closed: string[]; makeUp: string[] };
  /** Days on which the exchanges alone are closed. */
  exchange: { closed: string[] };
  usFederal: { closed: string[] };
}

const BEFORE_THE_DATA = '2008-01-01';

/** Publishes the calendars and the sample handbook as of before the data begins, once; before anything is imported. */
export async function publishDemoRules(apiUrl: string, databaseUrl: string, tokens: Tokens, dataFolder: string): Promise<void> {
  const pool = createPool({ url: databaseUrl, max: 1, applicationName: 'rapport demo' });
  try {
    const published = await pool.query("SELECT 1 FROM log.events WHERE stream_id = $1 AND type = 'HandbookPublished'", [handbookStream.id]);
    if (published.rows.length > 0) return;
    const imported = await pool.query('SELECT 1 FROM ops.imports LIMIT 1');
    if (imported.rows.length > 0) throw new OlderDemo();
  } finally {
    await pool.end();
  }
  const as = new Walker(apiUrl, tokens, 'demo-rules');
  const days = JSON.parse(readFileSync(path.join(dataFolder, 'calendars', 'past-days.json'), 'utf8')) as PastDays;
  for (const preset of demoCalendars(days)) await as.post('complianceOfficer', '/v1/calendars', preset);
  const edition = demoEdition();
  const drafted = await as.post('admin', '/v1/handbook/editions', edition, 0);
  const approved = await as.post('complianceOfficer', `/v1/handbook/editions/${edition.edition}/approve`, {}, drafted.version);
  await as.post('complianceOfficer', `/v1/handbook/editions/${edition.edition}/publish`, {}, approved.version);
  await as.post('serviceDeskAgent', `/v1/handbook/editions/${edition.edition}/acknowledge`, {});
}

/** The shipped ones, the mainland's with the days off since 2008, and the working days of the bureau in Washington. */
export function demoCalendars({ mainland, exchange, usFederal }: PastDays): CalendarPreset[] {
  const shipped = calendarPresets.map((preset): CalendarPreset => {
    if (!preset.name.startsWith('CN_')) return preset;
    const { calendar } = preset;
    const isDesk = preset.name === 'CN_DESK';
    const makeUp = isDesk ? mainland.makeUp : [];
    const special = Object.fromEntries(makeUp.map((date) => [date, calendar.week.mon!]));
    const closed = [...mainland.closed, ...(isDesk ? [] : exchange.closed), ...(calendar.closed ?? [])].sort();
    return { ...preset, effectiveFrom: BEFORE_THE_DATA, calendar: { ...calendar, closed, special: { ...special, ...calendar.special } } };
  });
  const hours: Calendar['week']['mon'] = [['09:00', '17:00']];
  const week = { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours };
  const bureau: CalendarPreset = {
    name: 'US_BUREAU',
    effectiveFrom: BEFORE_THE_DATA,
    sourceNotice: 'Federal holidays of 5 U.S.C. 6103, as observed',
    calendar: { zone: 'America/New_York', week, closed: usFederal.closed, knownUntil: '2017-12-31' },
  };
  return [...shipped, bureau];
}

/** The sample handbook, and the one promise that the complaints file supports: how soon the bureau sends a complaint on. */
function demoEdition(): HandbookEdition {
  return {
    ...sampleHandbook,
    effectiveFrom: `${BEFORE_THE_DATA}T00:00:00+08:00`,
    promises: [
      ...sampleHandbook.promises,
      {
        id: 'complaint-forwarding',
        metric: 'step',
        step: 'forwarding',
        appliesTo: { process: ['complaint'] },
        calendar: 'US_BUREAU',
        target: { kind: 'businessDays', days: 5 },
      },
    ],
    names: {
      ...sampleHandbook.names,
      US_BUREAU: { zh: '监管机构工作日', en: 'Working days of the supervisor' },
      forwarding: { zh: '监管机构转送', en: 'Forwarding by the supervisor' },
    },
  };
}
