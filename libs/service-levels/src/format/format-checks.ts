import { severities, subjectKinds } from '#event-sourcing';
import type { WhatIfDocument } from './format.js';
import { aZone, calendarIn } from './format-checks-calendar.js';
import { editionIn, type KnownEdition } from './format-checks-edition.js';
import { anInstantUpTo, type KnownCalendars, timelineIn, zoneIn } from './format-checks-timeline.js';
import { aCode, aList, anObject, aText, membersOf, oneOf, within } from './format-checks-values.js';
import { type FormatFault, Place } from './format-faults.js';
import { handbookFaults } from '../handbook/handbook-faults.js';

export const MAX_CALENDARS = 100;
export const MAX_EDITIONS = 100;
export const MAX_AS_OF = 1_000;
export const MAX_WHAT_IF_TITLE_LENGTH = 500;

/** The document, or everything that is wrong in it. Total: any value is answered, none throws. */
export function checkWhatIf(value: unknown): { document: WhatIfDocument } | { faults: FormatFault[] } {
  const faults: FormatFault[] = [];
  const place = new Place('', faults);
  const members = membersOf(value, place, ['calendars', 'handbook', 'subject', 'timeline', 'asOf'], ['title', 'zone', 'expect']);
  if (!members) return { faults };
  within(members, 'title', place, aText(MAX_WHAT_IF_TITLE_LENGTH));
  const calendars: KnownCalendars = within(members, 'calendars', place, calendarsIn) ?? new Map<string, undefined>();
  within(members, 'zone', place, aZone);
  const editions = within(members, 'handbook', place, editionsIn) ?? [];
  within(members, 'subject', place, subjectIn);
  const latest =
    within(members, 'timeline', place, (timeline, at) => timelineIn(timeline, at, calendars, editions, zoneIn(members))) ?? Infinity;
  within(members, 'asOf', place, (list, at) => aList(list, at, 1, MAX_AS_OF)?.forEach((item, i) => anInstantUpTo(latest, item, at.at(i))));
  if (faults.length > 0) return { faults };
  const document = value as WhatIfDocument;
  const unfit = document.handbook.flatMap((edition, i) => handbookFaults(edition, document.calendars, `/handbook/${i}`));
  return unfit.length > 0 ? { faults: unfit } : { document };
}

function calendarsIn(value: unknown, place: Place): KnownCalendars | undefined {
  const object = anObject(value, place);
  if (!object) return undefined;
  const stated = Object.keys(object);
  if (stated.length > MAX_CALENDARS) {
    place.fault('too-many');
    return undefined;
  }
  const names = stated.filter((name) => object[name] !== undefined);
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
