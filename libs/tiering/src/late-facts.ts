import type { Database } from '#database';
import type { LocalDate, Uuid } from '#event-sourcing';
import {
  correctingEvents,
  type DayAnswer,
  type DayToEvaluate,
  dateOfAnswer,
  evaluateDays,
  eventsOf,
  type KnownCommitment,
  type RecordedTierEvent,
  standingAfter,
  standingBefore,
  type TierEvent,
  type TierRules,
} from '#tiers';
import { type ClientFacts, clientFacts } from './client-facts.js';
import { dayToEvaluate, firstAccountOn, type FirmFacts } from './day-inputs.js';
import { readFirmFacts } from './firm-facts.js';
import type { PublishedRules } from './published-rules.js';
import type { TierWriter } from './tier-writer.js';

export interface LateFactsParts {
  pool: Database;
  writer: TierWriter;
  now: () => string;
  rules: PublishedRules;
}

/** An evaluation date and the rules that it was made by. */
export interface EvaluationDate {
  on: LocalDate;
  rules: TierRules;
}

const ATTEMPTS_MAX = 4;
const CAUSE = 'late-facts';

/** Re-makes a client's evaluations with what is known now, and says what comes out otherwise. */
export class LateFacts {
  /** Of the dates and the position asked for last: the same for all clients of a pass. */
  private firm: { mark: string; facts: Map<string, FirmFacts> } | undefined;

  constructor(private readonly parts: LateFactsParts) {}

  /** Re-makes all evaluations of one client. Answers that of `of`, by default the last date; undefined where none could be made. */
  async takeOne(clientId: Uuid, dates: readonly EvaluationDate[], knownTo: number, of = dates.at(-1)!.on): Promise<DayAnswer | undefined> {
    const facts = (await clientFacts(this.parts.pool, [clientId], knownTo)).get(clientId)!;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const branchId = await this.branchOf(clientId);
      if (branchId === undefined) return undefined; // closed
      const past = await this.parts.writer.past(clientId);
      const { events, answers } = await this.decide(clientId, past, facts, dates, knownTo);
      const asked = answers.find((answer) => dateOfAnswer(answer) === of);
      if (events.length === 0) return asked;
      const purpose = `tier-late|${dates.at(-1)!.on}|${knownTo}`;
      const outcome = await this.parts.writer.append(clientId, branchId, past.length, purpose, events);
      if (outcome.kind === 'accepted' || outcome.kind === 'repeat') return asked;
    }
    throw new Error('the client’s tier kept moving');
  }

  private async decide(
    clientId: Uuid,
    past: readonly RecordedTierEvent[],
    facts: ClientFacts,
    dates: readonly EvaluationDate[],
    knownTo: number,
  ): Promise<{ events: TierEvent[]; answers: DayAnswer[] }> {
    const nothing = { events: [], answers: [] };
    const firstOn = firstAccountOn(facts);
    const initialFrom = past.findLast(({ event }) => event.type === 'TierInitialised')?.event;
    const from = initialFrom?.type === 'TierInitialised' ? initialFrom.data.effectiveFrom : firstOn;
    if (firstOn === undefined || from === undefined) return nothing;
    const wanted = dates.filter(({ on }) => on >= firstOn && on >= from);
    const [earliest] = wanted;
    if (!earliest) return nothing;
    const lowest = earliest.rules.tiers[0]!.tier;
    let standing = standingBefore(past, earliest.on) ?? { tier: lowest, strikes: 0, promotedFrom: null };
    const answers: DayAnswer[] = [];
    for (const { on, rules } of wanted) {
      const firm = await this.firmFacts(rules, dates, knownTo);
      // that all sources have ended takes no evaluation back that was made while they told
      const told = (): DayToEvaluate | undefined => dayToEvaluate(rules, facts, { ...firm, ended: new Map() }, on);
      const day = dayToEvaluate(rules, facts, firm, on) ?? (wasEvaluated(past, on) ? told() : undefined);
      if (!day) continue;
      const [answer] = evaluateDays(standing, [day], knownTo, firm.tradingDays);
      if (answer!.kind === 'evaluated') standing = standingAfter(answer!.evaluation);
      answers.push(answer!);
    }
    if (answers.length === 0) return nothing;
    if (past.length === 0) {
      const initial: TierEvent = { type: 'TierInitialised', data: { tier: lowest, effectiveFrom: firstOn, basis: 'first-account' } };
      return { events: [initial, ...answers.flatMap(eventsOf)], answers };
    }
    // what was evaluated is not taken back because something is missing now: that waits until it has come
    if (answers.some((answer) => answer.kind === 'stopped' && wasEvaluated(past, dateOfAnswer(answer)))) return nothing;
    const events = correctingEvents(past, answers, await this.commitments(clientId), CAUSE, this.parts.now());
    return { events, answers };
  }

  private async firmFacts(rules: TierRules, dates: readonly EvaluationDate[], knownTo: number): Promise<FirmFacts> {
    const mark = `${knownTo} ${dates.map(({ on }) => on).join()}`;
    if (this.firm?.mark !== mark) this.firm = { mark, facts: new Map() };
    const { facts } = this.firm;
    const { pool, rules: published } = this.parts;
    const days = dates.map(({ on }) => on);
    const known = facts.get(rules.version) ?? (await readFirmFacts(pool, published, rules, days, knownTo));
    facts.set(rules.version, known);
    return known;
  }

  private async branchOf(clientId: Uuid): Promise<string | undefined> {
    const { rows } = await this.parts.pool.query<{ branchId: string; closed: boolean | null }>(
      `SELECT coalesce(f.branch_id, min(a.branch_id)) AS "branchId", f.status = 'closed' AS closed
         FROM read.accounts a LEFT JOIN read.client_files f USING (client_id) WHERE a.client_id = $1 GROUP BY f.branch_id, f.status`,
      [clientId],
    );
    return rows[0]?.closed ? undefined : rows[0]?.branchId;
  }

  private async commitments(clientId: Uuid): Promise<KnownCommitment[]> {
    const { rows } = await this.parts.pool.query<KnownCommitment>(
      `SELECT commitment_id AS "commitmentId", started_at AS "startedAt", start_date AS "startDate"
         FROM read.commitments WHERE client_id = $1 ORDER BY started_at, commitment_id`,
      [clientId],
    );
    return rows;
  }
}

const wasEvaluated = (past: readonly RecordedTierEvent[], on: LocalDate): boolean =>
  past.some(({ event }) => event.type === 'TierEvaluated' && event.data.on === on);
