import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { derivedId, newId, type Uuid } from '#event-sourcing';
import { type ClockEvent, type CommitmentEvent, isIn, type Period, withDefaults } from '#service-levels';
import { type ApiUnderTest, BEIJING, type Caller, fieldFault, problem, SHANGHAI, startApiUnderTest } from '../../../../test/support/api.js';
import { behind, publishRules, say, startedEvent } from '../../../../test/support/commitments.js';
import { type Compliance, complianceByCell, type MeasuredCommitment } from '../../../../test/support/naive-compliance.js';
import { spreadOf } from '../../../../test/support/percentile.js';

jest.setTimeout(120_000);

const COMMITMENTS = 160;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const at = (ms: number): string => new Date(ms).toISOString();
/** Midnights of Shanghai. */
const MARCH = Date.parse('2026-03-01T00:00:00+08:00');
const APRIL = Date.parse('2026-04-01T00:00:00+08:00');
const MAY = Date.parse('2026-05-01T00:00:00+08:00');

interface Known extends MeasuredCommitment<Uuid> {
  dimensions: Record<string, string | number | null>;
  /** Elapsed and accrued minutes of one that was stopped, where both its ends are instants. */
  elapsed: number | null;
  accrued: number | null;
  open: boolean;
  /** What stands beside the percentage. */
  beside: { keptByLateEvidence: boolean; startKnownByDay: boolean; cancelledAfterBreach: boolean; notMeasured: boolean };
}

let under: ApiUnderTest;
let officer: Caller;
let known: Known[];
beforeAll(async () => {
  under = await startApiUnderTest();
  officer = await under.as('complianceOfficer');
  await publishRules(under, [
    { id: 'resolution', metric: 'resolution', calendar: 'DESK', target: { kind: 'businessMinutes', minutes: 240 } },
  ]);
  known = await generated();
  await under.settled();
});
afterAll(() => under.close());

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Commitments of every outcome, with deadlines around and exactly on the midnights of months, in two branches. */
async function generated(): Promise<Known[]> {
  const next = numbers(Number(process.env.FIGURES_SEED ?? 7));
  const one = <T>(...of: readonly T[]): T => of[next(of.length)]!;
  const all: Known[] = [];
  for (let i = 0; i < COMMITMENTS; i++) {
    const deadlineMs = one(MARCH, APRIL, APRIL, MAY, MARCH + next(61 * 24) * HOUR_MS, APRIL + one(-1, 1), Date.now() + 30 * 24 * HOUR_MS);
    const startMs = deadlineMs - (1 + next(100)) * HOUR_MS;
    const inTime = Math.min(deadlineMs, Date.now()) - startMs;
    const stoppedMs = one(
      null,
      startMs + next(inTime),
      startMs + next(inTime),
      Math.min(deadlineMs, Date.now() - 1),
      deadlineMs + 1 + next(48 * HOUR_MS),
    );
    const [branch, process, metric] = [
      one(SHANGHAI, BEIJING),
      one('trading', 'settlement', 'complaint'),
      one('resolution', 'firstResponse'),
    ] as const;
    const [tier, channel, severity, staff] = [
      one('GOLD', 'DIAMOND', undefined),
      one('phone', 'app', undefined),
      one('normal', undefined),
      one('chen', 'lin', undefined),
    ] as const;
    const dated = { startedAt: at(startMs), deadlineAt: at(deadlineMs), startDate: '2026-03-01' };
    const clientId = newId();
    const subject = { kind: 'request' as const, id: newId() };
    const promise = withDefaults({ id: one('quick', 'slow'), metric, calendar: 'DESK', target: { kind: 'businessMinutes', minutes: 240 } });
    const edition = one(1, 2);
    const more = {
      process,
      metric,
      promise,
      edition,
      tierUsed: tier,
      channel,
      severity,
      startedBy: staff,
      class: one('service', 'regulatory'),
    } as const;
    const byDay = next(4) === 0 && ({ startKnownBy: 'day' } as const);
    const events: CommitmentEvent[] = [startedEvent({ clientId, subject, ...dated, ...more, ...byDay })];
    const fate = one('plain', 'plain', 'plain', 'cancelled', 'paused', 'breached and cancelled', 'excused', 'not measured', 'evidence');
    const late = stoppedMs === null ? deadlineMs < Date.now() : stoppedMs > deadlineMs;
    const stopped =
      stoppedMs !== null && stoppedMs < Date.now() && !['cancelled', 'paused', 'breached and cancelled', 'not measured'].includes(fate)
        ? stoppedMs
        : null;
    const proven = fate === 'evidence';
    const measures = { accruedMinutes: next(500), pausedMinutes: 0, elapsedMinutes: next(5_000) };
    if (fate === 'paused') events.push({ type: 'CommitmentPaused', data: { at: at(startMs) } });
    else if (fate === 'cancelled') events.push({ type: 'CommitmentCancelled', data: { at: at(startMs), cause: 'subjectCancelled' } });
    else if (fate === 'not measured') events.push({ type: 'CommitmentNotMeasured', data: { at: at(startMs), deadlineAt: at(deadlineMs) } });
    else {
      if (late) events.push(breach(deadlineMs));
      if (late && fate === 'excused') {
        events.push({ type: 'ExcuseRequested', data: { requestedBy: 'chen', at: at(deadlineMs), reason: 'x' } });
        events.push({ type: 'BreachExcused', data: { requestedBy: 'chen', approvedBy: 'lin', at: at(deadlineMs), reason: 'x' } });
      }
      if (stopped !== null && late) events.push({ type: 'CommitmentCompletedLate', data: { stoppedAt: at(stopped), ...measures } });
      if (stopped !== null && !late)
        events.push({
          type: 'CommitmentMet',
          data: { stoppedAt: at(stopped), deadlineAt: at(deadlineMs), ...measures, ...(proven && { lateEvidence: true }) },
        });
      if (fate === 'breached and cancelled')
        events.push({ type: 'CommitmentCancelled', data: { at: at(deadlineMs), cause: 'subjectCancelled' } });
    }
    const stream = { id: derivedId(subject.id, 'commitment'), kind: 'commitment', key: clientId };
    await say(under, stream, events, branch);
    const ended = stopped !== null || ['cancelled', 'breached and cancelled', 'not measured'].includes(fate);
    all.push({
      id: stream.id,
      deadlineMs: fate === 'paused' ? null : deadlineMs,
      stoppedMs: stopped,
      cancelled: ['cancelled', 'not measured'].includes(fate) || (fate === 'breached and cancelled' && !late),
      pauses: fate === 'paused' ? [{ fromMs: startMs, toMs: null }] : [],
      excused: late && fate === 'excused',
      dimensions: {
        process,
        metric,
        branch,
        edition,
        class: more.class,
        promise: promise.id,
        tier: tier ?? null,
        channel: channel ?? null,
        severity: severity ?? null,
        staff: staff ?? null,
        month: at(deadlineMs - 1 + 8 * HOUR_MS).slice(0, 7),
      },
      elapsed: stopped === null || byDay !== false ? null : measures.elapsedMinutes,
      accrued: stopped === null || byDay !== false ? null : measures.accruedMinutes,
      open: !ended,
      beside: {
        keptByLateEvidence: proven && stopped !== null && !late,
        startKnownByDay: byDay !== false,
        cancelledAfterBreach: fate === 'breached and cancelled' && late,
        notMeasured: fate === 'not measured',
      },
    });
  }
  return all;
}

const breach = (deadlineMs: number): ClockEvent => ({
  type: 'CommitmentBreached',
  data: { deadlineAt: at(deadlineMs), detectedAt: at(deadlineMs) },
});

interface Cell {
  group: Record<string, string | number | null>;
  [figure: string]: unknown;
  drillDown: Record<string, string>;
}

const NONE: Compliance<Uuid> = {
  due: { numerator: [], denominator: [], basisPoints: null },
  missed: [],
  excused: [],
  closedCohort: { numerator: [], denominator: [], basisPoints: null },
};

describe('compliance', () => {
  const periods: [string, Period][] = [
    ['from=2026-03-01&to=2026-03-31', { startMs: MARCH, endMs: APRIL }],
    ['from=2026-04-01', { startMs: APRIL, endMs: Infinity }],
    ['', { startMs: -Infinity, endMs: Infinity }],
  ];
  const dimensions = ['', 'process', 'tier', 'channel', 'severity', 'branch', 'staff', 'month', 'metric', 'promise', 'class', 'edition'];
  const cases = [...dimensions, 'process,tier,branch', 'staff,channel', 'severity,class,edition'].flatMap((by, i) =>
    (i < 12 ? [periods[i % 3]!] : periods).map(([query, period]) => [by, query, period] as const),
  );

  test.each(cases)('by [%s] in [%s] is what the pure metrics say, and drills down to exactly that', async (by, query, period) => {
    const { status, body } = await officer.get(`/v1/service-levels/compliance?by=${by}&${query}`.replace('by=&', ''));
    expect({ status, body }).toMatchObject({ status: 200 });
    const names = by.split(',').filter(Boolean);
    const keyOf = (of: Record<string, unknown>): string => JSON.stringify(names.map((name) => of[name]));
    const nowMs = Date.parse(body['dueBy'] as string);
    const byMonth = (one: Known, ms: number): Record<string, unknown> => ({
      ...one.dimensions,
      month: at(ms - 1 + 8 * HOUR_MS).slice(0, 7),
    });
    const expected = complianceByCell<Uuid, Known>(known, (one) => keyOf(one.dimensions), period, nowMs);
    // a stop falls into a month of its own
    const cohorts = complianceByCell<Uuid, Known>(
      known.filter(({ stoppedMs }) => stoppedMs !== null),
      (one) => keyOf(byMonth(one, one.stoppedMs!)),
      period,
      nowMs,
    );
    const of = (ids: readonly Uuid[]) => known.filter(({ id }) => ids.includes(id));
    const unmeasuredIn = (key: string): Known[] => {
      const fell = (ms: number) => ms <= nowMs && isIn(period, ms);
      return known.filter((one) => one.beside.notMeasured && keyOf(one.dimensions) === key && fell(one.deadlineMs!));
    };
    const cells = body['items'] as Cell[];
    const told = new Set(cells.map(({ group }) => keyOf(group)));
    for (const [key, { due }] of expected) if (due.denominator.length > 0) expect(told).toContain(key);
    for (const [key, { closedCohort }] of cohorts) if (closedCohort.denominator.length > 0) expect(told).toContain(key);
    expect(cells.length).toBe(told.size);
    for (const { group, drillDown, ...figures } of cells) {
      const { due, missed, excused } = expected.get(keyOf(group)) ?? NONE;
      const [cell, unmeasured] = [of(due.denominator), unmeasuredIn(keyOf(group))];
      const beside = {
        keptByLateEvidence: cell.filter((one) => one.beside.keptByLateEvidence),
        startKnownByDay: cell.filter((one) => one.beside.startKnownByDay),
        cancelledAfterBreach: cell.filter((one) => one.beside.cancelledAfterBreach),
        notMeasured: unmeasured,
      };
      const { closedCohort } = cohorts.get(keyOf(group)) ?? NONE;
      const open = of(missed).filter((one) => one.open);
      const measured = of(due.denominator).filter((one) => one.elapsed !== null);
      expect({ group, ...figures }).toEqual({
        group,
        due: due.denominator.length,
        met: due.numerator.length,
        missed: missed.length,
        excused: excused.length,
        stillOpen: open.length,
        ...Object.fromEntries(Object.entries(beside).map(([name, list]) => [name, list.length])),
        complianceBasisPoints: due.basisPoints,
        closedCohort: {
          stopped: closedCohort.denominator.length,
          met: closedCohort.numerator.length,
          basisPoints: closedCohort.basisPoints,
        },
        elapsedMinutes: spreadOf(measured.map((one) => one.elapsed!)),
        accruedMinutes: spreadOf(measured.map((one) => one.accrued!)),
      });
      const lists: Record<string, readonly Uuid[]> = {
        due: due.denominator,
        met: due.numerator,
        missed,
        excused,
        stillOpen: open.map(({ id }) => id),
        measured: measured.map(({ id }) => id),
        closedCohort: closedCohort.denominator,
        closedCohortMet: closedCohort.numerator,
        ...Object.fromEntries(Object.entries(beside).map(([name, list]) => [name, list.map(({ id }) => id)])),
      };
      for (const [name, ids] of Object.entries(lists)) {
        expect({ group, name, ids: await behind(drillDown[name]!, officer) }).toEqual({ group, name, ids: [...ids].sort() });
      }
    }
  });

  test('a deadline at the midnight that ends March counts in March, and something of every kind is there', async () => {
    const { body } = await officer.get('/v1/service-levels/compliance?by=month&from=2026-03-01&to=2026-03-31');
    expect((body['items'] as Cell[]).filter((cell) => cell['due'] !== 0).map(({ group }) => group)).toEqual([{ month: '2026-03' }]);
    const onMidnight = known.filter((one) => one.deadlineMs === APRIL && !one.cancelled);
    expect(onMidnight.length).toBeGreaterThan(5);
    expect(await behind((body['items'] as Cell[])[0]!.drillDown['due']!, officer)).toEqual(
      expect.arrayContaining(onMidnight.map(({ id }) => id)),
    );
    const whole = (await officer.get('/v1/service-levels/compliance')).body['items'] as Cell[];
    for (const figure of ['met', 'excused', 'stillOpen', 'keptByLateEvidence', 'startKnownByDay', 'cancelledAfterBreach', 'notMeasured'])
      expect(whole[0]![figure]).toBeGreaterThan(0);
  });

  test('is narrowed by what lists are narrowed by, and drills down within it', async () => {
    const { body } = await officer.get('/v1/service-levels/compliance?by=tier&metric=resolution&branch=sh-01&without=staff');
    const cells = body['items'] as Cell[];
    const own = known.filter(({ dimensions: d }) => d['metric'] === 'resolution' && d['branch'] === SHANGHAI && d['staff'] === null);
    for (const { group, drillDown } of cells) {
      const mine = own.filter(({ dimensions }) => dimensions['tier'] === group['tier']);
      const { due } = complianceByCell<Uuid, Known>(mine, () => '', { startMs: -Infinity, endMs: Infinity }, Date.now()).get('') ?? NONE;
      expect(await behind(drillDown['due']!, officer)).toEqual([...due.denominator].sort());
    }
    expect(cells.length).toBeGreaterThan(1);
  });

  test('of a branch is of its own commitments alone, also behind an address of the whole firm', async () => {
    const manager = await under.as('branchManager', BEIJING);
    const own = ((await manager.get('/v1/service-levels/compliance')).body['items'] as Cell[])[0]!;
    const whole = ((await officer.get('/v1/service-levels/compliance?branch=bj-01')).body['items'] as Cell[])[0]!;
    const { drillDown: _, ...figures } = whole;
    expect(own).toMatchObject(figures);
    const ofFirm = ((await officer.get('/v1/service-levels/compliance')).body['items'] as Cell[])[0]!;
    expect(await behind(ofFirm.drillDown['due']!, manager)).toEqual(await behind(own.drillDown['due']!, manager));
  });

  test.each([
    ['by=colour', 'by', 'bad-format'],
    ['by=process,tier,channel,severity', 'by', 'bad-format'],
    ['from=2026-13-01', 'from', 'bad-format'],
    ['from=2026-03-02&to=2026-03-01', 'to', 'out-of-range'],
    ['metric=speed', 'metric', 'not-allowed'],
    ['outcome=met', 'outcome', 'unknown-parameter'],
  ])('%s is refused', async (query, name, code) => {
    expect(problem(await officer.get(`/v1/service-levels/compliance?${query}`))).toEqual(fieldFault(`#/query/${name}`, code));
  });
});
