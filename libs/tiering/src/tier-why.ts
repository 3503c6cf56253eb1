import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Sql } from '#database';
import type { Instant, LocalDate, Uuid } from '#event-sourcing';
import { ReadDatabase, type TierHistoryView, TierHistoryHandler, TierHistoryQuery } from '#read-models';
import {
  assetWindow,
  type Distances,
  distancesOf,
  type StopReason,
  type ThresholdSeen,
  thresholdsSeen,
  type TierEvaluation,
  type TierRules,
  weighedValues,
} from '#tiers';
import { clientFacts, type SourcedAssets, type SourcedCommission } from './client-facts.js';

export interface WeighedAssets extends SourcedAssets {
  /** Days of the window on which it was the account's last known value; null where the rules count trading days. */
  days: number | null;
}

/** What the tier on a date rests on. */
export interface TierWhyView extends Omit<TierHistoryView, 'history'> {
  /** The evaluation that gave the rule tier; null where it is the first tier, which nobody evaluated. */
  evaluation: TierEvaluation | null;
  recordedAt: Instant | null;
  /** Each step of the rules against what the evaluation saw. */
  thresholds: ThresholdSeen[];
  distances: Distances | null;
  /** Values that weigh in the mean, with the source's own records; the first thousand. */
  assets: WeighedAssets[];
  assetCount: number;
  commissions: SourcedCommission[];
  commissionCount: number;
  /** Evaluation dates after it that could not be made, and why. */
  stopped: { on: LocalDate; reasons: readonly StopReason[] }[];
}

const FACTS_MAX = 1_000;

/** Why a client has their tier on a date, as known at an instant. Undefined where the caller does not see the client. */
export class TierWhyQuery extends Query<TierWhyView | undefined> {
  constructor(
    readonly clientId: Uuid,
    readonly scope: string,
    readonly validDate: LocalDate,
    readonly knownAt: Instant,
  ) {
    super();
  }
}

@QueryHandler(TierWhyQuery)
export class TierWhyHandler implements IQueryHandler<TierWhyQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly history: TierHistoryHandler,
  ) {}

  async execute({ clientId, scope, validDate, knownAt }: TierWhyQuery): Promise<TierWhyView | undefined> {
    const found = await this.history.execute(new TierHistoryQuery(clientId, scope, validDate, knownAt));
    if (!found) return undefined;
    const { history: _history, ...known } = found;
    const sql = this.database.sql(scope);
    const said = await evaluationsBefore(sql, clientId, validDate, knownAt);
    const last = said.findLast(({ stopped }) => !stopped);
    const stopped = said
      .filter((one) => one.stopped && one.on > (last?.on ?? ''))
      .map(({ on, details }) => ({ on, reasons: reasonsIn(details) }));
    const nothing = { evaluation: null, recordedAt: null, thresholds: [], distances: null, assets: [], assetCount: 0 };
    if (!last) return { ...known, ...nothing, commissions: [], commissionCount: 0, stopped };
    const evaluation = JSON.parse(last.details) as TierEvaluation;
    const rules = await rulesNamed(sql, evaluation.ruleVersion);
    const { assets, commissions } = await inputsOf(sql, clientId, evaluation, rules);
    return {
      ...known,
      evaluation,
      recordedAt: last.recordedAt,
      stopped,
      thresholds: rules ? thresholdsSeen(rules, evaluation.inputs) : [],
      distances: rules ? distancesOf(rules, evaluation.tier, evaluation.inputs) : null,
      assets: assets.slice(0, FACTS_MAX),
      assetCount: assets.length,
      commissions: commissions.slice(0, FACTS_MAX),
      commissionCount: commissions.length,
    };
  }
}

interface Said {
  on: LocalDate;
  stopped: boolean;
  details: string;
  recordedAt: Instant;
}

/** Of each evaluation date before a date, what was said of it last as known at an instant. */
async function evaluationsBefore(sql: Sql, clientId: Uuid, before: LocalDate, knownAt: Instant): Promise<Said[]> {
  const { rows } = await sql.query<Said>(
    `SELECT DISTINCT ON (on_date) on_date AS "on", stopped, details, recorded_at AS "recordedAt" FROM read.tier_evaluations
      WHERE client_id = $1 AND on_date < $2 AND recorded_at <= $3 ORDER BY on_date, position DESC`,
    [clientId, before, knownAt],
  );
  return rows;
}

const reasonsIn = (details: string): StopReason[] => (JSON.parse(details) as { reasons: StopReason[] }).reasons;

async function rulesNamed(sql: Sql, version: string): Promise<TierRules | undefined> {
  const { rows } = await sql.query<{ document: string }>('SELECT document FROM read.tier_rules WHERE version = $1', [version]);
  return rows[0] && (JSON.parse(rows[0].document) as TierRules);
}

/** The facts that took part, as they were known when it was evaluated. */
async function inputsOf(
  sql: Sql,
  clientId: Uuid,
  { on, inputs, knownTo }: TierEvaluation,
  rules: TierRules | undefined,
): Promise<{ assets: WeighedAssets[]; commissions: SourcedCommission[] }> {
  const facts = (await clientFacts(sql, [clientId], knownTo)).get(clientId)!;
  const commissions = facts.commissions.filter((fact) => inputs.commissionFrom <= fact.on && fact.on <= on);
  if (rules?.dayBasis === 'calendar') {
    const weighed = weighedValues(facts.assets, assetWindow(rules, on)) as (SourcedAssets & { days: number })[];
    return { assets: weighed, commissions };
  }
  const until = facts.assets.filter((value) => value.on <= on);
  const carried = until.filter((value) =>
    until.every((other) => other.accountId !== value.accountId || other.on <= value.on || other.on > inputs.windowFrom),
  );
  return { assets: carried.map((value) => ({ ...value, days: null })), commissions };
}
