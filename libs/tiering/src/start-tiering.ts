import { eventRegistry, openLog, PlainCodec } from '#application';
import type { Database } from '#database';
import { type LocalDate, toLocalDate } from '#event-sourcing';
import { projectionIds } from '#read-models';
import { ReadModelPositions } from '#projections';
import { Evaluator } from './evaluator.js';
import { LateFacts } from './late-facts.js';
import { LatePass } from './late-pass.js';
import { PublishedRules } from './published-rules.js';
import { openSegmentCounter } from './segment-counter.js';
import { TierKeeper, type TierKeeperParts } from './tier-keeper.js';
import { TierWriter } from './tier-writer.js';

export interface TieringOptions extends Pick<TierKeeperParts, 'afterMonthEnd' | 'evaluateAt' | 'pollMs'> {
  url: string;
  /** IANA zone of the firm, whose dates and months count. */
  firmZone: string;
  /** This machine's clock. */
  now?: () => string;
  pageSize?: number;
  /** How long read models may take to hold the log's end. */
  readyWithinMs?: number;
  onIdleError?: (error: Error) => void;
}

/** What evaluates, with connections of its own. */
export interface Tiering {
  pool: Database;
  rules: PublishedRules;
  evaluator: Evaluator;
  latePass: LatePass;
  keeper: TierKeeper;
  /** Waits until the read models hold the log as it is now; answers its position. Rejects where they do not follow. */
  readModelsReady: () => Promise<number>;
  close(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;

/** Rejects where the server is unsafe, or the log unreadable. */
export async function openTiering(options: TieringOptions): Promise<Tiering> {
  const { url, firmZone, onIdleError, now = () => new Date().toISOString(), readyWithinMs = READY_WITHIN_MS } = options;
  const shared = { url, role: 'rapport_timekeeper', applicationName: 'rapport tiers', onIdleError } as const;
  const { store, pool, close } = await openLog({ ...shared, maxReaders: 3, poolMax: 5 });
  const positions = new ReadModelPositions(pool);
  const readModelsReady = async (): Promise<number> => {
    const { position } = await store.head();
    for (const model of [projectionIds.accountFacts, projectionIds.tierStandings, projectionIds.clientFiles]) {
      if (!(await positions.waitFor(model, position, readyWithinMs))) throw new Error(`the read model ${model.name} does not follow`);
    }
    return position;
  };
  const rules = new PublishedRules(store, eventRegistry);
  const writer = new TierWriter({ store, codec: new PlainCodec(eventRegistry), now });
  const late = new LateFacts({ pool, rules, writer, now });
  const evaluator = new Evaluator({ pool, rules, writer, late, readModelsReady, ...(options.pageSize && { pageSize: options.pageSize }) });
  const latePass = new LatePass({ pool, rules, late });
  const localNow = () => ({ date: toLocalDate(now(), firmZone), time: timeIn(firmZone, now()) });
  const countThem = async (on: LocalDate): Promise<void> => {
    const counter = await openSegmentCounter({ url, firmZone, readyWithinMs, onIdleError });
    await counter.count(on).finally(() => counter.close());
  };
  const { afterMonthEnd = countThem, evaluateAt, pollMs } = options;
  const keeper = new TierKeeper({ pool, rules, evaluator, latePass, writer, readModelsReady, localNow, afterMonthEnd, evaluateAt, pollMs });
  return { pool, rules, evaluator, latePass, keeper, readModelsReady, close };
}

export interface TierKeeping extends Tiering {
  /** Rejects on a fault that no retry heals. */
  ended: Promise<void>;
  /** Finishes the page it is at, and lets a standby take over. */
  stop(): Promise<void>;
}

/** A keeper of tiers, running. */
export async function startTierKeeping(options: TieringOptions): Promise<TierKeeping> {
  const tiering = await openTiering(options);
  const stopping = new AbortController();
  const ended = tiering.keeper.run(stopping.signal);
  ended.catch(() => undefined); // whoever awaits it is told
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended.catch(() => undefined);
    await tiering.close();
  };
  return { ...tiering, ended, stop };
}

const timeIn = (zone: string, at: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(new Date(at));
