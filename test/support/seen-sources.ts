import type { Sql } from '#database';

/** Names by which tests have messages of sources that nobody has to register. */
export const SEEN = [
  'core',
  'open',
  'bent',
  'k',
  'f',
  'counted',
  'unlinked',
  's',
  'other-desk',
  'other',
  'fine',
  'desk',
  'daily',
  'c',
  'breaks',
  'n',
  'bad',
  'b',
  'lost',
  'counter',
  'srcA',
  'srcB',
  'fixes',
  'cured',
  'early',
  'enc',
  'h',
  'brokerT',
  'dos',
  'again',
  'opens',
] as const;

/** Lets these sources speak as those do that spoke before sources were registered. */
export async function letSpeak(owner: Sql, ...sources: readonly string[]): Promise<void> {
  await owner.query(
    'INSERT INTO bridge.sources (source, source_id, as_seen) SELECT s, gen_random_uuid(), true FROM unnest($1::text[]) s ON CONFLICT DO NOTHING',
    [sources],
  );
}

/** Has the clients hold the accounts that the log, written without commands, links them to. */
export async function holdAccounts(owner: Sql): Promise<void> {
  await owner.query(
    `INSERT INTO log.reservations (kind, key, stream_id) SELECT 'accountOwner', account_id, client_id FROM read.account_links
      WHERE role = 'owner' AND unlinked_position IS NULL ON CONFLICT DO NOTHING`,
  );
}
