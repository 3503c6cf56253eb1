import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { type CommandContext, EventCodec, eventRegistry } from '#application';
import { derivedId, type DomainEvent, newId, type StreamRef, type Uuid } from '#event-sourcing';
import {
  type Calendar,
  calendarStream,
  type CommitmentEvent,
  commitmentStream,
  handbookStream,
  type ServicePromise,
  weekdays,
  withDefaults,
} from '#service-levels';
import { type ApiUnderTest, type Caller, SHANGHAI } from './api.js';
import { DESK, ZONE } from './timekeeping.js';

/** A calendar on which business time never stops. */
export const ALWAYS: Calendar = { zone: ZONE, week: Object.fromEntries(weekdays.map((day) => [day, [['00:00', '24:00']]])) };

/** Appends events to a stream of the branch, as one command of the timekeeper. */
export async function say(under: ApiUnderTest, stream: StreamRef, events: readonly DomainEvent[], branch = SHANGHAI): Promise<number> {
  const commandId = newId();
  const context: CommandContext = {
    commandId,
    requestHash: randomUUID().replaceAll('-', '').repeat(2),
    keepOutcome: 'forever',
    now: new Date().toISOString(),
    principal: { subject: 'timekeeper', role: 'system', branchScope: '*' },
    correlationId: commandId,
  };
  const encoded = await new EventCodec(eventRegistry, under.parts.keys).encode(events, stream.key, branch, context);
  const outcome = await under.store.append({ ...context, stream, expectedVersion: 'any', events: encoded });
  if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
  return outcome.position;
}

/** Publishes calendars DESK and ALWAYS, and one edition with these promises, in force ever since. */
export async function publishRules(under: ApiUnderTest, promises: readonly ServicePromise[]): Promise<void> {
  const notice = { effectiveFrom: '2000-01-01', sourceNotice: 'test' };
  for (const [name, calendar] of Object.entries({ DESK, ALWAYS })) {
    await say(under, calendarStream(name), [{ type: 'CalendarPublished', data: { name, calendarVersion: 1, calendar, ...notice } }]);
  }
  const handbook = { edition: 1, effectiveFrom: '2000-01-01T00:00:00+08:00', effectiveTo: null, promises };
  await say(under, handbookStream, [
    { type: 'HandbookDrafted', data: { edition: 1, handbook, draftedBy: 'chen' } },
    { type: 'HandbookApproved', data: { edition: 1, approvedBy: 'lin' } },
    { type: 'HandbookPublished', data: { edition: 1, handbook, publishedBy: 'lin' } },
  ]);
}

/** A commitment of a request, as the timekeeper would start it. */
export async function aCommitment(
  under: ApiUnderTest,
  { clientId, requestId, more = {} }: { clientId: Uuid; requestId: Uuid; more?: Partial<StartedData> },
): Promise<Uuid> {
  const stream = { ...commitmentStream(requestId, clientId, 'resolution', 1), id: derivedId(requestId, 'a commitment') };
  await say(under, stream, [startedEvent({ clientId, subject: { kind: 'request', id: requestId }, ...more })]);
  return stream.id;
}

type StartedEvent = Extract<CommitmentEvent, { type: 'CommitmentStarted' }>;
export type StartedData = StartedEvent['data'];

/** How a commitment starts: at ten in Shanghai, due at half past three. */
export function startedEvent(more: Pick<StartedData, 'clientId' | 'subject'> & Partial<StartedData>): StartedEvent {
  const { metric = 'resolution' } = more;
  const promise = withDefaults({ id: metric, metric, calendar: 'DESK', target: { kind: 'businessMinutes', minutes: 240 } });
  const data: StartedData = {
    process: 'accountOpening',
    channel: 'counter',
    severity: 'normal',
    metric,
    class: 'service',
    promise,
    edition: 1,
    cycle: 1,
    calendar: 'DESK',
    calendarVersion: 1,
    tierUsed: 'GOLD',
    target: promise.target,
    startedAt: '2026-03-11T02:00:00.000Z',
    startedBy: 'chen',
    startDate: '2026-03-11',
    deadlineAt: '2026-03-11T07:30:00.000Z',
    dueDate: null,
    provisional: false,
    ...more,
  };
  return { type: 'CommitmentStarted', data };
}

/** Every id behind an address, by its pages. */
export async function behind(address: string, caller: Caller, member = 'commitmentId'): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = ''; ;) {
    const { status, body } = await caller.get(`${address}&limit=200${cursor}`);
    expect({ address, status, body }).toMatchObject({ status: 200 });
    ids.push(...(body['items'] as Record<string, string>[]).map((item) => item[member]!));
    if (body['next'] === null) return ids.sort();
    cursor = `&cursor=${body['next'] as string}`;
  }
}

/** The smallest bodies of calendars, editions and what-if documents. */
export function calendarOf(name: string) {
  return { name, calendar: { zone: 'Asia/Shanghai', week: {} }, effectiveFrom: '2026-01-01', sourceNotice: 'x' };
}
export function anEdition(edition: number) {
  return { edition, effectiveFrom: '2026-01-01T00:00:00+08:00', effectiveTo: null, promises: [] };
}

export const aWhatIf = {
  calendars: {},
  handbook: [],
  subject: { type: 'request', process: 'x' },
  timeline: [],
  asOf: ['2026-01-01T00:00:00Z'],
};
