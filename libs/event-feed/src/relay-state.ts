import { type Database, safeInteger } from '#database';
import { PARTITION_COUNT } from '#event-sourcing';

/** How far a topic is filled, as saved after Kafka's acknowledgement. */
export interface RelayState {
  epoch: number;
  topicId: string;
  position: number;
  /** By partition: position of its last published event, 0 where there is none. */
  previous: number[];
}

interface Row {
  epoch: number;
  topic_id: string;
  position: number;
  previous: string[]; // an array of int8 arrives as text
}

/** Another relay leads this topic. */
export class Deposed extends Error {}

export const nothingPublished = (): Pick<RelayState, 'position' | 'previous'> => ({
  position: 0,
  previous: new Array<number>(PARTITION_COUNT).fill(0),
});

/** Begins a term of office: from now on no earlier leader can save. */
export async function beginTerm(pool: Database, topic: string): Promise<RelayState> {
  const { rows } = await pool.query<Row>(
    `INSERT INTO feed.relay_state AS s (topic, epoch, topic_id, position, previous)
     VALUES ($1, 1, '', 0, array_fill(0::bigint, ARRAY[${PARTITION_COUNT}]))
     ON CONFLICT (topic) DO UPDATE SET epoch = s.epoch + 1
     RETURNING epoch, topic_id, position, previous`,
    [topic],
  );
  const row = rows[0]!;
  return { epoch: row.epoch, topicId: row.topic_id, position: row.position, previous: row.previous.map(safeInteger) };
}

/** Compare-and-set under the epoch; throws Deposed where a later term has begun. */
export async function saveState(pool: Database, topic: string, state: RelayState): Promise<void> {
  const { rowCount } = await pool.query(
    `UPDATE feed.relay_state SET topic_id = $3, position = $4, previous = $5::bigint[], saved_at = now() WHERE topic = $1 AND epoch = $2`,
    [topic, state.epoch, state.topicId, state.position, state.previous],
  );
  if (rowCount !== 1) throw new Deposed(`a later relay leads ${topic}`);
}

/** Throws Deposed where a later term has begun: somebody leads, or has set the position. */
export async function assertLeading(pool: Database, topic: string, { epoch }: RelayState): Promise<void> {
  const { rows } = await pool.query<{ epoch: number }>('SELECT epoch FROM feed.relay_state WHERE topic = $1', [topic]);
  if (rows[0]?.epoch !== epoch) throw new Deposed(`a later term of ${topic} has begun`);
}

/**
 * Has a topic filled again from the position after this one. Whoever leads is deposed and goes on from here. False where
 * nothing was ever published to it.
 */
export async function rewind(pool: Database, topic: string, to: Pick<RelayState, 'position' | 'previous'>): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE feed.relay_state SET epoch = epoch + 1, position = $2, previous = $3::bigint[], saved_at = now() WHERE topic = $1`,
    [topic, to.position, to.previous],
  );
  return rowCount === 1;
}
