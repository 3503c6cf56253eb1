import { countSegments, openLog } from '#application';
import type { LocalDate } from '#event-sourcing';
import { openReadDatabase, projectionIds, SegmentReader } from '#read-models';
import { ReadModelPositions } from '#projections';

export interface SegmentCounterOptions {
  url: string;
  /** IANA zone of the firm. */
  firmZone: string;
  /** How long read models may take to hold the log's end. */
  readyWithinMs?: number;
  onIdleError?: (error: Error) => void;
}

/** Counts segments, with connections of its own and the timekeeper's rights: it needs no key. */
export interface SegmentCounter {
  /** Counts every segment in use for a day that was not counted yet; answers how many. Rejects where read models do not follow. */
  count(on: LocalDate, signal?: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const { segments, clientFiles, clientAttributes, clientContacts, accountFacts, tierHistory, complaints } = projectionIds;
const models = [segments, clientFiles, clientAttributes, clientContacts, accountFacts, tierHistory, complaints];

/** Rejects where the server is unsafe, or the log unreadable. */
export async function openSegmentCounter(options: SegmentCounterOptions): Promise<SegmentCounter> {
  const { url, firmZone, readyWithinMs = READY_WITHIN_MS, onIdleError } = options;
  const shared = { url, role: 'rapport_timekeeper', applicationName: 'rapport segments', onIdleError } as const;
  const log = await openLog({ ...shared, maxReaders: 1, poolMax: 1 });
  const database = await openReadDatabase({ url, role: shared.role, poolMax: 1 }).catch(async (error: unknown) => {
    await log.close();
    throw error;
  });
  const positions = new ReadModelPositions(log.pool);
  const close = async (): Promise<void> => {
    await database.close();
    await log.close();
  };
  const reader = new SegmentReader(database, firmZone);
  return {
    close,
    async count(on, signal) {
      const { position } = await log.store.head();
      for (const model of models) {
        if (!(await positions.waitFor(model, position, readyWithinMs))) throw new Error(`the read model ${model.name} does not follow`);
      }
      return countSegments(log.store, reader, on, signal);
    },
  };
}
