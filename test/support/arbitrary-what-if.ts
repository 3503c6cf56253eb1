import fc from 'fast-check';
import { severities } from '#event-sourcing';
import {
  type Fact,
  type FactBody,
  type HandbookEdition,
  metrics,
  type ServicePromise,
  type Subject,
  type Target,
  type WhatIfDocument,
} from '../../libs/service-levels/src/format/format.js';
import { dateOf } from './naive-clock.js';
import { calendars, dayMs, instantsNear, isoDate, minuteMs, places, windows } from './arbitrary-calendar.js';

const one = <const T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const names = ['DESK', 'OTHER'];
const tiers = ['BASIC', 'GOLD', 'PLATINUM'];
const steps = ['check', 'booking'];

export const minuteTargets = fc.oneof(one(1, 30, 60, 240, 420, 1440), fc.integer({ min: 1, max: 1200 }));

const dayTargets: fc.Arbitrary<Target> = fc.oneof(
  fc.record(
    {
      kind: one('businessDays'),
      days: fc.integer({ min: 1, max: 8 }),
      receiptRule: one('actual_date', 'next_business_day_if_after_close'),
      dayEnd: one('close', 'midnight'),
    },
    { requiredKeys: ['kind', 'days'] },
  ),
  fc.record(
    { kind: one('calendarDays'), days: fc.integer({ min: 1, max: 20 }), roll: one('none', 'following_business_day') },
    { requiredKeys: ['kind', 'days'] },
  ),
);

export const targets: fc.Arbitrary<Target> = fc.oneof(
  minuteTargets.map((minutes): Target => ({ kind: 'businessMinutes', minutes })),
  dayTargets,
);

/** Targets of the variants of a promise: all in minutes, all in days, or mixed. */
const targetLists: fc.Arbitrary<Target[]> = (() => {
  const minutes = minuteTargets.map((count): Target => ({ kind: 'businessMinutes', minutes: count }));
  const five = { minLength: 5, maxLength: 5 };
  return fc.oneof(
    { weight: 6, arbitrary: fc.array(minutes, five) },
    { weight: 3, arbitrary: fc.array(dayTargets, five) },
    { weight: 1, arbitrary: fc.array(fc.oneof(minutes, dayTargets), five) },
  );
})();

/** `usual` seven times of ten, else what `arbitrary` says, else absent. */
const mostly = <T>(usual: T, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary }, { weight: 1, arbitrary: fc.constant(undefined) });

const withoutUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;

type Terms = Omit<ServicePromise, 'id' | 'metric' | 'class' | 'appliesTo' | 'target'>;
const terms: fc.Arbitrary<Terms> = fc
  .record({
    calendar: fc.constantFrom(...names, 'DESK'),
    pausable: mostly(true, fc.constant(false)),
    maxPauseMinutes: fc.option(fc.integer({ min: 1, max: 900 }), { nil: undefined, freq: 2 }),
    tierMode: mostly<ServicePromise['tierMode']>('favourable_only', fc.constant('frozen')),
    minRemainingMinutes: fc.option(fc.nat(200), { nil: undefined }),
    reopenMode: fc.constantFrom(undefined, 'resume_original' as const, 'new_cycle' as const),
    reopenFloorMinutes: fc.option(fc.nat(200), { nil: undefined, freq: 2 }),
    warnings: fc.constantFrom(undefined, [50, 80], [25, 100], [33]),
    escalations: fc.constantFrom(
      undefined,
      [60].map((afterMinutes) => ({ afterMinutes, toRole: 'lead' })),
      [30, 200].map((afterMinutes) => ({ afterMinutes, toRole: `after-${afterMinutes}` })),
    ),
  })
  .map(withoutUndefined);

/** One kind of promise with the variants of it that tiers and severities select, sharing all but selectors and target. */
const promiseKinds: fc.Arbitrary<(key: string) => ServicePromise[]> = fc
  .record({
    metric: one(...metrics, 'resolution', 'resolution', 'update', 'step'),
    class: one('service', 'service', 'service', 'regulatory'),
    step: one(...steps),
    base: terms,
    recurring: one(true, true, false),
    variants: fc.uniqueArray(fc.record({ tier: one(...tiers), severity: one(...severities) }, { requiredKeys: [] }), {
      minLength: 1,
      maxLength: 4,
      selector: (variant) => JSON.stringify(variant),
    }),
    targets: targetLists,
  })
  .map(
    ({ metric, class: promiseClass, step, base, recurring, variants, targets }) =>
      (key: string) =>
        [{}, ...variants].map(({ tier, severity }: { tier?: string; severity?: string }, i): ServicePromise => ({
          ...base,
          ...(metric === 'step' && { step }),
          ...(metric === 'update' && { recurring }),
          id: `${key}-${i}`,
          metric,
          class: promiseClass,
          target: targets[i]!,
          appliesTo: { ...(tier !== undefined && { tier: [tier] }), ...(severity !== undefined && { severity: [severity] }) },
        })),
  );

const promises = fc.array(promiseKinds, { minLength: 1, maxLength: 4 }).map((kinds) => kinds.flatMap((kind, i) => kind(`p${i}`)));

const editions = (nearMs: number): fc.Arbitrary<HandbookEdition[]> =>
  fc.tuple(promises, promises, instantsNear(nearMs, 6)).map(([first, second, from]) => [
    { edition: 1, effectiveFrom: '2010-01-01T00:00:00Z', effectiveTo: new Date(from).toISOString(), promises: first },
    { edition: 2, effectiveFrom: new Date(from).toISOString(), effectiveTo: null, promises: second },
  ]);

const facts = (nearMs: number): fc.Arbitrary<FactBody> => {
  const date = fc.integer({ min: -10, max: 20 }).map((days) => isoDate(nearMs + days * dayMs));
  const days = { closed: fc.array(date, { maxLength: 3 }), special: fc.dictionary(date, windows, { maxKeys: 2 }) };
  return fc.oneof(
    { weight: 7, arbitrary: fc.record({ fact: one('clientAsked') }) },
    { weight: 3, arbitrary: fc.record({ fact: one('clientReplied', 'inbound', 'note') }) },
    { weight: 2, arbitrary: fc.record({ fact: one('completed') }) },
    { weight: 3, arbitrary: fc.record({ fact: one('reopened') }) },
    { weight: 1, arbitrary: fc.record({ fact: one('accepted', 'declined', 'cancelled') }) },
    { weight: 2, arbitrary: fc.record({ fact: one('outbound'), by: one('human', 'automatic') }) },
    { weight: 3, arbitrary: fc.record({ fact: one('stepStarted', 'stepStarted', 'stepCompleted'), step: one(...steps) }) },
    { weight: 6, arbitrary: fc.record({ fact: one('tierChanged'), to: one(...tiers) }) },
    { weight: 4, arbitrary: fc.record({ fact: one('severityChanged'), to: one(...severities) }) },
    {
      weight: 2,
      arbitrary: fc.record({ fact: one('extended'), promise: one('p0-0', 'p0-1', 'p1-0', 'p2-0'), days: fc.integer({ min: 1, max: 9 }) }),
    },
    { weight: 4, arbitrary: fc.record({ fact: one('calendarRevised'), calendar: one(...names), ...days }) },
  );
};

const subjects: fc.Arbitrary<Subject> = fc.record(
  { type: one('request', 'request', 'request', 'complaint'), process: one('trading'), severity: one(...severities), tier: one(...tiers) },
  { requiredKeys: ['type', 'process'] },
);

/** How well a fact is known, and when it was written down. */
interface Known {
  byDay: boolean;
  recordedMs: number | undefined;
  source: 'person' | 'system' | undefined;
  confirmedMs: number | undefined;
}
const later = fc.oneof(
  one(0, 59_999, minuteMs, minuteMs + 1),
  fc.integer({ min: 0, max: 5 * 1440 }).map((minutes) => minutes * minuteMs),
);
const evidence: fc.Arbitrary<Known> = fc.record({
  byDay: one(true, false, false),
  recordedMs: fc.option(later, { nil: undefined, freq: 4 }),
  source: one(undefined, undefined, 'person', 'system'),
  confirmedMs: fc.option(later, { nil: undefined, freq: 2 }),
});

function knownAs(fact: Fact, zone: string, { byDay, recordedMs, source, confirmedMs }: Known): Fact {
  if (fact.fact === 'tierChanged' || fact.fact === 'severityChanged' || fact.fact === 'extended' || fact.fact === 'calendarRevised')
    return fact;
  const atMs = Date.parse(fact.at);
  const known: Fact = { ...fact };
  if (source !== undefined) known.source = source;
  if (recordedMs !== undefined) known.recordedAt = new Date(atMs + recordedMs).toISOString();
  if (confirmedMs !== undefined) known.confirmedAt = new Date(atMs + (recordedMs ?? 0) + confirmedMs).toISOString();
  if (byDay) known.at = dateOf(zone, atMs);
  return known;
}

/** Whole documents: two calendars near a change of their clocks, two editions, a random course of events. */
export const documents: fc.Arbitrary<WhatIfDocument> = places.chain(({ zone, nearMs }) => {
  const gap = fc.oneof(
    one(0),
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 48 }).map((fives) => fives * 5 * minuteMs) },
    fc.integer({ min: 0, max: 2 * 1440 }).map((minutes) => minutes * minuteMs),
    fc.integer({ min: 0, max: dayMs }),
  );
  return fc.noBias(
    fc
      .record({
        desk: calendars(zone, nearMs),
        other: places.chain((place) => calendars(place.zone, nearMs)),
        handbook: editions(nearMs),
        subject: subjects,
        startMs: instantsNear(nearMs, 6),
        receivedFrom: one(0, 0, 0, 0, 1, 2),
        course: fc.array(fc.tuple(gap, facts(nearMs)), { minLength: 1, maxLength: 14, size: 'max' }),
        known: fc.option(fc.array(evidence, { minLength: 15, maxLength: 15 }), { nil: undefined, freq: 3 }),
        asOf: fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), one(-1, 0, 0, 1, minuteMs, 7 * minuteMs, dayMs, 6 * dayMs)), {
          minLength: 1,
          maxLength: 3,
          size: 'max',
        }),
      })
      .map(({ desk, other, handbook, subject, startMs, receivedFrom, course, known, asOf }) => {
        let at = startMs;
        const bodies = course.map(([, body]) => body);
        bodies.splice(Math.min(receivedFrom, bodies.length), 0, { fact: 'received' });
        const exact = bodies.map((body, i): Fact => ({ at: new Date((at += course[i]?.[0] ?? 0)).toISOString(), ...body }));
        const instants = asOf.map(([back, plus]) => Date.parse(exact[Math.max(0, exact.length - 1 - back)]!.at) + plus);
        const text = instants.map((ms) => new Date(ms).toISOString());
        const timeline = known ? exact.map((fact, i) => knownAs(fact, zone, known[i]!)) : exact;
        return { zone, calendars: { DESK: desk, OTHER: other }, handbook, subject, timeline, asOf: text };
      }),
  );
});
