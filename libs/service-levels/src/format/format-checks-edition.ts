import { type HandbookEdition, presetStatuses } from './format.js';
import { promiseIn } from './format-checks-promise.js';
import { aCode, aList, anInstant, anInteger, anObject, aSet, bilingual, membersOf, oneOf, within } from './format-checks-values.js';
import { type FormatFault, Place } from './format-faults.js';

export const MAX_PROMISES = 1_000;
export const MAX_EDITION_NUMBER = 1_000_000;
export const MAX_COVERS = 100;
export const MAX_NAMES = 1_000;
export const MAX_SECTIONS = 100;
export const MAX_TITLE_LENGTH = 200;
export const MAX_BODY_LENGTH = 20_000;

export const editionMembers = {
  required: ['edition', 'effectiveFrom', 'effectiveTo', 'promises'],
  optional: ['covers', 'title', 'names', 'sections', 'status'],
} as const;

/** What the checks of a whole document know of one edition; times in milliseconds since 1970. */
export interface KnownEdition {
  edition: number | undefined;
  promises: ReadonlySet<string>;
  from: number | undefined;
  to: number | null | undefined;
}

/** Faults of one edition's format, each with its pointer below `pointer`; what publishing asks further: `handbookFaults`. */
export function checkEdition(value: unknown, pointer = ''): { edition: HandbookEdition } | { faults: FormatFault[] } {
  const faults: FormatFault[] = [];
  editionIn(value, new Place(pointer, faults));
  return faults.length > 0 ? { faults } : { edition: value as HandbookEdition };
}

export function editionIn(value: unknown, place: Place): KnownEdition | undefined {
  const members = membersOf(value, place, editionMembers.required, editionMembers.optional);
  if (!members) return undefined;
  const edition = within(members, 'edition', place, anInteger(1, MAX_EDITION_NUMBER));
  const from = within(members, 'effectiveFrom', place, anInstant);
  const to = within(members, 'effectiveTo', place, (end, at) => (end === null ? null : anInstant(end, at)));
  if (typeof to === 'number' && from !== undefined && to <= from) place.at('effectiveTo').fault('ends-before-it-starts');
  const promises = within(members, 'promises', place, promisesIn) ?? new Set<string>();
  within(members, 'covers', place, (list, at) => aSet(list, at, [0, MAX_COVERS], aCode));
  within(members, 'title', place, bilingual(MAX_TITLE_LENGTH));
  within(members, 'names', place, namesIn);
  within(members, 'sections', place, sectionsIn);
  within(members, 'status', place, oneOf(presetStatuses));
  return { edition, promises, from, to };
}

/** Checks a list of promises; answers their ids, and faults an id that occurs twice. */
export function promisesIn(value: unknown, place: Place): ReadonlySet<string> {
  const ids = new Set<string>();
  aList(value, place, 0, MAX_PROMISES)?.forEach((item, i) => {
    const id = promiseIn(item, place.at(i));
    if (id === undefined) return;
    if (ids.has(id)) place.at(i).at('id').fault('duplicate');
    ids.add(id);
  });
  return ids;
}

function namesIn(value: unknown, place: Place): void {
  const object = anObject(value, place);
  const codes = Object.keys(object ?? {});
  if (!object || codes.length > MAX_NAMES) {
    if (object) place.fault('too-many');
    return;
  }
  for (const code of codes) {
    aCode(code, place.at(code));
    within(object, code, place, bilingual(MAX_TITLE_LENGTH));
  }
}

function sectionsIn(value: unknown, place: Place): void {
  const ids = new Set<string>();
  aList(value, place, 0, MAX_SECTIONS)?.forEach((item, i) => {
    const at = place.at(i);
    const members = membersOf(item, at, ['id', 'title', 'body']);
    if (!members) return;
    const id = within(members, 'id', at, aCode);
    if (id !== undefined && ids.has(id)) at.at('id').fault('duplicate');
    if (id !== undefined) ids.add(id);
    within(members, 'title', at, bilingual(MAX_TITLE_LENGTH));
    within(members, 'body', at, bilingual(MAX_BODY_LENGTH));
  });
}
