import type { LocalDate } from '#event-sourcing';
import { PreparedCalendar } from '../calendar/prepared-calendar.js';
import { dayOf, Zone } from '../calendar/zone.js';
import type { CaseFact } from '../clock/case.js';
import type { CalendarInForce } from '../clock/clock.js';
import type { Calendar, Fact, WhatIfDocument } from '../format/format.js';

/** A fact of a document with when it was known: written down, and confirmed by a second person. */
export interface TimelineFact {
  fact: CaseFact;
  knownMs: number;
  confirmedMs: number;
}

/** Zone of the dates in a timeline: as stated, or that of its calendars where they have one; undefined where they have several. */
export function zoneOfDates({ zone, calendars }: Pick<WhatIfDocument, 'zone' | 'calendars'>): string | undefined {
  const zones = new Set(zone === undefined ? Object.values(calendars).map((calendar) => calendar.zone) : [zone]);
  return zones.size === 1 ? [...zones][0] : undefined;
}

/** Whether `at` is a date: all that is known of it. */
export const isByDay = (at: string): at is LocalDate => at.length === 'YYYY-MM-DD'.length;

/** The timeline as the clocks take it; each revision adds to what its calendar was before. */
export function timelineFacts(document: WhatIfDocument): TimelineFact[] {
  const { timeline, calendars } = document;
  const zone = Zone.of(zoneOfDates(document) ?? 'UTC');
  const current = new Map(Object.entries(calendars).map(([name, calendar]) => [name, { version: 1, calendar }]));
  let latestMs = -Infinity;
  const facts = timeline.map((stated): TimelineFact => {
    const { at, recordedAt, confirmedAt, source, ...body } = stated;
    const fact = inCase(body, current) as CaseFact;
    const byDay = isByDay(at);
    fact.atMs = byDay ? zone.instantOf(dayOf(at), 0) : Date.parse(at);
    if (byDay) Object.assign(fact, { precision: 'day', date: at, untilMs: zone.instantOf(dayOf(at) + 1, 0) });
    if (source === 'system') fact.ofSystem = true;
    if (recordedAt !== undefined) fact.recordedMs = Date.parse(recordedAt);
    latestMs = Math.max(latestMs, fact.atMs);
    const confirmedMs = confirmedAt === undefined ? Infinity : Date.parse(confirmedAt);
    return { fact, knownMs: fact.recordedMs ?? latestMs, confirmedMs };
  });
  const inOrderOfStatement = facts.toSorted((a, b) => a.knownMs - b.knownMs); // a stable sort: equal instants in file order
  for (const [position, { fact }] of inOrderOfStatement.entries()) fact.position = position + 1;
  return inOrderOfStatement;
}

/** What is known of a timeline at an instant. */
export function knownAt(facts: readonly TimelineFact[], asOfMs: number): CaseFact[] {
  return facts
    .filter(({ knownMs }) => knownMs <= asOfMs)
    .map(({ fact, confirmedMs }) => (confirmedMs <= asOfMs ? { ...fact, confirmed: true } : fact));
}

type Body = Omit<Fact, 'at' | 'recordedAt' | 'confirmedAt' | 'source'>;
type Current = Map<string, { version: number; calendar: Calendar }>;

function inCase(body: Body, current: Current): object {
  if (body.fact !== 'calendarRevised') return { ...body };
  const { calendar: name, closed = [], special = {} } = body as Extract<Fact, { fact: 'calendarRevised' }>;
  const { version, calendar } = current.get(name)!;
  const revised: Calendar = {
    ...calendar,
    closed: [...(calendar.closed ?? []), ...closed],
    special: { ...calendar.special, ...special },
  };
  current.set(name, { version: version + 1, calendar: revised });
  const inForce: CalendarInForce = { name, version: version + 1, calendar: PreparedCalendar.of(revised) };
  return { fact: 'calendarRevised', revised: inForce };
}
