import { setTimeout as sleep } from 'node:timers/promises';
import { LocalIssuer } from '#access';
import { startTimekeeping } from '#timekeeping';
import { startBridge } from '#bridge';
import { createPool } from '#database';
import type { OnAppended } from '#event-feed';
import { MasterKeys } from '#privacy';
import { openReadDatabase } from '#read-models';
import { ReadModelPositions } from '#projections';
import { createLogger, type HealthParts } from '#telemetry';
import { startTierKeeping } from '#tiering';
import { apiOperations, createApi } from '../../api/src/index.js';
import { Home, type Installation, openStore, type Projecting, startEmbedded, startProjecting } from '../../ops/src/index.js';

export interface StandaloneOptions {
  home: Home;
  /** 0: a free one. */
  port: number;
  firmZone: string;
  notice: (sentence: string) => void;
}

export interface Standalone {
  apiUrl: string;
  /** What operations see of it. */
  health: HealthParts;
  issuer: LocalIssuer;
  installation: Installation;
  /** Rejects when a part gave up: the process should end. */
  ended: Promise<void>;
  /**
   * From here on month ends are evaluated and what waits for its account is applied, unasked: after a past has been imported,
   * which is judged in its own order.
   */
  beginKeeping(): Promise<void>;
  stop(): Promise<void>;
}

const STOP_PART_MS = 8_000;
const log = createLogger('standalone');

/** Every part in this process: embedded PostgreSQL, append path, read models, API, a local token issuer. */
export async function startStandalone({ home, port, firmZone, notice }: StandaloneOptions): Promise<Standalone> {
  const opened: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    // the database goes last, and a part that does not end in time does not keep the others from it
    for (const close of opened.splice(0).reverse()) {
      await Promise.race([close(), sleep(STOP_PART_MS, undefined, { ref: false })]).catch((error: unknown) =>
        log.warn({ error: String(error) }, 'a part did not stop cleanly'),
      );
    }
    home.untell();
  };
  try {
    const postgres = await startEmbedded(home, notice);
    opened.push(postgres.stop);
    const { url } = postgres;
    const master = MasterKeys.loadOrCreate(home.masterKeys);
    const { store, keys, close } = await openStore({ url, master }, 'rapport standalone');
    opened.push(close);
    const timekeeping = await startTimekeeping({ url, firmZone, onAppended: store.onAppended });
    opened.push(() => timekeeping.stop());
    const onAppended: OnAppended = (listener) => {
      const endings = [store, timekeeping].map((writer) => writer.onAppended(listener));
      return () => endings.forEach((end) => end());
    };
    const projecting: Projecting = startProjecting(url, master, firmZone, onAppended);
    opened.push(() => projecting.stop());
    const reads = await openReadDatabase({ url, role: 'rapport_api' });
    opened.push(() => reads.close());
    const pool = createPool({ url, role: 'rapport_api', max: 4, applicationName: 'rapport positions' });
    opened.push(() => pool.end());
    const issuer = await LocalIssuer.open(home.issuer);
    const ready = async (): Promise<void> => void (await pool.query('SELECT 1'));
    const positions = new ReadModelPositions(pool);
    const api = await createApi({
      authentication: issuer.settings,
      port,
      zone: firmZone,
      store,
      database: pool,
      keys,
      master,
      reads,
      positions,
      ready,
    });
    opened.push(() => api.close());
    const operations = apiOperations({ databaseUrl: url }, store);
    opened.push(operations.close);
    home.tell({ pid: process.pid, databaseUrl: url, apiUrl: api.url });
    const installation: Installation = { url, home, embedded: true, served: true, master, close: async () => {} };
    const ended = Promise.race([
      projecting.ended,
      timekeeping.ended,
      postgres.ended.then(() => {
        throw new Error('PostgreSQL has ended; start again, nothing that was acknowledged is lost');
      }),
    ]);
    ended.catch(() => undefined); // whoever awaits it is told
    const beginKeeping = async (): Promise<void> => {
      const keepers = [await startTierKeeping({ url, firmZone }), await startBridge({ url, master, firmZone })];
      opened.push(...keepers.map((keeper) => () => keeper.stop()));
      for (const keeper of keepers) keeper.ended.catch((error: unknown) => log.error({ error: String(error) }, 'a keeper gave up'));
    };
    return { apiUrl: api.url, health: operations.health, issuer, installation, ended, beginKeeping, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
