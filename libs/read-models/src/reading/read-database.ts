import pg from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { createPool, type Role, type Sql, transaction } from '#database';
import type { Instant } from '#event-sourcing';
import type { ProjectionId, RowTable } from '#projections';
import type { AnyTable, ReadModel } from '../read-model.js';
import { entityOf, safeInteger } from './entity.js';
import { PageReader, type PreparedStatement } from './page-reader.js';

/** How far the answer is known to be complete, and since when nothing newer is missing from it. */
export interface AsOf {
  asOfPosition: number;
  asOf: Instant;
}

const POOL_MAX = 8;
const SETS_MAX = 2;

export interface ReadDatabaseOptions {
  url: string;
  role: Role;
  poolMax?: number;
}

/** Read access of one process: every read names the branch it is for, and row-level security holds it to that. */
export class ReadDatabase {
  private constructor(
    private readonly source: DataSource,
    private readonly pages: PageReader,
    private readonly sets: pg.Pool,
    /** By table. */
    private readonly models: ReadonlyMap<string, ProjectionId>,
  ) {}

  /** Connects as `role`, which is neither owner nor superuser, to the tables of these models. Rejects where the server is away. */
  static async connect({ url, role, poolMax = POOL_MAX }: ReadDatabaseOptions, models: readonly ReadModel[]): Promise<ReadDatabase> {
    const source = new DataSource({
      type: 'postgres',
      url,
      entities: models.flatMap(({ tables }) => tables.map(entityOf)),
      synchronize: false,
      installExtensions: false,
      poolSize: poolMax,
      applicationName: 'rapport-read',
      extra: { options: `-c role=${role} -c jit=off -c statement_timeout=10s` },
    });
    const session = { url, role, settings: { statement_timeout: '10s' } };
    const pages = new PageReader({ ...session, applicationName: 'rapport-read-pages' });
    const sets = createPool({ ...session, max: SETS_MAX, applicationName: 'rapport-read-sets' });
    const byTable = models.flatMap((model) => model.tables.map(({ table }) => [table, model] as const));
    return new ReadDatabase(await source.initialize(), pages, sets, new Map(byTable));
  }

  /** One short transaction under one scope: a branch id, or `*` for all. */
  async inScope<T>(scope: string, read: (manager: EntityManager) => Promise<T>): Promise<T> {
    // by hand: the way there is one round trip, where TypeORM's own takes three, and a page is a few of them
    const runner = this.source.createQueryRunner();
    const end = async (statement: string): Promise<void> => {
      await runner.query(statement).catch(() => undefined); // a connection that broke takes its transaction along
      await runner.release();
    };
    try {
      await runner.query(begin(scope));
      const answer = await read(runner.manager);
      void end('COMMIT'); // nothing was written, so nobody waits for it
      return answer;
    } catch (error) {
      await end('ROLLBACK');
      throw error;
    }
  }

  /** Plain SQL under one scope, each statement a transaction of its own: for readers of many pages, who hold no snapshot. */
  sql(scope: string): Sql {
    return {
      query: (text, values) =>
        transaction(this.sets, async (sql) => {
          await sql.query("SELECT set_config('app.branch', $1, true)", [scope]);
          return sql.query(text, values);
        }),
    };
  }

  /** `inScope`, with how fresh the read model of a table is: told first, so that the rows are at least that fresh. */
  async asOf<T extends object>(
    scope: string,
    table: AnyTable,
    read: (manager: EntityManager) => Promise<T | undefined>,
  ): Promise<(T & AsOf) | undefined> {
    return this.inScope(scope, async (manager) => {
      const fresh = await freshness(manager, this.modelOf(table));
      const answer = await read(manager);
      return answer && { ...answer, ...fresh };
    });
  }

  /** How fresh a read model is. */
  freshness(scope: string, { name, version }: ProjectionId): Promise<AsOf> {
    return this.inScope(scope, (manager) => freshness(manager, [name, version]));
  }

  /** `asOf` for the rows of one statement that people wait for often: one round trip, and planned once. */
  async rowsAsOf<Row extends object>(
    scope: string,
    table: RowTable<Row>,
    statement: PreparedStatement,
    values: unknown[],
  ): Promise<{ rows: Row[] } & AsOf> {
    const fresh = { name: 'freshness', text: FRESHNESS, values: this.modelOf(table) };
    const [freshness, rows] = (await this.pages.read(scope, [fresh, { ...statement, values }])) as [[FreshRow], Row[]];
    return { rows, ...asOf(freshness[0]) };
  }

  async close(): Promise<void> {
    await Promise.all([this.source.destroy(), this.pages.end(), this.sets.end()]);
  }

  /** An older version may have been left behind. */
  private modelOf({ table }: AnyTable): [name: string, version: number] {
    const model = this.models.get(table);
    if (!model) throw new Error(`no read model has a table ${table}`);
    return [model.name, model.version];
  }
}

const begin = (scope: string): string =>
  `BEGIN ISOLATION LEVEL READ COMMITTED; SELECT set_config('app.branch', ${pg.escapeLiteral(scope)}, true)`;

interface FreshRow {
  position: string | number;
  at: Date | Instant;
}
const FRESHNESS = `
  SELECT c.position, CASE WHEN c.position >= head.last_position THEN clock_timestamp()
         ELSE coalesce((SELECT recorded_at FROM log.events WHERE position = c.position), to_timestamp(0)) END AS at
  FROM (SELECT coalesce(min(position), 0) AS position FROM read.checkpoints WHERE projection = $1 AND version = $2) c,
       (SELECT last_position FROM log.seals ORDER BY last_position DESC LIMIT 1) head`;

const asOf = ({ position, at }: FreshRow): AsOf => ({ asOfPosition: safeInteger.from(position), asOf: new Date(at).toISOString() });

/** Position of the projection, and the time up to which it knows everything: now, where it has reached the log's end. */
async function freshness(manager: EntityManager, model: [name: string, version: number]): Promise<AsOf> {
  const [row] = await manager.query<[FreshRow]>(FRESHNESS, model);
  return asOf(row);
}
