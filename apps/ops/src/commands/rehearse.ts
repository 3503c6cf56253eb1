import { readFileSync } from 'node:fs';
import { eventRegistry } from '#application';
import { rehearse, UnusableEdition } from '#timekeeping';
import { createPool } from '#database';
import { EventStore, LogReader } from '#event-store';
import { checkEdition, type FormatFault } from '#service-levels';
import { withoutMark } from '#text-files';
import { type Installation, UsageError } from '../installation.js';
import { progressBar } from '../progress-bar.js';
import { statedDate } from './stated-date.js';

const SHARES = 100;

export interface RehearseOptions {
  edition: string;
  from: string;
  to: string;
}

/** Runs the edition in a file over the cases received between two local dates of the firm, both inclusive. */
export async function rehearseEdition({ url }: Installation, firmZone: string, options: RehearseOptions) {
  const edition = editionIn(options.edition);
  const [from, to] = [statedDate(options.from, '--from'), statedDate(options.to, '--to')];
  if (to < from) throw new UsageError('--to is before --from');
  const pool = createPool({ url, role: 'rapport_api', max: 2, applicationName: 'rapport rehearse' });
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'rapport rehearse', maxReaders: 2 });
  const bar = progressBar('rehearse', 'per cent of the log');
  try {
    bar.start(SHARES, 0);
    const progress = (share: number): void => bar.update(Math.floor(share * SHARES));
    const parts = { reader: new LogReader(pool), store, registry: eventRegistry, firmZone, progress };
    return await rehearse(parts, { edition, from, to, now: new Date().toISOString() });
  } catch (error) {
    if (error instanceof UnusableEdition) throw refused(error.faults);
    throw error;
  } finally {
    bar.stop();
    await store.close();
    await pool.end();
  }
}

function editionIn(file: string) {
  let value: unknown;
  try {
    value = JSON.parse(withoutMark(readFileSync(file)).toString());
  } catch (error) {
    throw new UsageError(`${file} is no edition: ${(error as Error).message}`);
  }
  const checked = checkEdition(value);
  if ('faults' in checked) throw refused(checked.faults);
  return checked.edition;
}

const refused = (faults: readonly FormatFault[]): UsageError =>
  new UsageError(['the edition cannot be rehearsed:', ...faults.map(({ pointer, code }) => `  ${pointer || '/'}: ${code}`)].join('\n'));
