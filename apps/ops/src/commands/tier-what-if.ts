import { readFileSync } from 'node:fs';
import { eventRegistry } from '#application';
import { RulesReader } from '#timekeeping';
import { EventStore } from '#event-store';
import { accountFacts, openReadDatabase } from '#read-models';
import { CalendarNotPublished, NoMonthEnd, PublishedRules, type TierWhatIf, tierWhatIf } from '#tiering';
import { checkTierRules, type TierRules } from '#tiers';
import { withoutMark } from '#text-files';
import { type Installation, UsageError } from '../installation.js';
import { progressBar } from '../progress-bar.js';
import { statedDate } from './stated-date.js';

export interface TierWhatIfOptions {
  /** File with the draft, as JSON. */
  rules: string;
  from: string;
  to: string;
}

/** Draft tier rules over the facts of a past period, up to where the read models are. Throws UsageError, with pointers into the draft. */
export async function tiersUnderDraft({ url }: Installation, options: TierWhatIfOptions): Promise<TierWhatIf> {
  const rules = rulesIn(options.rules);
  const [from, to] = [statedDate(options.from, '--from'), statedDate(options.to, '--to')];
  if (to < from) throw new UsageError('--to is before --from');
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'rapport tier what-if', maxReaders: 2 });
  const bar = progressBar('tiers', 'clients');
  try {
    const reads = await openReadDatabase({ url, role: 'rapport_api', poolMax: 2 });
    try {
      const db = reads.sql('*');
      const { rows } = await db.query<{ clients: number }>('SELECT count(DISTINCT client_id)::int AS clients FROM read.accounts');
      const known = await reads.freshness('*', accountFacts);
      const promised = { rules: await new RulesReader(store, eventRegistry).current() };
      bar.start(Math.max(1, rows[0]!.clients), 0);
      const progress = (clients: number): void => bar.update(clients);
      const parts = { db, published: new PublishedRules(store, eventRegistry), promised, knownTo: known.asOfPosition, progress };
      return await tierWhatIf(parts, { rules, from, to });
    } finally {
      await reads.close();
    }
  } catch (error) {
    if (error instanceof CalendarNotPublished) throw refused([{ pointer: '/calendar', code: 'not-allowed' }]);
    if (error instanceof NoMonthEnd) throw new UsageError(error.message);
    throw error;
  } finally {
    bar.stop();
    await store.close();
  }
}

function rulesIn(file: string): TierRules {
  let value: unknown;
  try {
    value = JSON.parse(withoutMark(readFileSync(file)).toString());
  } catch (error) {
    throw new UsageError(`${file} holds no tier rules: ${(error as Error).message}`);
  }
  const checked = checkTierRules(value);
  if ('faults' in checked) throw refused(checked.faults);
  return checked.rules;
}

const refused = (faults: readonly { pointer: string; code: string }[]): UsageError =>
  new UsageError(['the rules cannot be tried:', ...faults.map(({ pointer, code }) => `  ${pointer || '/'}: ${code}`)].join('\n'));
