import { eventRegistry } from '#application';
import { createPool } from '#database';
import { EventStore } from '#event-store';
import { ClientKeys, MasterKeys } from '#privacy';
import { openReadDatabase } from '#read-models';
import { ReadModelPositions } from '#projections';
import { createLogger } from '#telemetry';
import type { ApiConfig } from './config.js';
import { createApi, type RunningApi } from './create-api.js';

const log = createLogger('api');
const POOL_MAX = 12;
/** The inbox of the back office has connections of its own: its transactions look keys up over the others. */
const INBOX_POOL_MAX = 6;

/** The API as a process of its own, with its own connections. Rejects where the database is away or not durable. */
export async function startApi(config: ApiConfig): Promise<RunningApi & { store: EventStore }> {
  const { databaseUrl: url, masterKeyFile, firmZone: zone, ...http } = config;
  const onIdleError = (error: Error): void => log.warn({ error: error.message }, 'a database connection broke');
  const pool = createPool({
    url,
    role: 'rapport_api',
    max: POOL_MAX,
    applicationName: 'rapport api',
    onIdleError,
  });
  const inboxPool = createPool({ url, role: 'rapport_api', max: INBOX_POOL_MAX, applicationName: 'rapport api inbox', onIdleError });
  const opened: (() => Promise<unknown>)[] = [() => pool.end(), () => inboxPool.end()];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.reverse()) await close();
  };
  try {
    const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'rapport api', onIdleError });
    opened.push(() => store.close());
    await store.checkReadable(eventRegistry);
    const reads = await openReadDatabase({ url, role: 'rapport_api' });
    opened.push(() => reads.close());
    const master = MasterKeys.load(masterKeyFile);
    const keys = new ClientKeys(pool, master);
    const ready = async (): Promise<void> => void (await pool.query('SELECT 1'));
    const api = await createApi({
      ...http,
      zone,
      store,
      database: inboxPool,
      keys,
      master,
      reads,
      positions: new ReadModelPositions(pool),
      ready,
    });
    opened.push(() => api.close());
    return { url: api.url, port: api.port, routes: api.routes, document: api.document, store, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
