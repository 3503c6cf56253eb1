import { setTimeout as sleep } from 'node:timers/promises';
import { fold, type LocalDate, type Uuid } from '#event-sourcing';
import type { Database } from '#database';
import { lead } from '#event-feed';
import { createLogger } from '#telemetry';
import { overridesToExpire, tier } from '#tiers';
import type { Evaluator } from './evaluator.js';
import type { LatePass } from './late-pass.js';
import type { PublishedRules } from './published-rules.js';
import { dueMonthEnds } from './month-end-schedule.js';
import { runs } from './runs.js';
import type { TierWriter } from './tier-writer.js';

export interface TierKeeperParts {
  pool: Database;
  rules: PublishedRules;
  evaluator: Evaluator;
  latePass: LatePass;
  writer: TierWriter;
  readModelsReady: () => Promise<number>;
  /** The firm's local date and time now, `YYYY-MM-DD` and `HH:mm`. */
  localNow: () => { date: LocalDate; time: string };
  /** Month ends are evaluated from this time of the next day on, when the files of the night have come. */
  evaluateAt?: string;
  /** What else is done once a month end is evaluated. */
  afterMonthEnd?: (on: LocalDate) => Promise<void>;
  pollMs?: number;
}

const POLL_MS = 2_000;
const RETRY_MS = 5_000;
const EXPIRED_MAX = 1_000;
const log = createLogger('tiers');

/**
 * Evaluates month ends when they are over, re-makes what late facts change, and says when an override has expired. One
 * leader and standbys; whatever two of them do at once has one effect.
 */
export class TierKeeper {
  private followed: LocalDate | undefined;

  constructor(private readonly parts: TierKeeperParts) {}

  /** Runs until `signal` aborts. */
  run(signal: AbortSignal): Promise<void> {
    return lead(this.parts.pool, 'tier-keeper', signal, async (term) => {
      while (!term.aborted) {
        const pauseMs = await this.turn(term).then(
          () => this.parts.pollMs ?? POLL_MS,
          (error: unknown) => {
            if (!term.aborted) log.warn({ error: String(error) }, 'tiers are kept on from what was saved');
            return RETRY_MS;
          },
        );
        await sleep(pauseMs, undefined, { signal: term }).catch(() => undefined);
      }
    });
  }

  /** One look at what is due. */
  async turn(signal: AbortSignal): Promise<void> {
    if ((await this.parts.rules.firstOn()) === undefined) return this.expireOverrides();
    // first: a month end is not judged from what is known to be wrong; what comes meanwhile is for the next look
    await this.parts.latePass.run(await this.parts.readModelsReady(), signal);
    for (const on of await this.due()) {
      const run = await this.parts.evaluator.run(on, signal);
      log.info({ on, clients: run.clients, stopped: run.stopped }, 'a month end was evaluated');
    }
    await this.afterMonthEnd();
    await this.expireOverrides();
  }

  private async due(): Promise<LocalDate[]> {
    const firstRules = await this.parts.rules.firstOn();
    if (firstRules === undefined) return [];
    return dueMonthEnds(await runs(this.parts.pool), firstRules, this.parts.localNow(), this.parts.evaluateAt);
  }

  /** What follows the latest month end has the same effect done twice: it is done until it was done, and once more by who takes over. */
  private async afterMonthEnd(): Promise<void> {
    const { pool, afterMonthEnd } = this.parts;
    const last = (await runs(pool)).filter(({ finishedAt }) => finishedAt !== null).at(-1)?.on;
    if (!afterMonthEnd || last === undefined || last === this.followed) return;
    await afterMonthEnd(last);
    this.followed = last;
  }

  private async expireOverrides(): Promise<void> {
    const { pool, writer, localNow } = this.parts;
    const { date: today } = localNow();
    const { rows } = await pool.query<{ clientId: Uuid; branchId: string }>(
      `SELECT DISTINCT client_id AS "clientId", branch_id AS "branchId" FROM read.tier_overrides
        WHERE status = 'approved' AND valid_to <= $1 ORDER BY client_id LIMIT $2`,
      [today, EXPIRED_MAX],
    );
    for (const { clientId, branchId } of rows) {
      const past = await writer.past(clientId);
      const state = fold(
        tier,
        past.map(({ event }) => event),
      );
      // the read model may be behind: the client's own stream says which are over and not said to be
      const over = overridesToExpire(
        [...state.overrides].map(([overrideId, override]) => ({ ...override, overrideId })),
        today,
      );
      const events = over.flatMap(({ overrideId }) => tier.decide({ type: 'ExpireOverride', overrideId, today }, state));
      if (events.length > 0) await writer.append(clientId, branchId, past.length, `overrides-expired|${today}`, events);
    }
  }
}
