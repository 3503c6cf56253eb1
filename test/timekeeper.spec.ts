import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#event-sourcing';
import type { ServicePromise } from '#service-levels';
import { act, createTimedLog, received, request, type TimedLog } from './support/timekeeping.js';

const RESOLUTION: ServicePromise = {
  ...{ id: 'resolution', metric: 'resolution', calendar: 'DESK', target: { kind: 'businessMinutes', minutes: 240 } },
  ...{ pausable: true, tierMode: 'favourable_only', warnings: [50], escalations: [{ afterMinutes: 60, toRole: 'branch-manager' }] },
};

describe('the timekeeper', () => {
  let log: TimedLog;
  beforeAll(async () => {
    log = await createTimedLog();
    await log.publish([RESOLUTION]);
  });
  afterAll(() => log.close());

  const typesOf = async (id: string) => (await log.commitmentsOf(id)).map(({ type }) => type);

  it('starts, warns, records the breach with its own deadline, and corrects it when evidence comes late', async () => {
    const clientId = newId();
    const stream = request(clientId);
    await log.say(stream, received('2025-03-11T02:00:00.000Z', clientId));
    const keeping = await log.start();
    await log.caughtUp(keeping);
    const events = await log.commitmentsOf(stream.id);
    expect(events.map(({ type }) => type)).toEqual(['CommitmentStarted', 'WarningReached', 'CommitmentBreached', 'CommitmentEscalated']);
    expect(events[2]!.data.deadlineAt).toBe('2025-03-11T07:30:00.000Z');
    await log.say(stream, act('RequestCompleted', '2025-03-11T07:30:00.000Z'));
    await log.caughtUp(keeping);
    const corrected = (await log.commitmentsOf(stream.id)).at(-1)!;
    expect(corrected.type).toBe('CommitmentCorrected');
    expect(corrected.data).toMatchObject({ was: { state: 'breached' }, is: { state: 'met', stoppedAt: '2025-03-11T07:30:00.000Z' } });
    await keeping.stop();
  });

  it('breaches nothing of a history that was in time when it was recorded at once', async () => {
    const clientId = newId();
    const stream = request(clientId);
    await log.say(stream, received('2025-03-11T02:00:00.000Z', clientId), act('RequestCompleted', '2025-03-11T03:00:00.000Z'));
    const keeping = await log.start();
    await log.caughtUp(keeping);
    expect(await typesOf(stream.id)).toEqual(['CommitmentStarted', 'CommitmentMet']);
    await keeping.stop();
  });

  it('says the same when it reads the log again from the beginning', async () => {
    const { position } = await log.store.head();
    await log.owner.query('TRUNCATE timekeeper.progress, timekeeper.rules, timekeeper.tier_events, timekeeper.cases, timekeeper.facts');
    const keeping = await log.start();
    await log.caughtUp(keeping);
    expect((await log.store.head()).position).toBe(position);
    await keeping.stop();
  });
});
