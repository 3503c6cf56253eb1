import { EXAMINED_MAX } from '../clock/evidence.js';
import { EXPLAINED_WINDOWS_MAX } from '../clock/explain.js';
import type { Calendar, ServicePromise, WhatIfDocument, Window } from '../format/format.js';
import { DAY_MS } from '../calendar/zone.js';

const HORIZON_DAYS = 36_525;
const FIRST_LAYOUT_DAYS = 1_600;

/**
 * About how many steps of a microsecond answering a sound document takes, from what the document says alone, and rather too
 * many than too few. Where others wait while an answer is made, a bound of this is a bound of their wait.
 */
export function whatIfEffort(document: WhatIfDocument): number {
  const promises = document.handbook.flatMap((edition) => edition.promises);
  const calendars = Object.entries(document.calendars).map(([name, calendar]) => {
    const reach = most(promises.filter((promise) => promise.calendar === name).map((promise) => reachDays(promise, calendar)));
    return { name, calendar, reachDays: Math.min(HORIZON_DAYS, reach), windowsADay: 1 + most(Object.values(calendar.week).map(count)) };
  });
  return layoutEffort(document, calendars) + clockEffort(document, promises) + answerEffort(document, calendars);
}

interface Reach {
  name: string;
  calendar: Calendar;
  /** How far the longest target goes. */
  reachDays: number;
  windowsADay: number;
}

/**
 * Every fact comes by every clock, and a clock by its pauses, its thresholds and the promises it may change to; each `asOf`
 * begins again, and what was written down late is tried twice.
 */
function clockEffort({ timeline, asOf }: WhatIfDocument, promises: readonly ServicePromise[]): number {
  const facts = timeline.length;
  const thresholds = most(promises.map(({ warnings = [], escalations = [] }) => warnings.length + escalations.length));
  const tried = Math.min(EXAMINED_MAX, timeline.filter(({ recordedAt }) => recordedAt !== undefined).length);
  return asOf.length * (1 + 2 * tried) * facts * (50 + facts * (facts + 6 * promises.length) * 0.02) * (1 + thresholds ** 2 / 100);
}

/** A calendar is laid out as far as its longest target goes from anywhere in the course of events, in each version anew. */
function layoutEffort({ timeline, asOf }: WhatIfDocument, calendars: readonly Reach[]): number {
  const instants = [...timeline.map(({ at }) => Date.parse(at)), ...asOf.map((at) => Date.parse(at))];
  const spanDays = Math.min(HORIZON_DAYS, (most(instants) + most(instants.map((ms) => -ms))) / DAY_MS);
  return calendars.reduce((effort, { name, calendar, reachDays, windowsADay }) => {
    const revisions = timeline.flatMap((fact) => (fact.fact === 'calendarRevised' && fact.calendar === name ? [fact] : []));
    const special = [calendar, ...revisions].flatMap((stated) => Object.values(stated.special ?? {})).flat().length;
    const closed = [calendar, ...revisions].flatMap((stated) => stated.closed ?? []).length;
    const days = FIRST_LAYOUT_DAYS + 2 * (spanDays + reachDays);
    return effort + (1 + revisions.length) * (days * windowsADay + special + closed);
  }, 0);
}

/** Each cycle there may be is told at each `asOf`, with the windows that lead to its deadline. */
function answerEffort({ timeline, asOf }: WhatIfDocument, calendars: readonly Reach[]): number {
  const listed = most(calendars.map(({ reachDays, windowsADay }) => Math.min(EXPLAINED_WINDOWS_MAX, reachDays * windowsADay)));
  return asOf.length * (10 + timeline.length) * (5 + listed) * 3;
}

function reachDays(promise: ServicePromise, { week }: Calendar): number {
  const { target, maxPauseMinutes = 0, minRemainingMinutes = 0, reopenFloorMinutes = 0, escalations = [] } = promise;
  const minutes = [maxPauseMinutes, minRemainingMinutes, reopenFloorMinutes, ...escalations.map(({ afterMinutes }) => afterMinutes)];
  if (target.kind === 'businessMinutes') minutes.push(target.minutes);
  const days = Object.values(week);
  const weeklyMinutes = days.flat().reduce((sum, window) => sum + minutesIn(window), 0);
  const weeksOfMinutes = weeksOf(most(minutes), weeklyMinutes);
  const weeksOfDays = weeksOf(target.kind === 'businessDays' ? target.days : 1, days.filter((windows) => windows.length > 0).length);
  return 7 * (weeksOfMinutes + weeksOfDays) + (target.kind === 'calendarDays' ? target.days : 0);
}

const weeksOf = (amount: number, weekly: number): number => (amount === 0 ? 0 : weekly === 0 ? HORIZON_DAYS / 7 : amount / weekly);

function minutesIn([open, close]: Window): number {
  const minutesOf = (wall: string): number => Number(wall.slice(0, 2)) * 60 + Number(wall.slice(3, 5));
  const length = minutesOf(close) - minutesOf(open);
  return length > 0 ? length : length + 1440;
}

const count = (windows: readonly Window[]): number => windows.length;
const most = (values: readonly number[]): number => values.reduce((max, value) => Math.max(max, value), values[0] ?? 0);
