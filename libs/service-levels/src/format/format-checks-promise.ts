import { severities } from '#event-sourcing';
import {
  dayEnds,
  metrics,
  promiseClasses,
  receiptRules,
  reopenModes,
  rolls,
  type SelectorName,
  selectorNames,
  tierModes,
} from './format.js';
import { aCode, aFlag, aList, anInteger, anObject, aSet, type Members, has, membersOf, oneOf, within } from './format-checks-values.js';
import type { Place } from './format-faults.js';

/** Ten years of minutes, and of days. */
export const MAX_MINUTES = 5_256_000;
export const MAX_DAYS = 3_660;
export const MAX_SELECTOR_VALUES = 200;
export const MAX_ESCALATIONS = 50;

export const promiseMembers = {
  required: ['id', 'metric', 'calendar', 'target'],
  optional: [
    'class',
    'step',
    'appliesTo',
    'pausable',
    'maxPauseMinutes',
    'tierMode',
    'minRemainingMinutes',
    'reopenMode',
    'reopenFloorMinutes',
    'warnings',
    'escalations',
    'recurring',
  ],
} as const;

/** Checks one promise; answers its id where it has one. */
export function promiseIn(value: unknown, place: Place): string | undefined {
  const members = membersOf(value, place, promiseMembers.required, promiseMembers.optional);
  if (!members) return undefined;
  const id = within(members, 'id', place, aCode);
  within(members, 'metric', place, oneOf(metrics));
  within(members, 'class', place, oneOf(promiseClasses));
  within(members, 'step', place, aCode);
  within(members, 'calendar', place, aCode);
  within(members, 'target', place, targetIn);
  within(members, 'pausable', place, aFlag);
  within(members, 'maxPauseMinutes', place, anInteger(1, MAX_MINUTES));
  within(members, 'tierMode', place, oneOf(tierModes));
  within(members, 'minRemainingMinutes', place, anInteger(0, MAX_MINUTES));
  within(members, 'reopenMode', place, oneOf(reopenModes));
  within(members, 'reopenFloorMinutes', place, anInteger(0, MAX_MINUTES));
  within(members, 'warnings', place, (list, at) => aSet(list, at, [0, 100], anInteger(1, 100)));
  within(members, 'escalations', place, (list, at) =>
    aList(list, at, 0, MAX_ESCALATIONS)?.forEach((item, i) => escalationIn(item, at.at(i))),
  );
  within(members, 'recurring', place, aFlag);
  const selectors = within(members, 'appliesTo', place, selectorsIn);
  contradictionsIn(members, selectors, place);
  return id;
}

function targetIn(value: unknown, place: Place): void {
  const object = anObject(value, place);
  if (!object) return;
  switch (object.kind) {
    case 'businessMinutes': {
      membersOf(object, place, ['kind', 'minutes']);
      within(object, 'minutes', place, anInteger(1, MAX_MINUTES));
      return;
    }
    case 'businessDays': {
      membersOf(object, place, ['kind', 'days'], ['receiptRule', 'dayEnd']);
      within(object, 'days', place, anInteger(1, MAX_DAYS));
      within(object, 'receiptRule', place, oneOf(receiptRules));
      within(object, 'dayEnd', place, oneOf(dayEnds));
      return;
    }
    case 'calendarDays': {
      membersOf(object, place, ['kind', 'days'], ['roll']);
      within(object, 'days', place, anInteger(1, MAX_DAYS));
      within(object, 'roll', place, oneOf(rolls));
      return;
    }
    case undefined:
      return place.at('kind').fault('missing');
  }
  place.at('kind').fault(typeof object.kind === 'string' ? 'not-allowed' : 'wrong-type');
}

function escalationIn(value: unknown, place: Place): void {
  const members = membersOf(value, place, ['afterMinutes', 'toRole']);
  if (!members) return;
  within(members, 'afterMinutes', place, anInteger(1, MAX_MINUTES));
  within(members, 'toRole', place, aCode);
}

function selectorsIn(value: unknown, place: Place): ReadonlyMap<SelectorName, readonly string[]> | undefined {
  const object = anObject(value, place);
  if (!object) return undefined;
  const selectors = new Map<SelectorName, readonly string[]>();
  for (const name of Object.keys(object)) {
    const selector = selectorNames.find((one) => one === name);
    if (!selector) place.at(name).fault('unknown-selector');
    else if (has(object, name)) {
      const check = selector === 'severity' ? oneOf(severities) : aCode;
      selectors.set(selector, aSet<string>(object[name], place.at(name), [1, MAX_SELECTOR_VALUES], check) ?? []);
    }
  }
  return selectors;
}

// What is well formed member by member, and contradicts itself as a whole.
function contradictionsIn(members: Members, selectors: ReadonlyMap<SelectorName, readonly string[]> | undefined, place: Place): void {
  const { metric } = members;
  if (metric === 'step' && !has(members, 'step')) place.at('step').fault('step-missing');
  const known = metrics.some((one) => one === metric);
  if (known && metric !== 'step' && has(members, 'step')) place.at('step').fault('step-not-of-metric');
  if (known && metric !== 'update' && members.recurring === true) place.at('recurring').fault('recurring-not-of-metric');
  if (members.class === 'regulatory' && members.pausable === true) place.at('pausable').fault('regulatory-not-pausable');
  const ofComplaints = metric === 'decision' || selectors?.get('process')?.includes('complaint');
  if (ofComplaints && selectors?.has('tier')) place.at('appliesTo').at('tier').fault('complaint-names-tier');
}
