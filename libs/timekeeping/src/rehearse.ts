import type { EventRegistry, Instant, LocalDate } from '#event-sourcing';
import type { EventStore, LogReader } from '#event-store';
import { dayOf, type FormatFault, type HandbookEdition, handbookFaults, Zone } from '#service-levels';
import { casesInLog } from './cases-in-log.js';
import { Rehearsal, type RehearsalResult } from './rehearsal.js';
import { RulesReader } from './rules-reader.js';

export interface RehearsalRequest {
  edition: HandbookEdition;
  /** Local dates of the receipt in the firm's zone, both inclusive. */
  from: LocalDate;
  to: LocalDate;
  now: Instant;
  /** The one branch whose cases count; all otherwise. */
  branchId?: string;
}

export interface RehearsalParts {
  reader: LogReader;
  store: Pick<EventStore, 'load' | 'loadMany' | 'head'>;
  registry: EventRegistry;
  firmZone: string;
  progress?: (share: number) => void;
  signal?: AbortSignal;
}

/** The edition cannot be run: with the pointers into it. */
export class UnusableEdition extends Error {
  constructor(readonly faults: readonly FormatFault[]) {
    super('the edition cannot be rehearsed');
  }
}

/** Runs a draft edition over the cases that were received in a past period. Writes nothing. Throws UnusableEdition. */
export async function rehearse(
  { reader, store, registry, firmZone, progress, signal }: RehearsalParts,
  { edition, from, to, now, branchId }: RehearsalRequest,
): Promise<RehearsalResult & { from: LocalDate; to: LocalDate; position: number }> {
  const zone = Zone.of(firmZone);
  const rules = await new RulesReader(store, registry).current(edition.promises.map(({ calendar }) => calendar));
  const faults = handbookFaults(edition, rules.calendarDocuments());
  if (faults.length > 0) throw new UnusableEdition(faults);
  const { position: upTo } = await store.head();
  const [fromMs, toMs] = [zone.instantOf(dayOf(from), 0), zone.instantOf(dayOf(to), 1440)];
  const rehearsal = new Rehearsal(edition, rules, zone, Date.parse(now));
  const scan = { reader, registry, upTo, ...(progress && { progress }), ...(signal && { signal }) };
  for await (const cases of casesInLog(scan, (ms) => ms >= fromMs && ms < toMs)) {
    for (const file of cases) if (branchId === undefined || file.branchId === branchId) rehearsal.add(file);
  }
  return { from, to, position: upTo, ...rehearsal.result() };
}
