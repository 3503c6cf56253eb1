import type { Database } from '#database';
import type { Uuid } from '#event-sourcing';
import { evaluationDates } from './rules-of-runs.js';
import type { EvaluationDate, LateFacts } from './late-facts.js';
import type { PublishedRules } from './published-rules.js';
import { runs } from './runs.js';

const PAGE_CLIENTS = 500;
const SIDE_BY_SIDE = 16;
const NIL = '00000000-0000-0000-0000-000000000000';

// Facts of days that were evaluated already, and what makes or ends a stop: a gap that was found or closed, a day that was
// completed, a source that has ended, a rate that came. A day that comes after its evaluation was waited for then, or is
// since: the client has an account there that nobody knew of. A trade that moved to another day counts on both. What an
// evaluation had known of is what it says itself: it may have been appended long after, and the day completed meanwhile.
const KNEW_NOT = (position: string): string => `(e.details::json ->> 'knownTo')::bigint < ${position}`;
/** Read models whose parked keys have facts that are not known. */
const PARKING = `'accountFacts', 'tierStandings'`;
const TOUCHED = `
  SELECT client_id FROM (
    SELECT client_id FROM read.account_assets WHERE position > $1 AND position <= $2 AND on_date <= $3
    UNION SELECT client_id FROM read.account_assets WHERE replaced_at > $1 AND replaced_at <= $2 AND on_date <= $3
    UNION SELECT client_id FROM read.account_turnover WHERE position > $1 AND position <= $2 AND on_date <= $3
    UNION SELECT client_id FROM read.account_turnover WHERE replaced_at > $1 AND replaced_at <= $2 AND on_date <= $3
    UNION SELECT client_id FROM read.accounts WHERE changed_at > $1 AND changed_at <= $2 AND first_on <= $3
    UNION SELECT client_id FROM read.account_sources WHERE position > $1 AND position <= $2 OR replaced_at > $1 AND replaced_at <= $2
    UNION SELECT client_id FROM read.account_gaps WHERE position > $1 AND position <= $2
    UNION SELECT client_id FROM read.account_gaps WHERE closed_position > $1 AND closed_position <= $2
    UNION SELECT e.client_id FROM read.source_days d JOIN tiering.runs u ON u.on_date = d.on_date AND u.known_to < d.position
            JOIN read.tier_evaluations e ON e.on_date = d.on_date AND ${KNEW_NOT('d.position')} AND e.replaced_at IS NULL
            JOIN read.accounts a ON a.client_id = e.client_id AND a.source = d.source
           WHERE d.position > $1 AND d.position <= $2
    UNION SELECT e.client_id FROM read.ended_sources s JOIN tiering.runs u ON u.on_date > s.last_day AND u.known_to < s.position
            JOIN read.tier_evaluations e ON e.on_date = u.on_date AND ${KNEW_NOT('s.position')} AND e.replaced_at IS NULL
            JOIN read.accounts a ON a.client_id = e.client_id AND a.source = s.source
           WHERE s.position > $1 AND s.position <= $2
    UNION SELECT a.client_id FROM read.exchange_rates r
            JOIN read.account_assets a ON a.currency = r.currency AND a.on_date = r.on_date AND a.replaced_at IS NULL
           WHERE r.position > $1 AND r.position <= $2
    UNION SELECT t.client_id FROM read.exchange_rates r
            JOIN read.account_turnover t ON t.currency = r.currency AND t.on_date = r.on_date AND t.replaced_at IS NULL
           WHERE r.position > $1 AND r.position <= $2
    UNION SELECT client_id FROM tiering.pending
  ) touched
   WHERE client_id > $4 AND NOT EXISTS (SELECT FROM read.parked k WHERE k.key = client_id AND k.projection IN (${PARKING}))
   ORDER BY client_id LIMIT $5`;

export interface LatePassParts {
  pool: Database;
  rules: PublishedRules;
  late: LateFacts;
}

/** Looks at what has come since the last pass for what it changes in evaluations that were made, and re-makes those alone. */
export class LatePass {
  constructor(private readonly parts: LatePassParts) {}

  /** Everything up to `to`, which the read models hold. Answers how many clients were looked at. Waits while a run is unfinished. */
  async run(to: number, signal: AbortSignal): Promise<number> {
    const { pool } = this.parts;
    const all = await runs(pool);
    if (all.some(({ finishedAt }) => finishedAt === null)) return 0;
    const { rows } = await pool.query<{ position: number }>('SELECT position FROM tiering.progress');
    const from = rows[0]?.position ?? 0;
    if (to <= from) return 0;
    const dates = await evaluationDates(this.parts.rules, all);
    const taken = dates.length === 0 ? 0 : await this.takeTouched(from, to, dates, signal);
    await pool.query(
      'INSERT INTO tiering.progress (position) VALUES ($1) ON CONFLICT (only_row) DO UPDATE SET position = excluded.position',
      [to],
    );
    return taken;
  }

  private async takeTouched(from: number, to: number, dates: readonly EvaluationDate[], signal: AbortSignal): Promise<number> {
    const { pool, late } = this.parts;
    await pool.query(
      `INSERT INTO tiering.pending SELECT DISTINCT key FROM read.parked WHERE projection IN (${PARKING}) ON CONFLICT DO NOTHING`,
    );
    let taken = 0;
    for (let after: Uuid = NIL; ;) {
      const { rows } = await pool.query<{ client_id: Uuid }>(TOUCHED, [from, to, dates.at(-1)!.on, after, PAGE_CLIENTS]);
      const clients = rows.map(({ client_id }) => client_id);
      for (let at = 0; at < clients.length; at += SIDE_BY_SIDE) {
        signal.throwIfAborted();
        const some = clients.slice(at, at + SIDE_BY_SIDE);
        await Promise.all(some.map((clientId) => late.takeOne(clientId, dates, to)));
        await pool.query('DELETE FROM tiering.pending WHERE client_id = ANY ($1::uuid[])', [some]);
      }
      taken += clients.length;
      const last = clients.at(-1);
      if (last === undefined || clients.length < PAGE_CLIENTS) return taken;
      after = last;
    }
  }
}
