import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Sql } from '#database';
import type { Instant } from '#event-sourcing';
import { ReadDatabase } from '../reading/read-database.js';

export interface ModelFreshness {
  model: string;
  version: number;
  /** Everything up to here is in the model, except what is parked. */
  position: number;
  eventsBehind: number;
  /** Seconds since the oldest event that the model lacks; 0 where it lacks none. */
  secondsBehind: number;
  /** Clients whose events wait for a person to look at them. */
  parkedClients: number;
  /** The same for people, e.g. "up to date". */
  says: { en: string; zh: string };
}

export interface Freshness {
  logEnd: number;
  lastRecordedAt: Instant | null;
  models: ModelFreshness[];
}

/** How fresh every read model is. It names no client, so it has no scope. */
export class FreshnessQuery extends Query<Freshness> {}

const SQL = `
  WITH head AS (SELECT last_position, recorded_at FROM log.seals ORDER BY last_position DESC LIMIT 1),
       models AS (SELECT projection, version, min(position) AS position FROM read.checkpoints GROUP BY 1, 2)
  SELECT m.projection, m.version, m.position::text, head.last_position::text AS log_end, head.recorded_at,
    (head.last_position - m.position)::text AS behind,
    CASE WHEN m.position >= head.last_position THEN 0
      ELSE greatest(0, extract(epoch FROM clock_timestamp() - (SELECT recorded_at FROM log.events WHERE position = m.position + 1)))
    END::float8 AS seconds,
    (SELECT count(DISTINCT key) FROM read.parked p WHERE p.projection = m.projection AND p.version = m.version)::int AS parked
  FROM head LEFT JOIN models m ON true ORDER BY m.projection, m.version`;

interface FreshnessRow {
  projection: string | null;
  version: number;
  position: string;
  log_end: string;
  /** As TypeORM reads it, or as a pool of ours does. */
  recorded_at: Date | string;
  behind: string;
  seconds: number;
  parked: number;
}

/** Reads how fresh every read model is, as a role that sees checkpoints and the log. */
export async function readFreshness(database: Sql): Promise<Freshness> {
  const { rows } = await database.query<FreshnessRow>(SQL);
  return freshnessOf(rows);
}

@QueryHandler(FreshnessQuery)
export class FreshnessHandler implements IQueryHandler<FreshnessQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute(): Promise<Freshness> {
    const rows = await this.database.inScope('', (manager) => manager.query<FreshnessRow[]>(SQL));
    return freshnessOf(rows);
  }
}

function freshnessOf(rows: readonly FreshnessRow[]): Freshness {
  const [first] = rows;
  const logEnd = Number(first?.log_end ?? 0);
  const models = rows.flatMap((row) => (row.projection === null ? [] : [modelOf(row.projection, row)]));
  return { logEnd, lastRecordedAt: first && logEnd > 0 ? new Date(first.recorded_at).toISOString() : null, models };
}

function modelOf(model: string, row: FreshnessRow): ModelFreshness {
  const eventsBehind = Math.max(0, Number(row.behind));
  const secondsBehind = Math.round(row.seconds);
  const parked = row.parked;
  const waiting = parked === 0 ? { en: '', zh: '' } : { en: `; ${parked} clients wait for a person`, zh: `；${parked}位客户待人工处理` };
  const says =
    eventsBehind === 0
      ? { en: `up to date${waiting.en}`, zh: `已是最新${waiting.zh}` }
      : {
          en: `${eventsBehind} events, ${secondsBehind} s behind${waiting.en}`,
          zh: `落后${eventsBehind}个事件、${secondsBehind}秒${waiting.zh}`,
        };
  return { model, version: row.version, position: Number(row.position), eventsBehind, secondsBehind, parkedClients: parked, says };
}
