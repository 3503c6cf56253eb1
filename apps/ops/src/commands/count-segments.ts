import { type LocalDate, toLocalDate } from '#event-sourcing';
import { openSegmentCounter } from '#tiering';
import { type Installation, UsageError } from '../installation.js';
import { startProjecting } from '../projecting.js';
import { statedDate } from './stated-date.js';

/** Counts every segment in use for a day, where it was not counted yet. Throws UsageError for a day that is to come. */
export async function countSegmentsOf(installation: Installation, firmZone: string, asOf: LocalDate): Promise<number> {
  const on = statedDate(asOf, '--as-of');
  if (on > toLocalDate(new Date().toISOString(), firmZone)) throw new UsageError(`--as-of ${on} is to come in ${firmZone}`);
  const projecting = installation.served ? undefined : startProjecting(installation.url, installation.master, firmZone);
  try {
    const counter = await openSegmentCounter({ url: installation.url, firmZone });
    try {
      return await counter.count(on);
    } finally {
      await counter.close();
    }
  } finally {
    await projecting?.stop();
  }
}
