import { randomUUID } from 'node:crypto';
import { type CommandContext, eventRegistry, PlainCodec } from '#application';
import { startTimekeeping, type Timekeeping, timekeepingMigrations } from '#timekeeping';
import { createPool, type Database, migrate } from '#database';
import {
  type DomainEvent,
  fold,
  type Instant,
  instant,
  newId,
  type RecordedEvent,
  type SourceRef,
  type StreamRef,
  type Uuid,
} from '#event-sourcing';
import { EventStore, eventStoreMigrations } from '#event-store';
import {
  type Calendar,
  calendarStream,
  commitment,
  type CommitmentEvent,
  handbookStream,
  type ServicePromise,
  type Standing,
} from '#service-levels';
import { createTestDatabase, type TestDatabase } from './postgres.js';

export const ZONE = 'Asia/Shanghai';
const DAY = [
  ['09:00', '11:30'],
  ['13:00', '17:00'],
] as const;
export const DESK: Calendar = { zone: ZONE, week: { mon: DAY, tue: DAY, wed: DAY, thu: DAY, fri: DAY } };

/** A log and what one may say to it, with timekeepers to start and stop. */
export interface TimedLog {
  url: string;
  owner: Database;
  store: EventStore;
  /** Appends events to a stream, as one command of a system of record; answers the position of the last. */
  say(stream: StreamRef, ...events: DomainEvent[]): Promise<number>;
  /** The same, stated by a person. */
  tell(stream: StreamRef, ...events: DomainEvent[]): Promise<number>;
  /** The same, decided by a timekeeper that knew the log up to a position. */
  decide(knownTo: number, stream: StreamRef, ...events: DomainEvent[]): Promise<number>;
  publish(promises: ServicePromise[], calendar?: Calendar): Promise<void>;
  start(options?: { now?: () => Instant; pageSize?: number }): Promise<Timekeeping>;
  /** Waits until a timekeeper has taken the whole log in and nothing is due. */
  caughtUp(timekeeping: Timekeeping): Promise<void>;
  /** Events of the commitments of a subject, by type and data, in log order. */
  commitmentsOf(subjectId: Uuid): Promise<{ stream: Uuid; type: string; data: Record<string, unknown> }[]>;
  /** How a commitment stands by its stream; undefined where there is none. */
  standingOf(commitmentId: Uuid): Promise<Standing | undefined>;
  close(): Promise<void>;
}

export const request = (clientId: Uuid, id = newId()): StreamRef => ({ id, kind: 'request', key: clientId });

export const received = (at: Instant, clientId: Uuid, more: object = {}): DomainEvent => ({
  type: 'RequestReceived',
  data: { clientId, receivedAt: instant(at), process: 'trading', channel: 'phone', severity: 'normal', ...more },
});
export const act = (type: string, at: Instant, more: object = {}): DomainEvent => ({ type, data: { at: instant(at), cycle: 1, ...more } });

/** `database`: an empty one; a new one of the test run's cluster otherwise. */
export async function createTimedLog(database?: TestDatabase): Promise<TimedLog> {
  const { url, drop } = database ?? (await createTestDatabase());
  await migrate(url, [...eventStoreMigrations, ...timekeepingMigrations]);
  const owner = createPool({ url, max: 2, applicationName: 'owner' });
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'commands under test' });
  const codec = new PlainCodec(eventRegistry);
  const running = new Set<Timekeeping>();
  const saidBy =
    (role: CommandContext['principal']['role'], source?: SourceRef) =>
    async (stream: StreamRef, ...events: DomainEvent[]): Promise<number> => {
      const commandId = newId();
      const context: CommandContext = {
        commandId,
        requestHash: randomUUID().replaceAll('-', '').repeat(2),
        keepOutcome: 'sevenDays',
        now: new Date().toISOString(),
        principal: { subject: 'chen', role, branchScope: 'sh-01' },
        source,
        correlationId: commandId,
      };
      const encoded = events.map((event) => codec.encodeOne(event, undefined, 'sh-01', context));
      const outcome = await store.append({ ...context, stream, expectedVersion: 'any', events: encoded });
      if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
      return outcome.position;
    };
  const say = saidBy('integrationClient');
  return {
    url,
    owner,
    store,
    say,
    tell: saidBy('serviceDeskAgent'),
    decide: (knownTo, stream, ...events) => saidBy('system', { system: 'log', record: 'timer', sequence: knownTo })(stream, ...events),
    async publish(promises, calendar = DESK) {
      const notice = { effectiveFrom: '2000-01-01', sourceNotice: 'test' };
      await say(calendarStream('DESK'), { type: 'CalendarPublished', data: { name: 'DESK', calendarVersion: 1, calendar, ...notice } });
      const handbook = { edition: 1, effectiveFrom: '2000-01-01T00:00:00+08:00', effectiveTo: null, promises };
      await say(handbookStream, { type: 'HandbookPublished', data: { edition: 1, handbook, publishedBy: 'lin' } });
    },
    async start(options = {}) {
      const timekeeping = await startTimekeeping({ url, firmZone: ZONE, pollMs: 10, ...options });
      const stop = async (): Promise<void> => {
        if (running.delete(stopping)) await timekeeping.stop();
      };
      const stopping = { ...timekeeping, stop };
      running.add(stopping);
      return stopping;
    },
    async caughtUp({ timekeeper }) {
      for (let stillMs = 0, last = ''; stillMs < 150;) {
        const { position } = await store.head();
        const { rows } = await owner.query<{ due: number }>('SELECT count(*)::int AS due FROM timekeeper.cases WHERE wake_at <= now()');
        const mark = `${position} ${timekeeper.position} ${rows[0]!.due}`;
        stillMs = mark === last && timekeeper.position === position ? stillMs + 25 : 0;
        last = mark;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    async commitmentsOf(subjectId) {
      const { rows } = await owner.query<{ streams: string }>(
        "SELECT array_to_string(streams, ',') AS streams FROM timekeeper.cases WHERE subject_id = $1",
        [subjectId],
      );
      const streams = await store.loadMany((rows[0]?.streams ?? '').split(',').filter(Boolean));
      const events: RecordedEvent[] = [...streams.values()].flat().sort((a, b) => a.position - b.position);
      return events.map((row) => {
        const { type, data } = codec.decodeOne<CommitmentEvent>(row, undefined);
        return { stream: row.streamId, type, data: data as Record<string, unknown> };
      });
    },
    async standingOf(commitmentId) {
      const rows = await store.load(commitmentId);
      const state = fold(
        commitment,
        rows.map((row) => codec.decodeOne<CommitmentEvent>(row, undefined)),
      );
      return state.status === 'none' ? undefined : state.standing;
    },
    async close() {
      for (const timekeeping of running) await timekeeping.stop();
      await store.close();
      await owner.end();
      await drop();
    },
  };
}
