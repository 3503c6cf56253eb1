import type { Sql } from '#database';
import type { Instant, LocalDate, Uuid } from '#event-sourcing';

export interface RunCounts {
  clients: number;
  evaluated: number;
  stopped: number;
  promoted: number;
  demoted: number;
}

/** One evaluation date over all clients: how far it is, and what came of it. */
export interface Run extends RunCounts {
  on: LocalDate;
  ruleVersion: string;
  knownTo: number;
  after: Uuid;
  startedAt: Instant;
  finishedAt: Instant | null;
}

const COLUMNS = `on_date AS "on", rule_version AS "ruleVersion", known_to AS "knownTo", after_client AS after, clients, evaluated, stopped,
  promoted, demoted, started_at AS "startedAt", finished_at AS "finishedAt"`;
const NIL = '00000000-0000-0000-0000-000000000000';

/** Begins a run, or takes up one that was left; facts up to the position that it was begun with take part. */
export async function beginRun(db: Sql, on: LocalDate, ruleVersion: string, knownTo: number): Promise<Run> {
  // before the first run nothing was evaluated that a fact could change
  await db.query(
    'INSERT INTO tiering.progress (position) SELECT $1 WHERE NOT EXISTS (SELECT FROM tiering.runs) ON CONFLICT (only_row) DO UPDATE SET position = excluded.position',
    [knownTo],
  );
  await db.query(
    'INSERT INTO tiering.runs (on_date, rule_version, known_to, after_client) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [on, ruleVersion, knownTo, NIL],
  );
  const { rows } = await db.query<Run>(`SELECT ${COLUMNS} FROM tiering.runs WHERE on_date = $1`, [on]);
  return rows[0]!;
}

export async function saveRun(
  db: Sql,
  { on, after, clients, evaluated, stopped, promoted, demoted }: Run,
  finished: boolean,
): Promise<void> {
  await db.query(
    `UPDATE tiering.runs SET after_client = $2, clients = $3, evaluated = $4, stopped = $5, promoted = $6, demoted = $7,
            finished_at = CASE WHEN $8 THEN now() END
      WHERE on_date = $1 AND after_client <= $2`,
    [on, after, clients, evaluated, stopped, promoted, demoted, finished],
  );
}

/** All runs, the earliest date first. */
export async function runs(db: Sql): Promise<Run[]> {
  const { rows } = await db.query<Run>(`SELECT ${COLUMNS} FROM tiering.runs ORDER BY on_date`);
  return rows;
}
