import type { Database } from '#database';
import { lead } from '#event-feed';
import type { LocalDate } from '#event-sourcing';
import { createLogger } from '#telemetry';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackOffice } from './back-office.js';
import { HOLDS } from './owners.js';

export interface BridgeWorkerOptions {
  pollMs?: number;
  /** How often days are reconciled and what is forgotten is forgotten. */
  reconcileEveryMs?: number;
}

const POLL_MS = 1_000;
const RECONCILE_EVERY_MS = 60_000;
const LANES = 500;
const DAYS = 100;
const log = createLogger('bridge');
/** What one worker holds at a time; the name is that of its lock since before it was called so. */
export const BRIDGE_LEASE = 'bridge desk';

/**
 * What nobody asks for: facts whose account has an owner by now are applied, days whose totals agree by now are completed,
 * and days are reconciled. One leader; all it does has the same effect done twice.
 */
export class BridgeWorker {
  private readonly database: Database;

  /** `leaders`: holds the session that leads for as long as it does. */
  constructor(
    private readonly leaders: Database,
    private readonly office: BackOffice,
    private readonly options: BridgeWorkerOptions = {},
  ) {
    this.database = office.options.database;
  }

  run(signal: AbortSignal): Promise<void> {
    return lead(this.leaders, BRIDGE_LEASE, signal, (term) => this.serve(term));
  }

  private async serve(signal: AbortSignal): Promise<void> {
    const { pollMs = POLL_MS, reconcileEveryMs = RECONCILE_EVERY_MS } = this.options;
    let reconciledAt = -Infinity;
    while (!signal.aborted) {
      try {
        const more = await this.look();
        if (performance.now() - reconciledAt >= reconcileEveryMs) {
          reconciledAt = performance.now();
          await this.office.deliveries.purge();
          if (await this.reconcile(signal)) reconciledAt = -Infinity;
        }
        if (more) continue;
      } catch (error) {
        log.warn({ error: String(error) }, 'trying again');
      }
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Applies what can be applied by now. Answers whether there may be more. */
  async look(): Promise<boolean> {
    const { inbox } = this.office;
    await inbox.conflicts.note();
    await this.office.claims.confirm();
    const lanes = await this.freeLanes();
    await inbox.applier.apply(lanes.filter((lane) => !lane.startsWith('source|')));
    await inbox.applier.apply(lanes.filter((lane) => lane.startsWith('source|')));
    const { rows } = await this.database.query<{ source: string }>(
      `SELECT DISTINCT source FROM bridge.days WHERE status = 'open' AND stated IS NOT NULL`,
    );
    await inbox.settleDays(rows.map(({ source }) => source));
    return lanes.length === LANES;
  }

  /** Lanes with something waiting that has somewhere to go; each lane is looked up once, however much waits in it. */
  private async freeLanes(): Promise<string[]> {
    const { rows } = await this.database.query<{ lane: string }>(
      `WITH RECURSIVE l AS (
         (SELECT lane FROM bridge.messages WHERE status = 'waiting' ORDER BY lane LIMIT 1)
         UNION ALL
         SELECT (SELECT m.lane FROM bridge.messages m WHERE m.status = 'waiting' AND m.lane > l.lane ORDER BY m.lane LIMIT 1) FROM l WHERE l.lane IS NOT NULL)
       SELECT lane FROM l WHERE lane IS NOT NULL AND (lane LIKE 'source|%'
         OR EXISTS (SELECT FROM read.account_links a WHERE 'account|' || a.account_id = lane AND a.account_id = substr(lane, 9)
                       AND ${HOLDS('a')})
         OR EXISTS (SELECT FROM log.reservations r WHERE r.kind = 'clientNo' AND lane LIKE 'client|%' AND r.key = substr(lane, 8)))
       LIMIT ${LANES}`,
    );
    return rows.map(({ lane }) => lane);
  }

  /** Days that have passed and have changed since they were last compared, or had breaks an hour ago. Answers whether there may be more. */
  private async reconcile(signal: AbortSignal): Promise<boolean> {
    const { rows } = await this.database.query<{ source: string; on: LocalDate }>(
      `SELECT d.source, d.on_date AS "on" FROM bridge.days d LEFT JOIN bridge.reconciliations r ON r.source = d.source AND r.on_date = d.on_date
        WHERE d.on_date < $1 AND (r.run_at IS NULL OR r.run_at < d.changed_at OR (r.open_breaks > 0 AND r.run_at < now() - interval '1 hour'))
        ORDER BY d.on_date LIMIT ${DAYS}`,
      [this.office.inbox.today()],
    );
    let behind = 0;
    for (const { source, on } of rows) {
      if (signal.aborted) return false;
      if ((await this.office.reconciler.run(source, on)).behind) behind++;
    }
    return rows.length === DAYS && behind < DAYS;
  }
}
