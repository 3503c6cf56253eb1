import { openLog } from '#application';
import { createPool } from '#database';
import { ClientKeys, type MasterKeys } from '#privacy';
import { BackOffice } from './back-office.js';

export interface BackOfficeOptions {
  url: string;
  master: MasterKeys;
  /** IANA zone of the firm. */
  firmZone: string;
  applicationName: string;
  onIdleError?: (error: Error) => void;
}

/** The back office with the bridge's rights and connections of its own. Rejects where the server is unsafe, or the log unreadable. */
export async function openBackOffice({ url, master, firmZone: zone, applicationName, onIdleError }: BackOfficeOptions) {
  const shared = { url, role: 'rapport_bridge', applicationName, onIdleError } as const;
  const { store, pool: database, close: closeLog } = await openLog({ ...shared, maxReaders: 3, poolMax: 8 });
  // keys are looked up inside transactions: who holds a connection and waits for another waits on another pool
  const keysPool = createPool({ ...shared, max: 2 });
  const close = async (): Promise<void> => {
    await closeLog();
    await keysPool.end();
  };
  return { office: new BackOffice({ database, store, keys: new ClientKeys(keysPool, master), zone }), close };
}
