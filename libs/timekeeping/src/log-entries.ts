import type { EventRegistry, Instant, RecordedEvent, StaffId, Uuid } from '#event-sourcing';
import { type CaseFacts, caseFactsOf, isOfSystem, type RuleEvent as RecordedRule } from '#service-levels';
import { type TierEvent, tierEvents } from '#tiers';
import { metadataOfEvent } from '#application';
import { isCaseEvent } from './case-events.js';
import type { LoggedTierEvent } from './tier-changes.js';

/** A calendar's or the handbook's event, where the log has it. */
export type RuleEvent = RecordedRule & { eventId: Uuid; position: number };

/** A rule event as the log keeps it. The stream's kind says that it is one. */
export const ruleEventOf = (
  { eventId, position, recordedAt, type, schemaVersion, data }: RecordedEvent,
  registry: EventRegistry,
): RuleEvent =>
  ({
    eventId,
    position,
    recordedAt,
    type,
    data: registry.upcast(type, schemaVersion, JSON.parse(data) as Record<string, unknown>),
  }) as unknown as RuleEvent;

/** What one event of the log is to the timekeeper. */
export interface LogEntry {
  eventId: Uuid;
  position: number;
  recordedAt: Instant;
  streamId: Uuid;
  clientId: Uuid;
  branchId: string;
  correlationId: Uuid;
  actorId: StaffId;
  rule?: RuleEvent;
  tier?: LoggedTierEvent;
  facts?: CaseFacts;
}

const RULE_KINDS = new Set(['calendar', 'handbook']);
/** Of every client every month, and they change no tier by themselves. */
const CHANGES_NO_TIER = new Set(['TierEvaluated', 'TierEvaluationStopped', 'OverrideExpired']);

/** Reads P0 and P1 fields only: nothing is decrypted here. Undefined where an event says nothing to any clock. */
export function logEntryOf(row: RecordedEvent, registry: EventRegistry): LogEntry | undefined {
  const { eventId, position, recordedAt, streamId, streamKind, type, key: clientId } = row;
  const isRule = RULE_KINDS.has(streamKind);
  const isTier = type in tierEvents && !CHANGES_NO_TIER.has(type);
  if (!isRule && !isTier && !isCaseEvent(type)) return undefined;
  const metadata = metadataOfEvent(row);
  const { branchId, correlationId, actor } = metadata;
  const entry = { eventId, position, recordedAt, streamId, clientId, branchId, correlationId, actorId: actor.id };
  if (isRule) return { ...entry, rule: ruleEventOf(row, registry) };
  const data = registry.upcast(type, row.schemaVersion, JSON.parse(row.data) as Record<string, unknown>);
  if (isTier) return { ...entry, tier: { event: { type, data } as unknown as TierEvent, eventId, position, recordedAt } };
  const facts = caseFactsOf({ type, data }, { eventId, position, streamId, actorId: actor.id, recordedAt, ofSystem: isOfSystem(metadata) });
  return facts && { ...entry, facts };
}

/** Entries that one command appended stand together: what it says of a case is known at once. */
export function byCommand(entries: readonly LogEntry[]): LogEntry[][] {
  const groups: LogEntry[][] = [];
  for (const entry of entries) {
    const last = groups.at(-1)?.at(-1);
    if (last && isSameCommand(last, entry)) groups.at(-1)!.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

export const isSameCommand = (
  a: Pick<LogEntry, 'streamId' | 'correlationId' | 'recordedAt'>,
  b: Pick<LogEntry, 'streamId' | 'correlationId' | 'recordedAt'>,
): boolean => a.streamId === b.streamId && a.correlationId === b.correlationId && a.recordedAt === b.recordedAt;
