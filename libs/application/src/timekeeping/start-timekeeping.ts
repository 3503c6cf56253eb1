import { createPool } from '#database';
import type { OnAppended } from '#event-feed';
import { EventStore, LogReader } from '#event-store';
import { Zone } from '#service-levels';
import { PlainCodec } from '../event-codec.js';
import { eventRegistry } from '../event-registry.js';
import { Timekeeper, type TimekeeperOptions } from './timekeeper.js';

export interface TimekeepingOptions extends Pick<TimekeeperOptions, 'onAppended' | 'now' | 'pageSize' | 'pollMs'> {
  url: string;
  /** IANA zone of the firm. */
  firmZone: string;
  onIdleError?: (error: Error) => void;
}

export interface Timekeeping {
  timekeeper: Timekeeper;
  /** Told of each event that the timekeeper appends, for readers in the same process. */
  onAppended: OnAppended;
  /** Rejects on a fault that no retry heals. */
  ended: Promise<void>;
  /** Finishes what it is doing, and lets a standby take over. */
  stop(): Promise<void>;
}

/** A timekeeper with connections of its own, running. Rejects where the server is unsafe, or the log unreadable. */
export async function startTimekeeping({ url, firmZone, onIdleError, ...rest }: TimekeepingOptions): Promise<Timekeeping> {
  const shared = { url, role: 'rapport_timekeeper', applicationName: 'rapport timekeeper', onIdleError } as const;
  const store = await EventStore.open({ ...shared, maxReaders: 3 });
  const pool = createPool({ ...shared, max: 4 });
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
  const parts = { store, codec: new PlainCodec(eventRegistry), registry: eventRegistry, zone: Zone.of(firmZone) };
  const timekeeper = new Timekeeper({ pool, reader: new LogReader(pool), ...parts, ...rest });
  const stopping = new AbortController();
  const ended = timekeeper.run(stopping.signal);
  ended.catch(() => undefined); // whoever awaits it is told
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended.catch(() => undefined);
    await close();
  };
  return { timekeeper, onAppended: store.onAppended, ended, stop };
}
