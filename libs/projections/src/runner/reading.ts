import { type EventMetadata, type EventRegistry, type RecordedEvent, UnknownEvent } from '#event-sourcing';
import type { ProjectedEvent } from './projection.js';

/** An event as this build can read it, or the code of why it cannot. */
export type Reading = { position: number; key: string; type: string } & ({ event: ProjectedEvent } | { fault: string });

export const UNKNOWN_EVENT = 'unknown-event';
export const UNREADABLE = 'unreadable';

/** Reads each event once, however many projections want it. */
export function read(registry: EventRegistry, event: RecordedEvent): Reading {
  const { position, key, type } = event;
  try {
    const data = JSON.parse(event.data) as Record<string, unknown>;
    const current = registry.upcast(type, event.schemaVersion, data);
    const meta = JSON.parse(event.metadata) as EventMetadata | null;
    if (meta === null || typeof meta !== 'object') throw new TypeError('metadata is no object');
    return { position, key, type, event: projected(event, current, meta) };
  } catch (error) {
    return { position, key, type, fault: error instanceof UnknownEvent ? UNKNOWN_EVENT : UNREADABLE };
  }
}

/** Member by member: a spread that members are added to takes V8 forty times as long, and this is done for every event. */
const projected = (event: RecordedEvent, data: object, meta: EventMetadata): ProjectedEvent => ({
  eventId: event.eventId,
  type: event.type,
  schemaVersion: event.schemaVersion,
  occurredAt: event.occurredAt,
  position: event.position,
  recordedAt: event.recordedAt,
  streamId: event.streamId,
  streamKind: event.streamKind,
  version: event.version,
  key: event.key,
  partition: event.partition,
  data,
  meta,
});
