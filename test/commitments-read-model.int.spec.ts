import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type CommandContext, EventCodec, eventRegistry } from '#application';
import { derivedId, type DomainEvent, fold, newId, type StreamRef } from '#event-sourcing';
import { type ClockEvent, commitment, type CommitmentEvent, type Standing, withDefaults } from '#service-levels';
import { aClient, type Answer, type ApiUnderTest, aRequest, type Caller, startApiUnderTest } from './support/api.js';
import {
  type CommitmentDetails,
  type CommitmentRow,
  projectCommitments,
  commitmentTable,
} from '../libs/read-models/src/commitments/commitments.js';
import type { ProjectedEvent } from '#projections';

jest.setTimeout(60_000);

let under: ApiUnderTest;
let manager: Caller;
let clientId: string;
let requestId: string;
beforeAll(async () => {
  under = await startApiUnderTest();
  manager = await under.as('branchManager');
  clientId = String((await manager.post('/v1/clients', aClient())).body['id']);
  requestId = String((await manager.post('/v1/requests', aRequest(clientId))).body['id']);
});
afterAll(() => under.close());

const at = (hour: number, minute = 0): string => `2026-03-11T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00.000Z`;

const promise = withDefaults({
  id: 'resolution',
  metric: 'resolution',
  calendar: 'DESK',
  target: { kind: 'businessMinutes', minutes: 240 },
  pausable: true,
  warnings: [50, 80],
  escalations: [{ afterMinutes: 60, toRole: 'branch-manager' }],
});
const started = (more: object = {}): Extract<ClockEvent, { type: 'CommitmentStarted' }> => ({
  type: 'CommitmentStarted',
  data: {
    clientId,
    subject: { kind: 'request', id: requestId },
    process: 'accountOpening',
    channel: 'counter',
    severity: 'normal',
    metric: 'resolution',
    class: 'service',
    promise,
    edition: 1,
    cycle: 1,
    calendar: 'DESK',
    calendarVersion: 1,
    tierUsed: 'GOLD',
    target: promise.target,
    startedAt: at(2),
    startedBy: 'chen',
    startDate: '2026-03-11',
    deadlineAt: at(7, 30),
    dueDate: null,
    provisional: false,
    ...more,
  },
});
const breached: ClockEvent = { type: 'CommitmentBreached', data: { deadlineAt: at(7, 30), detectedAt: at(7, 31) } };
const measured = { accruedMinutes: 60, pausedMinutes: 0, elapsedMinutes: 60 };
const met: ClockEvent = { type: 'CommitmentMet', data: { stoppedAt: at(3), stoppedBy: 'wang', deadlineAt: at(7, 30), ...measured } };

async function say(stream: StreamRef, ...events: DomainEvent[]): Promise<void> {
  const commandId = newId();
  const context: CommandContext = {
    commandId,
    requestHash: randomUUID().replaceAll('-', '').repeat(2),
    keepOutcome: 'forever',
    now: new Date().toISOString(),
    principal: { subject: 'timekeeper', role: 'system', branchScope: '*' },
    correlationId: commandId,
  };
  const encoded = await new EventCodec(eventRegistry, under.parts.keys).encode(events, stream.key, 'sh-01', context);
  const outcome = await under.store.append({ ...context, stream, expectedVersion: 'any', events: encoded });
  expect(outcome.kind).toBe('accepted');
  await under.settled();
}

const newStream = (): StreamRef => ({ id: derivedId(requestId, newId()), kind: 'commitment', key: clientId });
const rowOf = async ({ id }: StreamRef): Promise<CommitmentRow & { seen: CommitmentDetails }> => {
  const { rows } = await under.owner.query<CommitmentRow>(`${commitmentTable.select} WHERE commitment_id = $1`, [id]);
  return { ...rows[0]!, seen: JSON.parse(rows[0]!.details) as CommitmentDetails };
};

describe('the row of a commitment', () => {
  test('after each kind of event of its clock, and as the domain folds them', async () => {
    const stream = newStream();
    const steps: [CommitmentEvent, Partial<CommitmentRow>][] = [
      [started(), { state: 'running', deadlineAt: at(7, 30), staffId: 'chen', tier: 'GOLD', elapsedMinutes: null, endedAt: null }],
      [
        { type: 'CommitmentPaused', data: { at: at(3), evidence: newId() } },
        { state: 'paused', deadlineAt: null, pausedSince: at(3) },
      ],
      [
        { type: 'CommitmentResumed', data: { at: at(6), by: 'reply', deadlineAt: at(9) } },
        { state: 'running', pausedSince: null },
      ],
      [
        {
          type: 'DeadlineRecomputed',
          data: { at: at(6), cause: 'tier', detail: 'DIAMOND', old: at(9), new: at(8), dueDate: null, provisional: true },
        },
        { deadlineAt: at(8), provisional: true },
      ],
      [
        { type: 'WarningReached', data: { percent: 50, at: at(7), detectedAt: at(7) } },
        { warnedPercent: 50, state: 'running' },
      ],
      [{ type: 'WarningReached', data: { percent: 80, at: at(7, 30), detectedAt: at(7, 30) } }, { warnedPercent: 80 }],
      [
        { type: 'CommitmentBreached', data: { deadlineAt: at(8), detectedAt: at(8, 1) } },
        { state: 'breached', endedAt: null },
      ],
      [
        { type: 'CommitmentEscalated', data: { level: 1, afterMinutes: 60, toRole: 'branch-manager', at: at(9), detectedAt: at(9) } },
        { escalationLevel: 1 },
      ],
      [{ type: 'ExcuseRequested', data: { requestedBy: 'chen', at: at(9), reason: '客户失联' } }, { excuse: 'requested' }],
      [
        { type: 'ExcuseRefused', data: { refusedBy: 'lin', at: at(9), reason: 'no' } },
        { excuse: 'none', state: 'breached' },
      ],
      [{ type: 'ExcuseRequested', data: { requestedBy: 'chen', at: at(9), reason: 'again' } }, { excuse: 'requested' }],
      [{ type: 'BreachExcused', data: { requestedBy: 'chen', approvedBy: 'lin', at: at(9), reason: 'yes' } }, { excuse: 'excused' }],
      [
        { type: 'CommitmentCompletedLate', data: { stoppedAt: at(9, 30), stoppedBy: 'wang', ...measured } },
        { state: 'completedLate', stoppedAt: at(9, 30), endedAt: at(9, 30), staffId: 'wang', deadlineAt: at(8), ...measured },
      ],
    ];
    for (const [i, [event, expected]] of steps.entries()) {
      await say(stream, event);
      const { seen: _, ...row } = await rowOf(stream);
      expect({ after: event.type, row }).toMatchObject({
        after: event.type,
        row: { ...expected, version: i + 1, clientId },
      });
    }
    const { seen, ...row } = await rowOf(stream);
    const stored = await under.store.load(stream.id);
    const folded = fold(commitment, await new EventCodec(eventRegistry, under.parts.keys).decode<CommitmentEvent>(stored));
    if (folded.status === 'none') throw new Error('it was started');
    const { state, deadlineAt, dueDate, stoppedAt, provisional, accruedMinutes, pausedMinutes, elapsedMinutes } = row;
    const standing: Standing = {
      state,
      deadlineAt,
      dueDate,
      stoppedAt,
      provisional,
      accruedMinutes,
      pausedMinutes,
      elapsedMinutes: elapsedMinutes!,
    };
    expect(standing).toEqual(folded.standing);
    expect(seen.clockEvents).toEqual(folded.clockEvents);
    expect(seen.acts.map((act) => act['type'])).toEqual(['ExcuseRequested', 'ExcuseRefused', 'ExcuseRequested', 'BreachExcused']);
    expect(row.details).not.toContain('客户失联');
    expect(row.changedPosition).toBe(stored.at(-1)!.position);
  });

  test('evidence that comes late turns a breach into a kept promise; the row is that of the history as it stands', async () => {
    const stream = newStream();
    await say(stream, started(), { type: 'WarningReached', data: { percent: 50, at: at(5), detectedAt: at(5) } }, breached);
    await say(stream, { type: 'ExcuseRequested', data: { requestedBy: 'chen', at: at(9), reason: 'x' } });
    const before = await rowOf(stream);
    expect(before).toMatchObject({ state: 'breached', warnedPercent: 50, corrected: false });
    const was = fold(commitment, [started(), breached]);
    const is = fold(commitment, [started(), met]);
    if (was.status === 'none' || is.status === 'none') throw new Error('both were started');
    const cause = newId();
    await say(stream, { type: 'CommitmentCorrected', data: { was: was.standing, is: is.standing, cause, kept: 1, history: [met] } });
    const { seen, ...row } = await rowOf(stream);
    expect(row).toMatchObject({ state: 'met', stoppedAt: at(3), endedAt: at(3), deadlineAt: at(7, 30), staffId: 'wang', ...measured });
    expect(row).toMatchObject({ warnedPercent: null, escalationLevel: 0, corrected: true, excuse: 'requested', version: 5 });
    expect(seen.clockEvents.map(({ type }) => type)).toEqual(['CommitmentStarted', 'CommitmentMet']);
    expect(seen.corrections).toMatchObject([{ cause, was: { state: 'breached' }, is: { state: 'met' } }]);
    expect(seen.acts).toHaveLength(1);
  });

  test('a breach whose request is cancelled stays one, and is open no longer; what could not be measured is cancelled', async () => {
    const [late, unmeasured] = [newStream(), newStream()];
    await say(late, started(), breached, { type: 'CommitmentCancelled', data: { at: at(9), cause: 'subjectCancelled' } });
    expect(await rowOf(late)).toMatchObject({ state: 'breached', endedAt: at(9), stoppedAt: null });
    await say(unmeasured, started(), breached, { type: 'CommitmentCancelled', data: { at: at(9), cause: 'notMeasurable' } });
    expect(await rowOf(unmeasured)).toMatchObject({ state: 'cancelled', endedAt: at(9) });
  });

  test('is the same from events one by one and all at once', async () => {
    const live = await under.owner.query('SELECT * FROM read.commitments ORDER BY commitment_id');
    expect(live.rows.length).toBeGreaterThan(3);
    const ids = live.rows.map((row) => String(row['commitment_id']));
    const events = [...(await under.store.loadMany(ids)).values()].flat().sort((a, b) => a.position - b.position);
    const read = events.map(({ data, metadata, ...recorded }) => ({
      ...recorded,
      data: JSON.parse(data) as object,
      meta: JSON.parse(metadata) as ProjectedEvent['meta'],
    }));
    const client = await under.owner.connect();
    try {
      await client.query('BEGIN');
      await client.query('SET LOCAL search_path = read; DELETE FROM commitments');
      await projectCommitments().apply(client, read);
      const again = await client.query('SELECT * FROM read.commitments ORDER BY commitment_id');
      expect(again.rows).toEqual(live.rows);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});

describe('timelines', () => {
  const types = ({ body }: Answer): string[] => (body['items'] as { type: string }[]).map(({ type }) => type);

  test('of the client and of the request hold what happened to its commitments, each once, and those of another hold nothing of it', async () => {
    const own = String((await manager.post('/v1/requests', aRequest(clientId))).body['id']);
    const other = String((await manager.post('/v1/requests', aRequest(clientId))).body['id']);
    const stream: StreamRef = { id: derivedId(own, 'commitment'), kind: 'commitment', key: clientId };
    await say(stream, started({ subject: { kind: 'request', id: own } }));
    await say(stream, breached);
    await say(stream, { type: 'ExcuseRequested', data: { requestedBy: 'chen', at: at(9), reason: '客户失联' } });
    const extension = { promise: 'resolution', days: 3, at: at(9), extendedBy: 'lin', reason: 'x' };
    await say(stream, { type: 'CommitmentExtended', data: { subject: { kind: 'request', id: own }, ...extension } });
    const ofRequest = await manager.get(`/v1/requests/${own}/timeline`);
    const happened = ['CommitmentStarted', 'CommitmentBreached', 'ExcuseRequested', 'CommitmentExtended'];
    expect(types(ofRequest)).toEqual(['RequestReceived', ...happened]);
    const items = ofRequest.body['items'] as { requestId: string; data: { reason?: string } }[];
    expect(items.map((item) => item.requestId)).toEqual(items.map(() => own));
    expect(items[3]!.data.reason).toBe('客户失联');
    expect(types(await manager.get(`/v1/requests/${other}/timeline`))).toEqual(['RequestReceived']);
    const paged = await manager.get(`/v1/requests/${own}/timeline?limit=3`);
    const rest = await manager.get(`/v1/requests/${own}/timeline?limit=3&cursor=${String(paged.body['next'])}`);
    expect([...types(paged), ...types(rest)]).toEqual(types(ofRequest));
    const ofClient = await manager.get(`/v1/clients/${clientId}/timeline?limit=200`);
    const concerning = (ofClient.body['items'] as { stream: { id: string } }[]).filter((item) => item.stream.id === stream.id);
    expect(concerning).toHaveLength(4);
  });
});
