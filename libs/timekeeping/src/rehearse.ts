import type { EventRegistry, Instant, LocalDate } from '#event-sourcing';
import type { EventStore, LogReader } from '#event-store';
import { dayOf, type FormatFault, type HandbookEdition, handbookFaults, Zone } from '#service-levels';
import { casesInLog } from './cases-in-log.js';
import { Rehearsal, type RehearsalResult } from './rehearsal.js';
import type { CaseFile } from './case-file.js';
import type { RulesHistory } from './rules-history.js';
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

/** The cases that were received within `[fromMs, beforeMs)`, some at a time. */
export type ReceivedCases = (fromMs: number, beforeMs: number) => AsyncIterable<readonly CaseFile[]>;

/** The edition cannot be run: with the pointers into it. */
export class UnusableEdition extends Error {
  constructor(readonly faults: readonly FormatFault[]) {
    super('the edition cannot be rehearsed');
  }
}

/** Runs a draft edition over the cases that the log has of a past period. Writes nothing. Throws UnusableEdition. */
export async function rehearse(
  parts: RehearsalParts,
  request: RehearsalRequest,
): Promise<RehearsalResult & { from: LocalDate; to: LocalDate; position: number }> {
  const { reader, store, registry, firmZone, progress, signal } = parts;
  const { position: upTo } = await store.head();
  const scan = { reader, registry, upTo, ...(progress && { progress }), ...(signal && { signal }) };
  const inLog: ReceivedCases = (fromMs, beforeMs) => casesInLog(scan, (ms) => ms >= fromMs && ms < beforeMs);
  const rules = await new RulesReader(store, registry).current(calendarsOf(request.edition));
  return { ...(await rehearseOver(inLog, request, rules, firmZone)), position: upTo };
}

/** The calendars that an edition counts by. */
export const calendarsOf = ({ promises }: HandbookEdition): string[] => promises.map(({ calendar }) => calendar);

/** The same over cases that come from somewhere else. */
export async function rehearseOver(
  received: ReceivedCases,
  { edition, from, to, now, branchId }: RehearsalRequest,
  rules: RulesHistory,
  firmZone: string,
): Promise<RehearsalResult & { from: LocalDate; to: LocalDate }> {
  const zone = Zone.of(firmZone);
  const faults = handbookFaults(edition, rules.calendarDocuments());
  if (faults.length > 0) throw new UnusableEdition(faults);
  const rehearsal = new Rehearsal(edition, rules, zone, Date.parse(now));
  for await (const cases of received(zone.instantOf(dayOf(from), 0), zone.instantOf(dayOf(to), 1440))) {
    for (const file of cases) if (branchId === undefined || file.branchId === branchId) rehearsal.add(file);
  }
  return { from, to, ...rehearsal.result() };
}
