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
] as const;

/** Lets these sources speak as those do that spoke before sources were registered. */
export async function letSpeak(owner: Sql, ...sources: readonly string[]): Promise<void> {
  await owner.query(
    'INSERT INTO bridge.sources (source, source_id, as_seen) SELECT s, gen_random_uuid(), true FROM unnest($1::text[]) s ON CONFLICT DO NOTHING',
    [sources],
  );
}
