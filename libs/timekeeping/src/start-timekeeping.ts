import type { OnAppended } from '#event-feed';
import { LogReader } from '#event-store';
import { Zone } from '#service-levels';
import { eventRegistry, openLog, PlainCodec } from '#application';
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
  const { store, pool, close } = await openLog({ ...shared, maxReaders: 3, poolMax: 4 });
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
