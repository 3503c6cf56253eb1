import type { Sql } from '#database';
import { inboxLines, type InboxStatus, inboxStatusOf } from './inbox-status.js';

export interface Status {
  log: { events: number; lastRecordedAt: string | null };
  /** The service clocks: cases with a running commitment, and those that are due and not looked at yet. */
  timekeeper: {
    position: number;
    eventsBehind: number;
    runningCases: number;
    dueCases: number;
    faultyCases: number;
    unreadEvents: number;
  } | null;
  /** What came from the trading back office and waits for something; null before the bridge's tables are there. */
  inbox: InboxStatus | null;
  relay: { topic: string; position: number; eventsBehind: number }[];
  readModels: { model: string; version: number; position: number; eventsBehind: number; parkedClients: number; parkedEvents: number }[];
}

export async function statusOf(database: Sql): Promise<Status> {
  const { rows: head } = await database.query<{ position: number; at: string }>(
    'SELECT last_position AS position, recorded_at AS at FROM log.seals ORDER BY last_position DESC LIMIT 1',
  );
  const events = head[0]?.position ?? 0;
  const { rows: relay } = await database.query<{ topic: string; position: number }>(
    'SELECT topic, position FROM feed.relay_state ORDER BY topic',
  );
  const { rows: models } = await database.query<{
    model: string;
    version: number;
    position: number;
    parkedClients: number;
    parkedEvents: number;
  }>(
    `SELECT c.projection AS model, c.version, min(c.position) AS position,
       (SELECT count(DISTINCT key)::int FROM read.parked p WHERE p.projection = c.projection AND p.version = c.version) AS "parkedClients",
       (SELECT count(*)::int FROM read.parked p WHERE p.projection = c.projection AND p.version = c.version) AS "parkedEvents"
     FROM read.checkpoints c GROUP BY c.projection, c.version ORDER BY 1, 2`,
  );
  const { rows: keeping } = await database.query<{
    position: number;
    runningCases: number;
    dueCases: number;
    faultyCases: number;
    unreadEvents: number;
  }>(
    `SELECT position, (SELECT count(*)::int FROM timekeeper.cases WHERE running) AS "runningCases",
            (SELECT count(*)::int FROM timekeeper.cases WHERE wake_at <= now()) AS "dueCases",
            (SELECT count(*)::int FROM timekeeper.cases WHERE fault IS NOT NULL) AS "faultyCases",
            (SELECT count(*)::int FROM timekeeper.unread) AS "unreadEvents" FROM timekeeper.progress`,
  );
  const behind = (position: number): number => Math.max(0, events - position);
  return {
    log: { events, lastRecordedAt: events > 0 ? (head[0]?.at ?? null) : null },
    timekeeper: keeping[0] ? { ...keeping[0], eventsBehind: behind(keeping[0].position) } : null,
    inbox: await inboxStatusOf(database),
    relay: relay.map((one) => ({ ...one, eventsBehind: behind(one.position) })),
    readModels: models.map((one) => ({ ...one, eventsBehind: behind(one.position) })),
  };
}

/** The same for people. */
export function statusLines({ log, timekeeper, inbox, relay, readModels }: Status): string[] {
  const lag = (eventsBehind: number): string => (eventsBehind === 0 ? 'up to date' : `${eventsBehind} events behind`);
  return [
    log.events === 0 ? 'The log is empty.' : `The log holds ${log.events} events; the last was recorded at ${log.lastRecordedAt}.`,
    timekeeper === null
      ? 'Service clocks: no timekeeper has run yet.'
      : `Service clocks: ${lag(timekeeper.eventsBehind)} (position ${timekeeper.position}); ${timekeeper.runningCases} cases with a running promise, ${timekeeper.dueCases} due now.` +
        (timekeeper.faultyCases === 0
          ? ''
          : ` ${timekeeper.faultyCases} cases could not be run; the reason is in timekeeper.cases.fault.`) +
        (timekeeper.unreadEvents === 0 ? '' : ` ${timekeeper.unreadEvents} events could not be read; they are in timekeeper.unread.`),
    ...(inbox === null ? [] : inboxLines(inbox)),
    ...(relay.length === 0 ? ['Kafka: no relay has carried anything yet.'] : []),
    ...relay.map((one) => `Kafka topic ${one.topic}: ${lag(one.eventsBehind)} (position ${one.position}).`),
    ...(readModels.length === 0 ? ['No read model has been built yet.'] : []),
    ...readModels.map(
      (one) =>
        `Read model ${one.model}: ${lag(one.eventsBehind)} (position ${one.position})` +
        (one.parkedClients === 0
          ? '.'
          : `; ${one.parkedEvents} events of ${one.parkedClients} clients wait for a person: see \`ops parked list\`.`),
    ),
  ];
}
