import { severities, subjectKinds } from '#event-sourcing';
import { type FactName, senders, type WhatIfDocument } from './format.js';
import { calendarIn, daysIn } from './format-checks-calendar.js';
import { editionIn, type KnownEdition } from './format-checks-edition.js';
import { MAX_DAYS } from './format-checks-promise.js';
import { aCode, aList, anInstant, anInteger, anObject, aText, type Members, membersOf, oneOf, within } from './format-checks-values.js';
import { type FormatFault, Place } from './format-faults.js';
import { handbookFaults } from '../handbook/handbook-faults.js';
import { DAY_MS } from '../calendar/zone.js';

export const MAX_CALENDARS = 100;
export const MAX_EDITIONS = 100;
export const MAX_FACTS = 10_000;
export const MAX_AS_OF = 1_000;
export const MAX_WHAT_IF_TITLE_LENGTH = 500;
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

type KnownCalendars = ReadonlyMap<string, ReturnType<typeof calendarIn>>;

/** The document, or everything that is wrong in it. Total: any value is answered, none throws. */
export function checkWhatIf(value: unknown): { document: WhatIfDocument } | { faults: FormatFault[] } {
  const faults: FormatFault[] = [];
  const place = new Place('', faults);
  const members = membersOf(value, place, ['calendars', 'handbook', 'subject', 'timeline', 'asOf'], ['title', 'expect']);
  if (!members) return { faults };
  within(members, 'title', place, aText(MAX_WHAT_IF_TITLE_LENGTH));
  const calendars: KnownCalendars = within(members, 'calendars', place, calendarsIn) ?? new Map<string, undefined>();
  const editions = within(members, 'handbook', place, editionsIn) ?? [];
  within(members, 'subject', place, subjectIn);
  const latest = within(members, 'timeline', place, (timeline, at) => timelineIn(timeline, at, calendars, editions)) ?? Infinity;
  within(members, 'asOf', place, (list, at) => aList(list, at, 1, MAX_AS_OF)?.forEach((item, i) => anInstantUpTo(latest, item, at.at(i))));
  if (faults.length > 0) return { faults };
  const document = value as WhatIfDocument;
  const unfit = document.handbook.flatMap((edition, i) => handbookFaults(edition, document.calendars, `/handbook/${i}`));
  return unfit.length > 0 ? { faults: unfit } : { document };
}

function calendarsIn(value: unknown, place: Place): KnownCalendars | undefined {
  const object = anObject(value, place);
  if (!object) return undefined;
  const names = Object.keys(object).filter((name) => object[name] !== undefined);
  if (names.length > MAX_CALENDARS) {
    place.fault('too-many');
    return undefined;
  }
  for (const name of names) aCode(name, place.at(name));
  return new Map(names.map((name) => [name, calendarIn(object[name], place.at(name))]));
}

function editionsIn(value: unknown, place: Place): readonly KnownEdition[] {
  const known: (KnownEdition & { index: number })[] = [];
  aList(value, place, 0, MAX_EDITIONS)?.forEach((item, index) => {
    const edition = editionIn(item, place.at(index));
    if (!edition) return;
    const same = edition.edition !== undefined && known.some((other) => other.edition === edition.edition);
    if (same) place.at(index).at('edition').fault('duplicate');
    known.push({ ...edition, index });
  });
  // of the editions that hold a start the latest one is pinned, so no two of them may begin together
  for (const later of known) {
    const together = known.some((earlier) => earlier.index < later.index && earlier.from === later.from && later.from !== undefined);
    if (together) place.at(later.index).at('effectiveFrom').fault('editions-overlap');
  }
  return known;
}

function subjectIn(value: unknown, place: Place): void {
  const members = membersOf(value, place, ['type', 'process'], ['channel', 'severity', 'tier']);
  if (!members) return;
  within(members, 'type', place, oneOf(subjectKinds));
  for (const name of ['process', 'channel', 'tier']) within(members, name, place, aCode);
  within(members, 'severity', place, oneOf(severities));
}

function anInstantUpTo(latest: number, value: unknown, place: Place): number | undefined {
  const instant = anInstant(value, place);
  if (instant !== undefined && instant > latest) place.fault('out-of-range');
  return instant;
}

/** Checks the facts; answers the latest instant that a document which begins with them may speak of. */
function timelineIn(value: unknown, place: Place, calendars: KnownCalendars, editions: readonly KnownEdition[]): number {
  let before = -Infinity;
  let latest = Infinity;
  let received = false;
  const extensions = new Map<unknown, number>();
  aList(value, place, 0, MAX_FACTS)?.forEach((item, i) => {
    const at = place.at(i);
    const object = anObject(item, at);
    if (!object) return;
    const instant = within(object, 'at', at, (stated, place) => anInstantUpTo(latest, stated, place));
    if (instant !== undefined && instant < before) at.at('at').fault('out-of-order');
    before = instant ?? before;
    if (instant !== undefined) latest = Math.min(latest, instant + MAX_SPAN_DAYS * DAY_MS);
    const fact = within(object, 'fact', at, oneOf(factNames));
    if (!fact) {
      for (const name of ['at', 'fact']) if (object[name] === undefined) at.at(name).fault('missing');
      return;
    }
    membersOf(object, at, ['at', 'fact', ...factMembers[fact].required], factMembers[fact].optional);
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
