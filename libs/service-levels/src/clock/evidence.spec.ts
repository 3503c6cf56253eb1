import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { documents } from '../../../../test/support/arbitrary-what-if.js';
import { naiveWhatIf, withoutWhy, type WithoutWhy } from '../../../../test/support/naive-what-if.js';
import type { Calendar, Fact, ServicePromise, WhatIfDocument, Window } from '../format/format.js';
import { checkWhatIf } from '../format/format-checks.js';
import { answerWhatIf } from '../what-if/what-if.js';

const day: Window[] = [['09:00', '11:30'], ['13:00', '17:00']]; // prettier-ignore
const desk: Calendar = { zone: 'Asia/Shanghai', week: { mon: day, tue: day, wed: day, thu: day, fri: day } };
const at = (text: string) => `${text}:00+08:00`;
const minutes = (count: number): ServicePromise['target'] => ({ kind: 'businessMinutes', minutes: count });
const days = (count: number): ServicePromise['target'] => ({ kind: 'businessDays', days: count });
const received = (when: string): Fact => ({ at: when.includes('T') ? at(when) : when, fact: 'received' });

/** What one promise of a resolution comes to; the slow oracle must say the same. */
function answer(target: ServicePromise['target'], timeline: Fact[], asOf: string, promise: Partial<ServicePromise> = {}): WithoutWhy {
  const it = { id: 'it', metric: 'resolution' as const, calendar: 'DESK', pausable: true, target, ...promise };
  const document: WhatIfDocument = {
    calendars: { DESK: desk },
    handbook: [{ edition: 1, effectiveFrom: at('2025-01-01T00:00'), effectiveTo: null, promises: [it] }],
    subject: { type: 'request', process: 'trading', tier: 'GOLD' },
    timeline,
    asOf: [at(asOf)],
  };
  expect(checkWhatIf(document)).toEqual({ document });
  const told = withoutWhy(answerWhatIf(document));
  expect(told).toEqual(naiveWhatIf(document));
  return told.answers[0]!.promises[0]!;
}

// Friday 14 March 2025 and the Monday after it
describe('a stop that is known by its day', () => {
  it.each<[string, ServicePromise['target'], string, string, string]>([
    ['on the day of the receipt, of a target in days', days(1), '2025-03-14T10:00', '2025-03-14', 'met'],
    ['on the due date', days(1), '2025-03-14T10:00', '2025-03-17', 'met'],
    ['on the day after the due date', days(1), '2025-03-14T10:00', '2025-03-18', 'completedLate'],
    ['on the day of the receipt, minutes of which reach into the next', minutes(420), '2025-03-14T16:00', '2025-03-14', 'met'],
    ['on the day in which the minutes end', minutes(60), '2025-03-14T10:00', '2025-03-14', 'notMeasured'],
    ['on the day after the minutes ended', minutes(60), '2025-03-14T10:00', '2025-03-17', 'completedLate'],
    ['on a day that begins at the very deadline', { kind: 'calendarDays', days: 1 }, '2025-03-14T10:00', '2025-03-16', 'completedLate'],
  ])('%s', (_what, target, start, on, state) => {
    const told = answer(target, [received(start), { at: on, fact: 'completed' }], '2025-03-24T00:00');
    expect(told.state).toBe(state);
    expect(told.stoppedOn).toBe(state === 'notMeasured' ? undefined : on);
  });

  it('is bounded by when it was written down: in time where that was before the deadline', () => {
    const done = (recorded: string): Fact => ({ at: '2025-03-14', fact: 'completed', recordedAt: at(recorded), source: 'system' });
    const stateOf = (recorded: string) => answer(minutes(60), [received('2025-03-14T10:00'), done(recorded)], '2025-03-24T00:00').state;
    expect([stateOf('2025-03-14T11:00'), stateOf('2025-03-14T11:01')]).toEqual(['met', 'notMeasured']);
  });

  it('comes after what was stated before it of that day, and not after what was stated of a later one', () => {
    const contact = (when: string): Fact => ({ at: at(when), fact: 'note', recordedAt: at('2025-03-20T09:00') });
    const done: Fact = { at: '2025-03-14', fact: 'completed', recordedAt: at('2025-03-20T10:00'), source: 'system' };
    const of = (when: string) =>
      answer(
        minutes(60),
        [received('2025-03-14T10:00'), ...[contact(when), done].sort((a, b) => (a.at < b.at ? -1 : 1))],
        '2025-03-24T00:00',
      );
    expect(of('2025-03-14T12:00').state).toBe('completedLate');
    expect(of('2025-03-17T12:00').state).toBe('notMeasured');
  });

  it('while waiting for the client keeps the promise, whatever the hour', () => {
    const asked: Fact = { at: at('2025-03-14T10:30'), fact: 'clientAsked' };
    const told = answer(minutes(60), [received('2025-03-14T10:00'), asked, { at: '2025-03-17', fact: 'completed' }], '2025-03-24T00:00');
    expect(told).toMatchObject({ state: 'met', accruedMinutes: 30 });
  });
});

describe('other facts that are known by their day', () => {
  it('a receipt starts its clocks at the beginning of what is known, and says so', () => {
    const told = answer(minutes(60), [received('2025-03-14')], '2025-03-14T09:30');
    expect(told).toMatchObject({
      startedAt: at('2025-03-14T00:00'),
      startKnownBy: 'day',
      deadlineAt: at('2025-03-14T10:00'),
      accruedMinutes: 30,
    });
  });

  it('a question is waited for from the end of its day, unless it was answered by then', () => {
    const course = [received('2025-03-13T10:00'), { at: '2025-03-13', fact: 'clientAsked' } as Fact];
    const terms = { metric: 'resolution' as const };
    expect(answer(minutes(900), course, '2025-03-14T12:00', terms)).toMatchObject({ state: 'paused', accruedMinutes: 330 });
    const replied: Fact = { at: at('2025-03-13T16:00'), fact: 'inbound' };
    expect(answer(minutes(900), [...course, replied], '2025-03-14T12:00', terms)).toMatchObject({ state: 'running', pausedMinutes: 0 });
  });
});

describe('late evidence', () => {
  const course = (evidence: Partial<Fact>): Fact[] => [
    received('2025-03-14T09:00'),
    { at: at('2025-03-14T09:30'), fact: 'completed', recordedAt: at('2025-03-18T10:00'), ...evidence } as Fact,
  ];

  it('that a person states leaves the breach until a second one has confirmed it', () => {
    const waiting = answer(minutes(60), course({}), '2025-03-19T00:00');
    expect(waiting).toMatchObject({
      state: 'completedLate',
      stoppedAt: at('2025-03-18T10:00'),
      lateEvidence: [{ fact: 'completed', statedAt: at('2025-03-14T09:30'), recordedAt: at('2025-03-18T10:00') }],
    });
    const confirmed = (asOf: string) => answer(minutes(60), course({ confirmedAt: at('2025-03-18T15:00') }), asOf);
    expect(confirmed('2025-03-18T14:59').state).toBe('completedLate');
    expect(confirmed('2025-03-18T15:00')).toMatchObject({ state: 'met', stoppedAt: at('2025-03-14T09:30') });
    expect(confirmed('2025-03-18T15:00').lateEvidence).toBeUndefined();
  });

  it.each<[string, Partial<Fact>, string]>([
    ['of a system of record counts at once', { source: 'system' }, 'met'],
    ['is none where the promise was missed all the same', { at: at('2025-03-14T11:00') }, 'completedLate'],
    ['is none where it is written down before the deadline', { recordedAt: at('2025-03-14T10:00') }, 'met'],
    ['is none where it is written down as it happens', { at: at('2025-03-14T10:00'), recordedAt: '2025-03-14T10:00:59+08:00' }, 'met'],
    ['of a day in which the deadline lies waits too', { at: '2025-03-14' }, 'completedLate'],
    ['of a cancellation waits too, and its breach stays', { fact: 'cancelled' }, 'breached'],
  ])('%s', (_what, evidence, state) => {
    const told = answer(minutes(60), course(evidence), '2025-03-19T00:00');
    expect(told.state).toBe(state);
    expect(told.lateEvidence !== undefined).toBe(/waits/.test(_what));
  });

  it.each<[string, Fact['fact']]>([['a question to the client', 'clientAsked']])(
    '%s, dated before the deadline, pauses nothing alone',
    (_what, fact) => {
      const asked = { at: at('2025-03-14T09:30'), fact, recordedAt: at('2025-03-18T10:00') } as Fact;
      expect(answer(minutes(60), [received('2025-03-14T09:00'), asked], '2025-03-19T00:00')).toMatchObject({
        state: 'breached',
        pausedMinutes: 0,
      });
      const confirmed = { ...asked, confirmedAt: at('2025-03-18T11:00') };
      expect(answer(minutes(60), [received('2025-03-14T09:00'), confirmed], '2025-03-19T00:00').state).toBe('paused');
    },
  );

  it('waits in a case of which a hundred statements came late, whatever it says, and counts once it is confirmed', () => {
    const contact = (i: number) => ({ at: at('2025-03-14T09:30'), fact: 'inbound', recordedAt: at(`2025-03-18T10:${String(i % 60).padStart(2, '0')}`) }) as Fact; // prettier-ignore
    const contacts = Array.from({ length: 100 }, (_, i) => contact(i)).sort((a, b) => a.recordedAt!.localeCompare(b.recordedAt!));
    const stop = { at: at('2025-03-14T09:40'), fact: 'completed', recordedAt: at('2025-03-18T11:00') } as Fact;
    const told = (last: Fact, more: Fact[] = contacts) =>
      answer(minutes(60), [received('2025-03-14T09:00'), ...more, last], '2025-03-19T00:00');
    expect(told(stop)).toMatchObject({ state: 'completedLate', lateEvidence: [{ fact: 'completed' }] });
    expect(told({ ...stop, confirmedAt: at('2025-03-18T12:00') })).toMatchObject({ state: 'met' });
    // what is not asked may be of any commitment that is missed
    const missed = { ...stop, at: at('2025-03-14T16:00') };
    expect(told(missed, []).lateEvidence).toBeUndefined();
    expect(told(missed).lateEvidence).toMatchObject([{ fact: 'completed' }]);
  });

  it('nobody turns a breach into a kept promise alone, whatever is written down after it', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const lastMs = Math.max(...document.timeline.map(({ at, recordedAt = at }) => Date.parse(recordedAt))) + 86_400_000;
        const asOf = [new Date(lastMs).toISOString()];
        const timeline = document.timeline.map(({ confirmedAt: _, source: __, ...fact }): Fact => fact);
        const missed = (facts: Fact[]) =>
          answerWhatIf({ ...document, timeline: facts, asOf })
            .answers[0]!.promises.flatMap(({ earlier = [], ...latest }) => [...earlier, latest])
            .filter(({ state }) => state === 'breached' || state === 'completedLate')
            .map(({ promise, cycle }) => `${promise}|${cycle}`);
        const before = missed(timeline);
        const stop = { at: timeline.find(({ fact }) => fact === 'received')!.at, recordedAt: asOf[0]!, fact: 'completed' } as Fact;
        const after = missed([...timeline, stop]);
        expect(after).toEqual(expect.arrayContaining(before));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a document', () => {
  const faults = (change: Partial<WhatIfDocument>, timeline: object[]) => {
    const document = {
      calendars: { DESK: desk, OTHER: { ...desk, zone: 'Europe/London' } },
      handbook: [{ edition: 1, effectiveFrom: at('2025-01-01T00:00'), effectiveTo: null, promises: [] }],
      subject: { type: 'request', process: 'trading' },
      timeline,
      asOf: [at('2025-03-31T00:00')],
      ...change,
    };
    const checked = checkWhatIf(document);
    return 'faults' in checked ? checked.faults.map(({ pointer, code }) => `${pointer} ${code}`) : [];
  };
  it.each<[string, Partial<WhatIfDocument>, object[], string[]]>([
    [
      'says the zone of its dates where its calendars have several',
      {},
      [{ at: '2025-03-14', fact: 'received' }],
      ['/timeline/0/at zone-missing'],
    ],
    ['has it', { zone: 'Asia/Shanghai' }, [{ at: '2025-03-14', fact: 'received' }], []],
    ['names one that exists', { zone: 'CST' }, [], ['/zone unknown-zone']],
    ['has a date that exists', { zone: 'UTC' }, [{ at: '2025-02-29', fact: 'received' }], ['/timeline/0/at not-a-date']],
    [
      'states the time of a change of rules',
      { zone: 'UTC' },
      [{ at: '2025-03-14', fact: 'tierChanged', to: 'GOLD' }],
      ['/timeline/0/at time-required'],
    ],
    [
      'does not write down before it happens',
      {},
      [{ at: at('2025-03-14T10:00'), fact: 'received', recordedAt: at('2025-03-14T09:59') }],
      ['/timeline/0/recordedAt out-of-order'],
    ],
    [
      'does not confirm before it is written down',
      {},
      [{ at: at('2025-03-14T10:00'), fact: 'note', recordedAt: at('2025-03-15T10:00'), confirmedAt: at('2025-03-15T09:00') }],
      ['/timeline/0/confirmedAt out-of-order'],
    ],
    [
      'is in order, a date anywhere in its day',
      { zone: 'Asia/Shanghai' },
      [
        { at: at('2025-03-14T10:00'), fact: 'received' },
        { at: '2025-03-14', fact: 'note' },
        { at: '2025-03-13', fact: 'note' },
      ],
      ['/timeline/2/at out-of-order'],
    ],
  ])('%s', (_what, change, timeline, expected) => {
    expect(faults(change, timeline)).toEqual(expected);
  });
});
