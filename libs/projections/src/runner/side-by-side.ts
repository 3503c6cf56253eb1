import type { Session, Sql } from '#database';

const APPLYING = 7_233_911; // any number, the same in every process

/** Runners apply side by side, each in its own partitions. To the end of the transaction. */
export async function besideOthers(db: Session): Promise<void> {
  await db.query({ name: 'beside-others', text: 'SELECT pg_advisory_xact_lock_shared($1)', values: [APPLYING] });
}

/** One event is applied out of its partition's order: for that moment no runner applies anything. To the end of the transaction. */
export async function alone(db: Sql): Promise<void> {
  await db.query('SELECT pg_advisory_xact_lock($1)', [APPLYING]);
}
