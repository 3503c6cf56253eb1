import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Instant, newId, type Uuid } from '#event-sourcing';
import { calendarStream, handbookStream, type ServicePromise } from '#service-levels';
import { tierStream } from '#tiers';
import { act, createTimedLog, DESK, received, request, type TimedLog } from '../../../test/support/timekeeping.js';

const resolution = (id: string, minutes: number, tier?: string): ServicePromise => ({
  id,
  metric: 'resolution',
  calendar: 'DESK',
  target: { kind: 'businessMinutes', minutes },
  ...(tier !== undefined && { appliesTo: { tier: [tier] } }),
  pausable: true,
  tierMode: 'favourable_only',
  warnings: [50],
  escalations: [{ afterMinutes: 60, toRole: 'branch-manager' }],
});
const REPLY: ServicePromise = { id: 'reply', metric: 'firstResponse', calendar: 'DESK', target: { kind: 'businessMinutes', minutes: 60 } };
const PROMISES = [resolution('resolution', 240), resolution('resolution-gold', 120, 'GOLD'), REPLY];
const TUESDAY_10 = '2025-03-11T02:00:00.000Z';

describe('the timekeeper', () => {
  let log: TimedLog;
  beforeAll(async () => {
    log = await createTimedLog();
    await log.publish(PROMISES);
  });
  afterAll(() => log.close());

  /** Types of a subject's commitment events of one metric, in log order. */
  const typesOf = async (id: Uuid, promise = 'resolution'): Promise<string[]> => {
    const events = await log.commitmentsOf(id);
    const started = events.find(({ type, data }) => type === 'CommitmentStarted' && (data.promise as ServicePromise).id === promise);
    return events.filter(({ stream }) => stream === started?.stream).map(({ type }) => type);
  };
  const during = async (work: (caughtUp: () => Promise<void>) => Promise<void>, options: Parameters<TimedLog['start']>[0] = {}) => {
    const keeping = await log.start(options);
    try {
      await work(() => log.caughtUp(keeping));
    } finally {
      await keeping.stop();
    }
  };
  const aCase = async (...more: Parameters<TimedLog['say']>[1][]) => {
    const clientId = newId();
    const stream = request(clientId);
    await log.say(stream, received(TUESDAY_10, clientId), ...more);
    return { clientId, stream, id: stream.id };
  };

  it('starts, warns, records the breach with its own deadline, and corrects it when evidence comes late', async () => {
    const { stream, id } = await aCase();
    await during(async (caughtUp) => {
      await caughtUp();
      expect(await typesOf(id)).toEqual(['CommitmentStarted', 'WarningReached', 'CommitmentBreached', 'CommitmentEscalated']);
      const breached = (await log.commitmentsOf(id)).find(({ type, data }) => type === 'CommitmentBreached' && data.deadlineAt);
      expect(['2025-03-11T07:30:00.000Z', '2025-03-11T03:00:00.000Z']).toContain(breached!.data.deadlineAt);
      await log.say(stream, act('RequestCompleted', '2025-03-11T07:30:00.000Z'));
      await caughtUp();
      const corrected = (await log.commitmentsOf(id)).at(-1)!;
      expect(corrected).toMatchObject({
        type: 'CommitmentCorrected',
        data: { was: { state: 'breached' }, is: { state: 'met', stoppedAt: '2025-03-11T07:30:00.000Z' } },
      });
    });
  });

  it('leaves the breach where a person states late that it was kept, until a second one confirms it', async () => {
    const { stream, id } = await aCase();
    await log.tell(stream, act('RequestCompleted', '2025-03-11T07:30:00.000Z'));
    await during(async (caughtUp) => {
      await caughtUp();
      expect(await typesOf(id)).toEqual([
        'CommitmentStarted',
        'WarningReached',
        'CommitmentBreached',
        'CommitmentEscalated',
        'CommitmentCompletedLate',
        'LateEvidenceStated',
      ]);
      const stated = (await log.commitmentsOf(id)).find(({ type, data }) => type === 'LateEvidenceStated' && data.fact === 'completed')!;
      const { evidence } = stated.data;
      const at = new Date().toISOString();
      const confirmed = { subject: { kind: 'request', id }, evidence, kind: 'letter', sha256: 'ab'.repeat(32), confirmedBy: 'lin', at };
      await log.tell({ id: stated.stream, kind: 'commitment', key: stream.key }, { type: 'LateEvidenceConfirmed', data: confirmed });
      await caughtUp();
      expect((await log.commitmentsOf(id)).filter(({ stream: s }) => s === stated.stream).at(-1)).toMatchObject({
        type: 'CommitmentCorrected',
        data: { was: { state: 'completedLate' }, is: { state: 'met', stoppedAt: '2025-03-11T07:30:00.000Z' } },
      });
    });
  });

  it('breaches nothing of a history that was in time, however long ago, when it is recorded at once', async () => {
    const { id } = await aCase(act('RequestCompleted', '2025-03-11T03:00:00.000Z'));
    await during(async (caughtUp) => {
      await caughtUp();
      expect(await typesOf(id)).toEqual(['CommitmentStarted', 'CommitmentMet']);
    });
  });

  it('pauses for a question with its evidence, and resumes with the reply', async () => {
    const { id, stream } = await aCase(act('RequestStarted', '2025-03-11T02:05:00.000Z'));
    await log.say(stream, act('ClientInputRequested', '2025-03-11T03:00:00.000Z', { channel: 'phone' }));
    await log.say(stream, act('ClientInputReceived', '2025-03-13T01:00:00.000Z'));
    await log.say(stream, act('RequestCompleted', '2025-03-13T03:00:00.000Z'));
    await during(async (caughtUp) => {
      await caughtUp();
      expect(await typesOf(id)).toEqual(['CommitmentStarted', 'CommitmentPaused', 'CommitmentResumed', 'WarningReached', 'CommitmentMet']);
      const events = await log.commitmentsOf(id);
      const paused = events.find(({ type }) => type === 'CommitmentPaused')!;
      expect(paused.data.evidence).toMatch(/^[0-9a-f-]{36}$/);
      expect(events.find(({ type, stream: s }) => type === 'CommitmentMet' && s === paused.stream)!.data).toMatchObject({
        accruedMinutes: 180,
        pausedMinutes: 30 + 240 + 390,
        stoppedBy: 'chen',
      });
    });
  });

  it('says the same when it reads the log again from the beginning, whatever the size of its pages', async () => {
    const { position } = await log.store.head();
    for (const pageSize of [1, 3, 500]) {
      await log.owner.query(
        'TRUNCATE timekeeper.progress, timekeeper.rules, timekeeper.tier_events, timekeeper.cases, timekeeper.facts, timekeeper.unread',
      );
      await during(async (caughtUp) => caughtUp(), { pageSize });
      expect((await log.store.head()).position).toBe(position);
    }
  });

  it('corrects what was decided by an earlier rule, once the log is read again', async () => {
    const { id } = await aCase(act('RequestCompleted', '2025-03-11T03:00:00.000Z'));
    const other = await aCase();
    await during(async (caughtUp) => caughtUp());
    const stream = (await log.commitmentsOf(id))[0]!.stream;
    const latest = await log.say(other.stream, act('RequestStarted', '2025-03-11T03:00:00.000Z'));
    const breach = { type: 'CommitmentBreached', data: { deadlineAt: '2025-03-11T02:30:00.000Z', detectedAt: '2025-03-11T02:30:00.000Z' } };
    const wrong = { was: { state: 'met' }, is: { state: 'breached' }, cause: null, kept: 1, history: [breach] };
    await log.decide(latest, { id: stream, kind: 'commitment', key: id }, { type: 'CommitmentCorrected', data: wrong });
    await log.owner.query(
      'TRUNCATE timekeeper.progress, timekeeper.rules, timekeeper.tier_events, timekeeper.cases, timekeeper.facts, timekeeper.unread',
    );
    await during(async (caughtUp) => caughtUp(), { pageSize: 3 });
    expect((await log.commitmentsOf(id)).filter(({ stream: s }) => s === stream).at(-1)).toMatchObject({
      type: 'CommitmentCorrected',
      data: { is: { state: 'met' } },
    });
  });

  it('sets a case aside that its clocks stumble over, and goes on with the others', async () => {
    const [broken, unread] = [await aCase(), request(newId())];
    await log.say(tierStream(broken.clientId), { type: 'TierInitialised', data: { tier: 'GOLD', effectiveFrom: 'soon', basis: 'x' } });
    const never = { at: { precision: 'instant', at: 'never' }, cycle: 1 };
    const positions = [
      await log.say(unread, { type: 'RequestReceived', data: { clientId: unread.key } }),
      await log.say((await aCase()).stream, { type: 'RequestCompleted', data: never }),
    ];
    const { id } = await aCase(act('RequestCompleted', '2025-03-11T03:00:00.000Z'));
    await during(async (caughtUp) => {
      await caughtUp();
      expect(await typesOf(id)).toEqual(['CommitmentStarted', 'CommitmentMet']);
    });
    const cases = await log.owner.query('SELECT running, fault FROM timekeeper.cases WHERE subject_id = $1', [broken.id]);
    expect(cases.rows).toEqual([{ running: false, fault: expect.any(String) }]);
    const events = await log.owner.query('SELECT position FROM timekeeper.unread ORDER BY position');
    expect(events.rows.map(({ position }) => Number(position))).toEqual(positions);
  });

  it('with one standing by: when the leader ends, the other goes on, and nothing is said twice', async () => {
    const first = await log.start();
    const second = await log.start();
    const before = await aCase();
    await log.caughtUp(first);
    await first.stop();
    const after = await aCase(act('RequestCompleted', '2025-03-11T03:00:00.000Z'));
    await log.caughtUp(second);
    await second.stop();
    expect(await typesOf(before.id)).toEqual(['CommitmentStarted', 'WarningReached', 'CommitmentBreached', 'CommitmentEscalated']);
    expect(await typesOf(after.id)).toEqual(['CommitmentStarted', 'CommitmentMet']);
  });

  const hours = (n: number): (() => Instant) => {
    return () => new Date(Date.now() + n * 3_600_000).toISOString();
  };
  it.each([-24, -1, 1, 24])('changes no fact where its clock was stepped by %i hours', async (by) => {
    const { id } = await aCase();
    const clientId = newId();
    const soon = request(clientId);
    await log.say(soon, received(new Date().toISOString(), clientId));
    await during(
      async (caughtUp) => {
        await caughtUp();
        expect((await typesOf(id)).filter((type) => type === 'CommitmentBreached')).toHaveLength(1);
        expect(await typesOf(soon.id)).not.toContain('CommitmentBreached'); // not due by the server's clock
      },
      { now: hours(by) },
    );
    const breaches = (await log.commitmentsOf(id)).filter(({ type }) => type === 'CommitmentBreached');
    expect(breaches.map(({ data }) => data.deadlineAt).sort()).toEqual(['2025-03-11T03:00:00.000Z', '2025-03-11T07:30:00.000Z']);
  });

  it('starts what was received by a clock that is ahead of the database’s, once its instant has come', async () => {
    const clientId = newId();
    const stream = request(clientId);
    await during(async (caughtUp) => {
      await log.say(stream, received(new Date(Date.now() + 400).toISOString(), clientId));
      await caughtUp();
      await new Promise((resolve) => setTimeout(resolve, 500));
      await caughtUp();
    });
    expect(await typesOf(stream.id)).toEqual(['CommitmentStarted']);
  });

  it('a revision of a calendar recomputes what is running, and nothing that has stopped', async () => {
    const clientId = newId();
    const [running, stopped] = [request(clientId), request(clientId)];
    const now = new Date();
    await log.say(running, received(now.toISOString(), clientId));
    await log.say(stopped, received(now.toISOString(), clientId), act('RequestCompleted', now.toISOString()));
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(now);
    const last = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date(now.getTime() + 20 * 86_400_000));
    const calendar = { ...DESK, closed: [`${today}..${last}`] };
    await during(async (caughtUp) => {
      await caughtUp();
      const revised = { name: 'DESK', calendarVersion: 2, calendar, added: { closed: calendar.closed } };
      const data = { ...revised, effectiveFrom: '2000-01-01', sourceNotice: 'test' };
      await log.say(calendarStream('DESK'), { type: 'CalendarRevised', data });
      await caughtUp();
    });
    const recomputed = (await log.commitmentsOf(running.id)).filter(({ type }) => type === 'DeadlineRecomputed');
    expect(recomputed.length).toBeGreaterThan(0);
    for (const { data } of recomputed) {
      expect(data).toMatchObject({ cause: 'calendar', detail: 'DESK version 2' });
      expect(Date.parse(data.new as string) - now.getTime()).toBeGreaterThan(19 * 86_400_000);
    }
    expect(await typesOf(stopped.id)).toEqual(['CommitmentStarted', 'CommitmentMet']);
  });

  it('a promotion brings a running deadline forward, and records the tier that was used', async () => {
    const clientId = newId();
    const stream = request(clientId);
    const tier = tierStream(clientId);
    await log.say(tier, { type: 'TierInitialised', data: { tier: 'STANDARD', effectiveFrom: '2024-01-01', basis: 'x' } });
    await log.say(stream, received(new Date().toISOString(), clientId));
    await during(async (caughtUp) => {
      await caughtUp();
      const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date());
      await log.say(tier, { type: 'TierPromoted', data: { from: 'STANDARD', to: 'GOLD', effectiveFrom: today } });
      await caughtUp();
    });
    const events = await log.commitmentsOf(stream.id);
    expect(events.find(({ type }) => type === 'CommitmentStarted')!.data.tierUsed).toBe('STANDARD');
    expect(events.filter(({ type }) => type === 'DeadlineRecomputed').map(({ data }) => [data.cause, data.detail])).toEqual([
      ['tier', 'GOLD'],
    ]);
  });

  it('a calendar that nothing can be reckoned with stops no other one’s clocks, is told of, and counts once it is mended', async () => {
    const poisoned = { ...DESK, zone: 'CST' };
    const notice = { effectiveFrom: '2000-01-01', sourceNotice: 'test' };
    await log.say(calendarStream('POISON'), {
      type: 'CalendarPublished',
      data: { name: 'POISON', calendarVersion: 1, calendar: poisoned, ...notice },
    });
    const stepOn = (calendar: string): ServicePromise => ({
      id: `on-${calendar}`,
      metric: 'step',
      step: calendar,
      calendar,
      target: { kind: 'businessDays', days: 1 },
    });
    const since = new Date(Date.now() - 30_000).toISOString();
    const promises = [...PROMISES, stepOn('POISON')];
    const handbook = { edition: 3, effectiveFrom: since, effectiveTo: null, promises };
    await log.say(handbookStream, { type: 'HandbookPublished', data: { edition: 3, handbook, publishedBy: 'lin' } });
    const startStep = async (): Promise<Uuid> => {
      const clientId = newId();
      const stream = request(clientId);
      await log.say(stream, received(new Date(Date.now() - 10_000).toISOString(), clientId));
      await log.say(stream, act('RequestStepStarted', new Date(Date.now() - 5_000).toISOString(), { step: 'POISON' }));
      return stream.id;
    };
    const unread = async (): Promise<number> =>
      (await log.owner.query<{ n: number }>('SELECT count(*)::int AS n FROM timekeeper.unread')).rows[0]!.n;
    const first = await startStep();
    const before = await unread();
    for (let start = 0; start < 2; start++) {
      await during(async (caughtUp) => {
        await caughtUp();
        expect(await typesOf(first)).toContain('CommitmentStarted');
        expect(await typesOf(first, 'on-POISON')).toEqual([]);
        expect(await unread()).toBe(before + 1);
      });
    }
    await log.say(calendarStream('POISON'), {
      type: 'CalendarRevised',
      data: { name: 'POISON', calendarVersion: 2, calendar: DESK, added: {}, ...notice },
    });
    const second = await startStep();
    await during(async (caughtUp) => {
      await caughtUp();
      expect(await typesOf(second, 'on-POISON')).toContain('CommitmentStarted');
      expect(await unread()).toBe(before);
    });
  });

  it('a step that begins under a later edition runs on a calendar that was published after its case was received', async () => {
    const clientId = newId();
    const stream = request(clientId);
    const ago = (ms: number): Instant => new Date(Date.now() - ms).toISOString();
    const notice = { effectiveFrom: '2000-01-01', sourceNotice: 'test' };
    const revision = (version: number, closed: string[]) => ({
      name: 'LATER',
      calendarVersion: version,
      calendar: { ...DESK, closed },
      ...notice,
    });
    await log.say(stream, received(ago(60_000), clientId));
    await log.say(calendarStream('LATER'), { type: 'CalendarPublished', data: revision(1, []) });
    const check: ServicePromise = {
      id: 'check',
      metric: 'step',
      step: 'check',
      calendar: 'LATER',
      target: { kind: 'businessDays', days: 1 },
    };
    const handbook = { edition: 2, effectiveFrom: ago(30_000), effectiveTo: null, promises: [...PROMISES, check] };
    await log.say(handbookStream, { type: 'HandbookPublished', data: { edition: 2, handbook, publishedBy: 'lin' } });
    await log.say(stream, act('RequestStepStarted', ago(20_000), { step: 'check' }));
    await during(async (caughtUp) => {
      await caughtUp();
      const today = new Date().getTime();
      const dates = [1, 2, 3].map((days) =>
        new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(today + days * 86_400_000),
      );
      await log.say(calendarStream('LATER'), { type: 'CalendarRevised', data: revision(2, dates) });
      await caughtUp();
    });
    expect(await typesOf(stream.id, 'check')).toEqual(['CommitmentStarted', 'DeadlineRecomputed']);
  });
});
