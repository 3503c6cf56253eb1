import { severities } from '#event-sourcing';
import { type FactName, factSources, senders, type WhatIfDocument } from './format.js';
import { type calendarIn, daysIn } from './format-checks-calendar.js';
import type { KnownEdition } from './format-checks-edition.js';
import { MAX_DAYS } from './format-checks-promise.js';
import { aCode, aDate, aList, anInstant, anInteger, anObject, type Members, membersOf, oneOf, within } from './format-checks-values.js';
import type { Place } from './format-faults.js';
import { DAY_MS, dayOf, isZone, Zone } from '../calendar/zone.js';
import { isByDay, zoneOfDates } from '../what-if/timeline.js';

export const MAX_FACTS = 10_000;
/** From the first fact to the last, and to any `asOf`: a century. */
export const MAX_SPAN_DAYS = 36_525;

/** Members of each fact beside `at` and `fact`. */
export const factMembers: Readonly<Record<FactName, { required: readonly string[]; optional: readonly string[] }>> = {
  received: { required: [], optional: [] },
  outbound: { required: ['by'], optional: [] },
  inbound: { required: [], optional: [] },
  note: { required: [], optional: [] },
  clientAsked: { required: [], optional: [] },
  clientReplied: { required: [], optional: [] },
  accepted: { required: [], optional: [] },
  declined: { required: [], optional: [] },
  completed: { required: [], optional: [] },
  reopened: { required: [], optional: [] },
  cancelled: { required: [], optional: [] },
  stepStarted: { required: ['step'], optional: [] },
  stepCompleted: { required: ['step'], optional: [] },
  tierChanged: { required: ['to'], optional: [] },
  severityChanged: { required: ['to'], optional: [] },
  extended: { required: ['promise', 'days'], optional: [] },
  calendarRevised: { required: ['calendar'], optional: ['closed', 'special'] },
};
const factNames = Object.keys(factMembers) as FactName[];

export type KnownCalendars = ReadonlyMap<string, ReturnType<typeof calendarIn>>;

export function anInstantUpTo(latest: number, value: unknown, place: Place): number | undefined {
  const instant = anInstant(value, place);
  if (instant !== undefined && instant > latest) place.fault('out-of-range');
  return instant;
}

/** Checks the facts; answers the latest instant that a document which begins with them may speak of. */
export function timelineIn(
  value: unknown,
  place: Place,
  calendars: KnownCalendars,
  editions: readonly KnownEdition[],
  zone: Zone | undefined,
): number {
  let before = -Infinity;
  let latest = Infinity;
  let received = false;
  const extensions = new Map<unknown, number>();
  aList(value, place, 0, MAX_FACTS)?.forEach((item, i) => {
    const at = place.at(i);
    const object = anObject(item, at);
    if (!object) return;
    const moment = momentIn(object, at, latest, zone);
    if (moment && moment.untilMs < before) at.at('at').fault('out-of-order');
    before = Math.max(before, moment?.fromMs ?? before);
    if (moment) latest = Math.min(latest, moment.fromMs + MAX_SPAN_DAYS * DAY_MS);
    const fact = within(object, 'fact', at, oneOf(factNames));
    if (!fact) {
      for (const name of ['at', 'fact']) if (object[name] === undefined) at.at(name).fault('missing');
      return;
    }
    const evidence = isEvidence(fact) ? ['recordedAt', 'source', 'confirmedAt'] : [];
    membersOf(object, at, ['at', 'fact', ...factMembers[fact].required], [...factMembers[fact].optional, ...evidence]);
    if (moment?.byDay && evidence.length === 0) at.at('at').fault('time-required');
    if (evidence.length > 0) evidenceIn(object, at, moment?.fromMs, latest);
    if (fact === 'received' && received) at.at('fact').fault('second-received');
    received ||= fact === 'received';
    detailsIn(fact, object, at, calendars, editions);
    if (fact !== 'extended' || typeof object.days !== 'number') return;
    const days = (extensions.get(object.promise) ?? 0) + object.days;
    if (object.days <= MAX_DAYS && days > MAX_DAYS) at.at('days').fault('out-of-range'); // all its extensions together
    extensions.set(object.promise, days);
  });
  return latest;
}

/** When a fact happened: an instant, or anywhere in a date. */
function momentIn(object: Members, place: Place, latest: number, zone: Zone | undefined) {
  const stated = object.at;
  if (typeof stated !== 'string' || !isByDay(stated)) {
    const instant = within(object, 'at', place, (value, at) => anInstantUpTo(latest, value, at));
    return instant === undefined ? undefined : { fromMs: instant, untilMs: instant, byDay: false };
  }
  const date = aDate(stated, place.at('at'));
  if (date === undefined) return undefined;
  if (!zone) {
    place.at('at').fault('zone-missing');
    return undefined;
  }
  const day = dayOf(date);
  const fromMs = zone.instantOf(day, 0);
  if (fromMs > latest) place.at('at').fault('out-of-range');
  return { fromMs, untilMs: zone.instantOf(day + 1, 0), byDay: true };
}

/** The zone of a document's dates; undefined where nothing says which. */
export function zoneIn({ zone, calendars }: Members): Zone | undefined {
  const sound = Object.values(calendars ?? {}).filter((calendar) => typeof calendar === 'object' && calendar !== null);
  const named: unknown = zoneOfDates({ zone, calendars: sound } as unknown as Pick<WhatIfDocument, 'zone' | 'calendars'>);
  return typeof named === 'string' && isZone(named) ? Zone.of(named) : undefined;
}

/** Rules, tiers and extensions happen when they are recorded. */
export function isEvidence(fact: FactName): boolean {
  return fact !== 'tierChanged' && fact !== 'severityChanged' && fact !== 'extended' && fact !== 'calendarRevised';
}

function evidenceIn(object: Members, place: Place, happenedMs: number | undefined, latest: number): void {
  within(object, 'source', place, oneOf(factSources));
  let before = happenedMs;
  for (const name of ['recordedAt', 'confirmedAt']) {
    const instant = within(object, name, place, (value, at) => anInstantUpTo(latest, value, at));
    if (instant !== undefined && before !== undefined && instant < before) place.at(name).fault('out-of-order');
    before = instant ?? before;
  }
}

function detailsIn(fact: FactName, members: Members, place: Place, calendars: KnownCalendars, editions: readonly KnownEdition[]): void {
  if (fact === 'outbound') within(members, 'by', place, oneOf(senders));
  if (fact === 'stepStarted' || fact === 'stepCompleted') within(members, 'step', place, aCode);
  if (fact === 'tierChanged') within(members, 'to', place, aCode);
  if (fact === 'severityChanged') within(members, 'to', place, oneOf(severities));
  if (fact === 'extended') {
    const promise = within(members, 'promise', place, aCode);
    const known = promise === undefined || editions.some(({ promises }) => promises.has(promise));
    if (!known) place.at('promise').fault('unknown-promise');
    within(members, 'days', place, anInteger(1, MAX_DAYS));
  }
  if (fact === 'calendarRevised') {
    const name = within(members, 'calendar', place, aCode);
    if (name !== undefined && !calendars.has(name)) place.at('calendar').fault('calendar-missing');
    const calendar = name === undefined ? undefined : calendars.get(name);
    daysIn(members, place, calendar ?? { week: new Map(), special: new Map(), closed: [] });
  }
}
