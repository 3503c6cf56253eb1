import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Instant, LocalDate, StaffId, Uuid } from '#event-sourcing';
import { type AsOf, type Page, pageOf, type PageRequest, ReadDatabase, signsOfClients, tierStandings, type ValueSigns } from '#read-models';
import { type Distances, distancesOf, type TierEvaluation, type TierName, type TierRules, tierInForce, type TierAssertion } from '#tiers';

/** One client of a manager's book, by what there is to do. */
export interface BookEntry extends ValueSigns {
  clientId: Uuid;
  clientNo: string;
  status: string;
  primary: boolean;
  /** In force today; null where the client has none yet. */
  tier: TierName | null;
  ruleTier: TierName | null;
  /** An override that holds today, and the first day without it. */
  override: { overrideId: Uuid; validTo: LocalDate | null } | null;
  evaluatedOn: LocalDate | null;
  strikes: number | null;
  adaMinor: number | null;
  currency: string | null;
  /** In money, by the latest evaluation. */
  distances: Distances | null;
  /** The latest evaluation date that could not be made; null where the latest was. */
  stoppedOn: LocalDate | null;
  /** First day on which the client's risk profile holds no more; null where there is none. */
  riskProfileValidUntil: LocalDate | null;
  openComplaints: number;
  followUpsDue: number;
  /** Instant of the earliest follow-up that is not done. */
  nextFollowUpAt: Instant | null;
}

/** Clients who are assigned to a member of staff on a date. */
export class BookQuery extends Query<(Page<BookEntry> & AsOf) | undefined> {
  constructor(
    readonly scope: string,
    readonly staffId: StaffId,
    readonly today: LocalDate,
    /** IANA zone of the firm. */
    readonly zone: string,
    /** Follow-ups due up to here count. */
    readonly dueBy: Instant,
    readonly page: PageRequest,
  ) {
    super();
  }
}

interface Row {
  clientId: Uuid;
  clientNo: string;
  status: string;
  primary: boolean;
  ruleTier: TierName | null;
  evaluatedOn: LocalDate | null;
  strikes: number | null;
  stoppedOn: LocalDate | null;
  details: string | null;
  ruleVersion: string | null;
  validUntil: LocalDate | null;
  openComplaints: number;
  followUpsDue: number;
  nextFollowUpAt: Instant | null;
}

const BOOK = `
  SELECT r.client_id AS "clientId", f.client_no AS "clientNo", f.status, r.is_primary AS primary, s.tier AS "ruleTier",
         s.evaluated_on AS "evaluatedOn", s.strikes, s.stopped_on AS "stoppedOn", e.details, e.rule_version AS "ruleVersion",
         p.valid_until AS "validUntil",
         (SELECT count(*)::int FROM read.complaints c WHERE c.client_id = r.client_id AND c.status <> 'closed') AS "openComplaints",
         (SELECT count(*)::int FROM read.follow_ups u WHERE u.client_id = r.client_id AND u.status = 'scheduled' AND u.due_at <= $3) AS "followUpsDue",
         (SELECT min(u.due_at) FROM read.follow_ups u WHERE u.client_id = r.client_id AND u.status = 'scheduled') AS "nextFollowUpAt"
    FROM (SELECT client_id, bool_or(is_primary) AS is_primary FROM read.relationships
           WHERE staff_id = $1 AND from_date <= $2 AND (to_date IS NULL OR to_date > $2) AND client_id > $4
           GROUP BY client_id ORDER BY client_id LIMIT $5) r
    JOIN read.client_files f USING (client_id)
    LEFT JOIN read.tier_standings s USING (client_id)
    LEFT JOIN read.tier_evaluations e ON e.client_id = r.client_id AND e.on_date = s.evaluated_on AND e.replaced_at IS NULL
    LEFT JOIN read.risk_profiles p ON p.client_id = r.client_id
   ORDER BY r.client_id`;

const NIL: Uuid = '00000000-0000-0000-0000-000000000000';

@QueryHandler(BookQuery)
export class BookHandler implements IQueryHandler<BookQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ scope, staffId, today, zone, dueBy, page }: BookQuery): Promise<(Page<BookEntry> & AsOf) | undefined> {
    const fresh = await this.database.freshness(scope, tierStandings);
    const sql = this.database.sql(scope);
    const { rows } = await sql.query<Row>(BOOK, [staffId, today, dueBy, page.after?.[0] ?? NIL, page.limit + 1]);
    const { rows: versions } = await sql.query<{ version: string; document: string }>(
      'SELECT version, document FROM read.tier_rules WHERE version = ANY ($1::text[])',
      [rows.flatMap(({ ruleVersion }) => ruleVersion ?? [])],
    );
    const rules = new Map(versions.map(({ version, document }) => [version, JSON.parse(document) as TierRules]));
    const { rows: stated } = await sql.query<TierAssertion & { clientId: Uuid }>(
      `SELECT client_id AS "clientId", kind, tier, mode, override_id AS "overrideId", valid_from AS "validFrom", valid_to AS "validTo",
              recorded_at AS "recordedAt"
         FROM read.tier_assertions WHERE client_id = ANY ($1::uuid[]) ORDER BY client_id, position, ordinal`,
      [rows.map(({ clientId }) => clientId)],
    );
    const shown = rows.slice(0, page.limit).map(({ clientId }) => clientId);
    const signs = await signsOfClients(this.database, { scope, asOf: today, zone }, shown);
    const entry = (row: Row): BookEntry => {
      const assertions = stated.filter(({ clientId }) => clientId === row.clientId);
      return { ...entryOf(row, assertions, rules, today), ...(signs.get(row.clientId) ?? NO_SIGNS) };
    };
    return { ...pageOf(rows, page.limit, entry, ({ clientId }) => [clientId]), ...fresh };
  }
}

const NO_SIGNS: ValueSigns = { dormant: false, lastActivityOn: null, churnSignals: [] };
const LATEST: Instant = '9999-12-31T23:59:59.999Z';

function entryOf(
  { details, ruleVersion, validUntil, ...row }: Row,
  assertions: readonly TierAssertion[],
  rules: ReadonlyMap<string, TierRules>,
  today: LocalDate,
): Omit<BookEntry, keyof ValueSigns> {
  const inForce = tierInForce(assertions, today, LATEST);
  const held = inForce?.override;
  const until = assertions.find(({ kind, overrideId }) => kind === 'override' && overrideId === held?.overrideId)?.validTo ?? null;
  const made = rules.get(ruleVersion ?? '');
  const inputs = details === null ? undefined : (JSON.parse(details) as TierEvaluation).inputs;
  return {
    ...row,
    tier: inForce?.tier ?? null,
    ruleTier: inForce?.ruleTier ?? null,
    riskProfileValidUntil: validUntil,
    override: held ? { overrideId: held.overrideId, validTo: until } : null,
    adaMinor: inputs?.adaMinor ?? null,
    currency: inputs?.currency ?? null,
    distances: inputs && row.ruleTier && made ? distancesOf(made, row.ruleTier, inputs) : null,
  };
}
