import type { Sql } from '#database';
import { type LocalDate, monthEnds, type Uuid } from '#event-sourcing';
import { countedForSomething } from '#read-models';
import {
  type DayAnswer,
  evaluateDays,
  ladder,
  type Standing,
  standingAfter,
  tierInputsOrReasons,
  type TierEvaluation,
  type TierName,
  type TierRules,
} from '#tiers';
import { type ClientFacts, clientFacts } from './client-facts.js';
import { dayToEvaluate, firstAccountOn, type FirmFacts } from './day-inputs.js';
import { readFirmFacts } from './firm-facts.js';
import { type PromiseCost, type PromisedInPeriod, PromiseCosts } from './promise-costs.js';
import type { PublishedRules } from './published-rules.js';

export interface TierWhatIfRequest {
  /** The draft. */
  rules: TierRules;
  /** Month ends within `[from, to]` are evaluated. */
  from: LocalDate;
  to: LocalDate;
  /** The one branch whose clients count; all otherwise. */
  branchId?: string;
}

export interface TierWhatIfParts {
  db: Sql;
  published: PublishedRules;
  promised: PromisedInPeriod;
  /** Facts up to this log position. */
  knownTo: number;
  progress?: (clients: number) => void;
  signal?: AbortSignal;
}

/** A client who would have another tier after the last month end. */
export interface TierMove {
  clientId: Uuid;
  branchId: string;
  was: TierName | null;
  is: TierName | null;
  /** The first month end after which the two differ. */
  since: LocalDate;
  /** Mean assets at the last month end, by the draft; null where it could not be evaluated. */
  adaMinor: number | null;
}

export interface TierWhatIf {
  rules: string;
  from: LocalDate;
  to: LocalDate;
  knownTo: number;
  monthEnds: LocalDate[];
  /** Clients that were looked at: those with an account on or before the last month end, who are not closed since. */
  clients: number;
  /** Of them, how many the draft could not judge once; they are in no count below. */
  notJudged: number;
  /** Clients by their tier as it was and as it would be after the last month end; null: none. */
  counts: { was: TierName | null; is: TierName | null; clients: number }[];
  /** Evaluations of the draft that could not be made. */
  stopped: number;
  moveCount: number;
  /** The first thousand of them. */
  moves: TierMove[];
  cost: PromiseCost[];
}

/** There is no month end in the period. */
export class NoMonthEnd extends Error {}

const PAGE_CLIENTS = 500;
const MOVES_MAX = 1_000;
const NIL: Uuid = '00000000-0000-0000-0000-000000000000';

interface Candidate {
  clientId: Uuid;
  branchId: string;
}

/** What was said of a client: evaluations in force, ascending, and the first tier. */
interface Actual {
  evaluations: TierEvaluation[];
  initial: { tier: TierName; from: LocalDate } | undefined;
}

/**
 * Draft rules over the facts of a past period, from where each client stood before it: who would have had which tier, and
 * what they would have been promised. Tiers by the rules, beneath any override. Writes nothing. Throws NoMonthEnd, and
 * CalendarNotPublished.
 */
export async function tierWhatIf(parts: TierWhatIfParts, { rules, from, to, branchId }: TierWhatIfRequest): Promise<TierWhatIf> {
  const dates = monthEnds(from, to);
  const last = dates.at(-1);
  if (last === undefined) throw new NoMonthEnd(`no month ends between ${from} and ${to}`);
  const { db, published, knownTo, signal } = parts;
  const firm = await readFirmFacts(db, published, rules, dates, knownTo);
  const result: TierWhatIf = {
    rules: rules.version,
    from,
    to,
    knownTo,
    monthEnds: dates,
    clients: 0,
    notJudged: 0,
    counts: [],
    stopped: 0,
    moveCount: 0,
    moves: [],
    cost: [],
  };
  const counts = new Map<string, TierWhatIf['counts'][number]>();
  const costs = new PromiseCosts(parts.promised);
  for (let after = NIL; ;) {
    signal?.throwIfAborted();
    const page = await candidates(db, last, knownTo, branchId, after);
    const ids = page.map(({ clientId }) => clientId);
    const [facts, actual] = [await clientFacts(db, ids, knownTo), await actualTiers(db, ids)];
    const moved: { clientId: Uuid; tierOn: (date: LocalDate) => { was: TierName | null; is: TierName | null } }[] = [];
    for (const client of page) {
      const answer = compare(rules, facts.get(client.clientId)!, actual.get(client.clientId)!, firm, dates, knownTo);
      result.stopped += answer.stopped;
      if (!answer.judged) {
        result.notJudged++;
        continue;
      }
      const { was, is } = answer.tierOn(AFTER_ALL);
      const cell = counts.get(`${was}>${is}`) ?? { was, is, clients: 0 };
      counts.set(`${was}>${is}`, { ...cell, clients: cell.clients + 1 });
      if (answer.since !== undefined) moved.push({ clientId: client.clientId, tierOn: answer.tierOn });
      if (was === is) continue;
      result.moveCount++;
      if (result.moves.length < MOVES_MAX) result.moves.push({ ...client, was, is, since: answer.since!, adaMinor: answer.adaMinor });
    }
    await costs.add(db, moved, from);
    result.clients += page.length;
    parts.progress?.(result.clients);
    if (page.length < PAGE_CLIENTS) break;
    after = ids.at(-1)!;
  }
  const rank = (tier: TierName | null): number => (tier === null ? -1 : ladder.indexOf(tier));
  result.counts = [...counts.values()].sort((a, b) => rank(a.was) - rank(b.was) || rank(a.is) - rank(b.is));
  result.cost = costs.result();
  return result;
}

const AFTER_ALL: LocalDate = '9999-12-31';

function compare(rules: TierRules, facts: ClientFacts, actual: Actual, firm: FirmFacts, dates: readonly LocalDate[], knownTo: number) {
  const firstOn = firstAccountOn(facts) ?? AFTER_ALL;
  const before = actual.evaluations.findLast(({ on }) => on < dates[0]!);
  const initialFrom = actual.initial?.from ?? firstOn;
  const lowest = rules.tiers[0]!.tier;
  let standing: Standing = before ? standingAfter(before) : { tier: actual.initial?.tier ?? lowest, strikes: 0, promotedFrom: null };
  const begins = standing.tier;
  const answers: DayAnswer[] = [];
  for (const on of dates) {
    if (on < firstOn || on < initialFrom) continue;
    // what was evaluated is judged again, though something is found missing, or a source has ended, since
    const wasEvaluated = actual.evaluations.some((evaluation) => evaluation.on === on);
    const day = wasEvaluated
      ? { on, rules, inputs: tierInputsOrReasons(rules, facts, firm.rates, on, firm.tradingDays) }
      : dayToEvaluate(rules, facts, firm, on);
    if (!day) continue;
    const [answer] = evaluateDays(standing, [day], knownTo, firm.tradingDays);
    if (answer!.kind === 'evaluated') standing = standingAfter(answer!.evaluation);
    answers.push(answer!);
  }
  const made = answers.flatMap((answer) => (answer.kind === 'evaluated' ? [answer.evaluation] : []));
  const within = actual.evaluations.filter(({ on }) => on <= dates.at(-1)!);
  const tierOf = (evaluations: readonly TierEvaluation[], first: TierName | null, date: LocalDate): TierName | null =>
    evaluations.findLast(({ on }) => on < date)?.tier ?? first; // a change takes effect on the next day
  const tierOn = (date: LocalDate) => ({
    was: tierOf(within, actual.initial?.tier ?? null, date),
    is: tierOf(made, before || actual.initial || made.length > 0 ? begins : null, date),
  });
  const since = dates.find((on, i) => {
    const { was, is } = tierOn(dates[i + 1] ?? AFTER_ALL);
    return was !== is && on >= firstOn;
  });
  return {
    tierOn,
    since,
    /** Whom the draft could not judge once is no move: nothing is known of them. */
    judged: made.length > 0 || answers.length === 0,
    stopped: answers.length - made.length,
    adaMinor: made.find(({ on }) => on === dates.at(-1))?.inputs.adaMinor ?? null,
  };
}

async function candidates(db: Sql, last: LocalDate, knownTo: number, branchId: string | undefined, after: Uuid): Promise<Candidate[]> {
  const { rows } = await db.query<Candidate>(
    `SELECT a.client_id AS "clientId", coalesce(f.branch_id, min(a.branch_id)) AS "branchId"
       FROM read.accounts a LEFT JOIN read.client_files f USING (client_id)
      WHERE a.client_id > $1 AND a.position <= $2 AND ${countedForSomething('a', '$2')} AND f.status IS DISTINCT FROM 'closed' AND ($3::text IS NULL OR coalesce(f.branch_id, a.branch_id) = $3)
      GROUP BY a.client_id, f.branch_id HAVING min(a.first_on) <= $4 ORDER BY a.client_id LIMIT $5`,
    [after, knownTo, branchId ?? null, last, PAGE_CLIENTS],
  );
  return rows;
}

async function actualTiers(db: Sql, clientIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, Actual>> {
  const actual = new Map<Uuid, Actual>(clientIds.map((id) => [id, { evaluations: [], initial: undefined }]));
  const { rows } = await db.query<{ clientId: Uuid; details: string }>(
    `SELECT client_id AS "clientId", details FROM read.tier_evaluations
      WHERE client_id = ANY ($1::uuid[]) AND replaced_at IS NULL AND NOT stopped ORDER BY client_id, on_date`,
    [clientIds],
  );
  for (const { clientId, details } of rows) actual.get(clientId)!.evaluations.push(JSON.parse(details) as TierEvaluation);
  const { rows: first } = await db.query<{ clientId: Uuid; tier: TierName; from: LocalDate }>(
    `SELECT DISTINCT ON (client_id) client_id AS "clientId", tier, valid_from AS "from" FROM read.tier_assertions
      WHERE client_id = ANY ($1::uuid[]) AND kind = 'rule' ORDER BY client_id, position, ordinal`,
    [clientIds],
  );
  for (const { clientId, tier, from } of first) actual.get(clientId)!.initial = { tier, from };
  return actual;
}
