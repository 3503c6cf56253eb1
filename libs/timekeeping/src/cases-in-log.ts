import { type EventRegistry, PARTITION_COUNT, type Uuid } from '#event-sourcing';
import type { LogReader } from '#event-store';
import type { CaseFile, SourcedFact } from './case-file.js';
import { logEntryOf } from './log-entries.js';
import type { LoggedTierEvent } from './tier-changes.js';

const PAGE = 2_000;

export interface LogScan {
  reader: LogReader;
  registry: EventRegistry;
  /** Log position up to which the log is read. */
  upTo: number;
  /** Told after each page: share of the log that is read, from 0 to 1. */
  progress?: (share: number) => void;
  signal?: AbortSignal;
}

/**
 * The cases whose receipt `wanted` accepts, a partition of clients at a time: memory holds a twenty-fourth of them at
 * once. Reads short pages, and leaves no snapshot open.
 */
export async function* casesInLog(
  { reader, registry, upTo, progress = () => {}, signal }: LogScan,
  wanted: (receivedMs: number) => boolean,
): AsyncGenerator<CaseFile[], void, undefined> {
  for (let partition = 0; partition < PARTITION_COUNT; partition++) {
    const cases = new Map<Uuid, CaseFile & { facts: SourcedFact[] }>();
    const early = new Map<Uuid, SourcedFact[]>(); // said of a case before it was received
    const tiers = new Map<Uuid, LoggedTierEvent[]>();
    for await (const page of reader.pages({ after: 0, limit: PAGE, upTo, partition })) {
      signal?.throwIfAborted();
      for (const row of page) {
        const entry = logEntryOf(row, registry);
        if (entry?.tier) tiers.set(entry.clientId, [...(tiers.get(entry.clientId) ?? []), entry.tier]);
        if (!entry?.facts) continue;
        const { subjectId, opens, source, facts } = entry.facts;
        const sourced = facts.map((fact): SourcedFact => ({ source, fact }));
        const received = facts.find(({ fact }) => fact === 'received');
        if (opens && received && received.precision !== 'unknown' && wanted(received.atMs)) {
          const { branchId, position: openedPosition, recordedAt: openedAt } = entry;
          const known = [...(early.get(subjectId) ?? []), ...sourced];
          cases.set(subjectId, { ...opens, subjectId, branchId, openedPosition, openedAt, facts: known, tierEvents: [] });
        } else if (opens) early.delete(subjectId);
        else if (cases.has(subjectId)) cases.get(subjectId)!.facts.push(...sourced);
        else if (row.streamKind === 'contact') early.set(subjectId, [...(early.get(subjectId) ?? []), ...sourced]);
      }
      progress((partition + page.at(-1)!.position / Math.max(1, upTo)) / PARTITION_COUNT);
    }
    yield [...cases.values()].map((file) => ({ ...file, tierEvents: tiers.get(file.clientId) ?? [] }));
  }
  progress(1);
}
