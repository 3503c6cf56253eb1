import { createPool, type PoolOptions } from '#database';
import { EventStore, type EventStoreOptions } from '#event-store';
import { eventRegistry } from './event-registry.js';

export interface OpenLogOptions
  extends
    Pick<PoolOptions, 'url' | 'applicationName' | 'onIdleError'>,
    Pick<EventStoreOptions, 'maxReaders'>,
    Required<Pick<PoolOptions, 'role'>> {
  /** Connections beside the store's own, at most. */
  poolMax: number;
}

/** The store and a pool of one role, for who works on a log by itself. Rejects where the server is unsafe, or the log unreadable. */
export async function openLog({ maxReaders, poolMax: max, ...shared }: OpenLogOptions) {
  const store = await EventStore.open({ ...shared, maxReaders });
  const pool = createPool({ ...shared, max });
  const close = async (): Promise<void> => {
    await store.close();
    await pool.end();
  };
  try {
    await store.checkReadable(eventRegistry);
  } catch (error) {
    await close();
    throw error;
  }
  return { store, pool, close };
}
