import { cappedCount, COUNTED_MAX, type Sql } from '#database';
import { counter, gauge, onScrape } from '#telemetry';
import { channels } from './statement.js';

/** Messages of the back office as they came. `outcome`: how each stood when it was answered. */
export const messagesTaken = counter(
  'rapport_back_office_messages_total',
  'Messages of the trading back office that came, by how they stood then.',
  ['channel', 'outcome'],
);

/** What stands in the inbox and waits for something. Each is an index range, and counts stop at `COUNTED_MAX`. */
const OPEN = {
  waiting: "bridge.messages WHERE status = 'waiting'",
  parked: "bridge.messages WHERE status = 'parked'",
  conflict: "bridge.messages WHERE status = 'conflict'",
  gap: 'bridge.gaps WHERE closed_at IS NULL',
  day_refused: "bridge.days WHERE status = 'open' AND stated IS NOT NULL",
  break: "bridge.breaks WHERE status <> 'closed'",
};
type OpenState = keyof typeof OPEN;
const SQL = `SELECT ${Object.entries(OPEN)
  .map(([state, rows]) => `${cappedCount(rows)} AS ${state}`)
  .join(', ')}`;

for (const channel of channels) messagesTaken.inc({ channel, outcome: 'applied' }, 0);

const open = gauge(
  'rapport_back_office_open_items',
  `What waits in the inbox: facts without an owner, parked messages, conflicts, gaps, days stated and not complete, breaks; ${COUNTED_MAX} of each at most.`,
  ['state'],
);

export async function openInboxItems(database: Sql): Promise<Record<OpenState, number>> {
  return (await database.query<Record<OpenState, number>>(SQL)).rows[0]!;
}

/** Shows what waits in the inbox on every scrape. Answers what ends it. */
export const showInbox = (database: Sql): (() => void) =>
  onScrape({
    read: () => openInboxItems(database),
    show: (items) => Object.entries(items).forEach(([state, count]) => open.set({ state }, count)),
    clear: () => open.reset(),
  });
