import type { Sql } from '#database';

/** What stands in the inbox of the trading back office and waits for something. */
export interface InboxStatus {
  messages: number;
  waitingFacts: number;
  waitingAccounts: number;
  parked: number;
  conflicts: number;
  openGaps: number;
  gapAccounts: number;
  /** Days that are stated to be complete and are not, and days of which nothing was stated. */
  refusedDays: number;
  openDays: number;
  openBreaks: number;
  lastReceivedAt: string | null;
}

/** null where the database has no inbox yet. */
export async function inboxStatusOf(database: Sql): Promise<InboxStatus | null> {
  const { rows: made } = await database.query<{ made: boolean }>(`SELECT to_regclass('bridge.messages') IS NOT NULL AS made`);
  if (!made[0]!.made) return null;
  const { rows } = await database.query<InboxStatus>(
    `SELECT coalesce((SELECT max(arrival) FROM bridge.messages), 0) AS messages,
       (SELECT count(*)::int FROM bridge.messages WHERE status = 'waiting') AS "waitingFacts",
       (SELECT count(DISTINCT lane)::int FROM bridge.messages WHERE status = 'waiting') AS "waitingAccounts",
       (SELECT count(*)::int FROM bridge.messages WHERE status = 'parked') AS parked,
       (SELECT count(*)::int FROM bridge.messages WHERE status = 'conflict') AS conflicts,
       (SELECT count(*)::int FROM bridge.gaps WHERE closed_at IS NULL) AS "openGaps",
       (SELECT count(DISTINCT (source, account_id))::int FROM bridge.gaps WHERE closed_at IS NULL) AS "gapAccounts",
       (SELECT count(*)::int FROM bridge.days WHERE status = 'open' AND stated IS NOT NULL) AS "refusedDays",
       (SELECT count(*)::int FROM bridge.days WHERE status = 'open' AND stated IS NULL) AS "openDays",
       (SELECT count(*)::int FROM bridge.breaks WHERE status <> 'closed') AS "openBreaks",
       (SELECT received_at FROM bridge.messages ORDER BY arrival DESC LIMIT 1) AS "lastReceivedAt"`,
  );
  return rows[0]!;
}

/** The same for people: nothing is said of what is not there. */
export function inboxLines(inbox: InboxStatus): string[] {
  if (inbox.messages === 0) return ['Back office: nothing has come yet.'];
  const line = (count: number, sentence: string): string[] => (count === 0 ? [] : [`Back office: ${count} ${sentence}`]);
  const lines = [
    ...line(inbox.waitingFacts, `facts wait for an owner of ${inbox.waitingAccounts} accounts to be linked.`),
    ...line(inbox.parked, 'messages are parked; a person retries them or gives them up.'),
    ...line(inbox.conflicts, 'messages contradict an earlier one; a person decides which holds.'),
    ...line(inbox.openGaps, `gaps in the numbers of ${inbox.gapAccounts} accounts; their owners are not evaluated until they are filled.`),
    ...line(inbox.refusedDays, 'days were stated to be complete and are still open; the list of days says why.'),
    ...line(inbox.openDays, 'days have facts and were not completed by their source.'),
    ...line(inbox.openBreaks, 'breaks between source, log and read models are not closed.'),
  ];
  const last = `the last message came at ${inbox.lastReceivedAt}`;
  return lines.length === 0 ? [`Back office: all that came is applied; ${last}.`] : [...lines, `Back office: ${last}.`];
}
