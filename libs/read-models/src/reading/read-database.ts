import pg from 'pg';
import { DataSource, type EntityManager, EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import { createPool, type Role, type Sql, transaction } from '#database';
import type { Instant } from '#event-sourcing';
import { caseFactsTable } from '../cases/case-facts.js';
import { accountLinkTable, accountTable, assetsTable, movementTable, turnoverTable } from '../accounts/account-rows.js';
import { calendarTable } from '../handbook/calendars.js';
import { clientFileTable } from '../clients/client-files.js';
import { commitmentTable } from '../commitments/commitments.js';
import { complaintTable } from '../complaints/complaints.js';
import { followUpTable } from '../contacts/follow-ups.js';
import { projectionIds, type ReadModel } from '../projection-ids.js';
import { segmentCountTable, segmentTable } from '../segments/segments.js';
import { riskProfileTable } from '../clients/risk-profiles.js';
import { requestTable } from '../requests/requests.js';
import { editionTable, presetTable } from '../handbook/handbook.js';
import { acknowledgementTable, deliveryTable, staffTable } from '../handbook/handbook-readers.js';
import { tierAssertionTable, tierOverrideTable } from '../tiers/tier-history.js';
import { tierRulesTable } from '../tiers/tier-rules.js';
import { tierEvaluationTable, tierStandingTable } from '../tiers/tier-standings.js';
import { timelineTable } from '../timeline/timeline.js';
import { type NamedColumn, READ_SCHEMA, type RowTable } from '#projections';
import { PageReader, type PreparedStatement } from './page-reader.js';

/** How far the answer is known to be complete, and since when nothing newer is missing from it. */
export interface AsOf {
  asOfPosition: number;
  asOf: Instant;
}

const safeInteger = {
  to: (value: number) => value,
  from(text: string | number): number {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is no safe integer`);
    return value;
  },
};
const instantText = { to: (value: Instant) => value, from: (value: Date | null) => value?.toISOString() ?? null };

const POOL_MAX = 8;
const SETS_MAX = 2;

export const entities = {
  clientFile: entityOf(clientFileTable),
  timeline: entityOf(timelineTable),
  tierAssertion: entityOf(tierAssertionTable),
  tierOverride: entityOf(tierOverrideTable),
  complaint: entityOf(complaintTable),
  followUp: entityOf(followUpTable),
  riskProfile: entityOf(riskProfileTable),
  segment: entityOf(segmentTable),
  segmentCount: entityOf(segmentCountTable),
  request: entityOf(requestTable),
  caseFacts: entityOf(caseFactsTable),
  commitment: entityOf(commitmentTable),
  calendar: entityOf(calendarTable),
  handbookEdition: entityOf(editionTable),
  handbookPreset: entityOf(presetTable),
  handbookAcknowledgement: entityOf(acknowledgementTable),
  handbookDelivery: entityOf(deliveryTable),
  account: entityOf(accountTable),
  accountLink: entityOf(accountLinkTable),
  accountAssets: entityOf(assetsTable),
  accountTurnover: entityOf(turnoverTable),
  accountMovement: entityOf(movementTable),
  tierStanding: entityOf(tierStandingTable),
  tierEvaluation: entityOf(tierEvaluationTable),
  tierRules: entityOf(tierRulesTable),
  staffSeen: entityOf(staffTable),
};

/** Read access of one process: every read names the branch it is for, and row-level security holds it to that. */
export class ReadDatabase {
  private constructor(
    private readonly source: DataSource,
    private readonly pages: PageReader,
    private readonly sets: pg.Pool,
  ) {}

  /** Connects as `role`, which is neither owner nor superuser. Rejects where the server is away. */
  static async connect({ url, role, poolMax = POOL_MAX }: { url: string; role: Role; poolMax?: number }): Promise<ReadDatabase> {
    const source = new DataSource({
      type: 'postgres',
      url,
      entities: Object.values(entities),
      synchronize: false,
      installExtensions: false,
      poolSize: poolMax,
      applicationName: 'rapport-read',
      extra: { options: `-c role=${role} -c jit=off -c statement_timeout=10s` },
    });
    const session = { url, role, settings: { statement_timeout: '10s' } };
    const pages = new PageReader({ ...session, applicationName: 'rapport-read-pages' });
    const sets = createPool({ ...session, max: SETS_MAX, applicationName: 'rapport-read-sets' });
    return new ReadDatabase(await source.initialize(), pages, sets);
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

  /** The same, with how fresh the read model is: told first, so that the rows are at least that fresh. */
  async asOf<T extends object>(
    scope: string,
    model: ReadModel,
    read: (manager: EntityManager) => Promise<T | undefined>,
  ): Promise<(T & AsOf) | undefined> {
    return this.inScope(scope, async (manager) => {
      const fresh = await freshness(manager, model);
      const answer = await read(manager);
      return answer && { ...answer, ...fresh };
    });
  }

  /** The same for the rows of one statement that people wait for often: one round trip, and planned once. */
  async rowsAsOf<Row extends object>(
    scope: string,
    model: ReadModel,
    statement: PreparedStatement,
    values: unknown[],
  ): Promise<{ rows: Row[] } & AsOf> {
    const fresh = { name: 'freshness', text: FRESHNESS, values: projectionOf(model) };
    const [freshness, rows] = (await this.pages.read(scope, [fresh, { ...statement, values }])) as [[FreshRow], Row[]];
    return { rows, ...asOf(freshness[0]) };
  }

  async close(): Promise<void> {
    await Promise.all([this.source.destroy(), this.pages.end(), this.sets.end()]);
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

/** An older version may have been left behind. */
const projectionOf = (model: ReadModel): [string, number] => [projectionIds[model].name, projectionIds[model].version];

const asOf = ({ position, at }: FreshRow): AsOf => ({ asOfPosition: safeInteger.from(position), asOf: new Date(at).toISOString() });

/** Position of the projection, and the time up to which it knows everything: now, where it has reached the log's end. */
async function freshness(manager: EntityManager, model: ReadModel): Promise<AsOf> {
  const [row] = await manager.query<[FreshRow]>(FRESHNESS, projectionOf(model));
  return asOf(row);
}

/** A TypeORM entity of a projection's table: one definition of the columns serves writing and reading. */
function entityOf<Row extends object>(rows: RowTable<Row>): EntitySchema<Row> {
  const columns = Object.entries<NamedColumn>(rows.columns).map(([member, { name, type }]) => {
    const options: EntitySchemaColumnOptions = {
      type: type as 'text',
      name,
      primary: rows.key.includes(member as keyof Row & string),
      nullable: true,
    };
    if (type === 'bigint') options.transformer = safeInteger;
    if (type === 'timestamptz') options.transformer = instantText;
    return [member, options] as const;
  });
  return new EntitySchema<Row>({
    name: rows.table,
    schema: READ_SCHEMA,
    tableName: rows.table,
    columns: Object.fromEntries(columns) as never,
  });
}
