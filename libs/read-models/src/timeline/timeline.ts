import { accountEvents } from '#back-office';
import type { ContactEvent, LinkTarget } from '#contacts';
import type { EventRegistry, Uuid } from '#event-sourcing';
import { carryData } from '#privacy';
import type { CommitmentEvent, SubjectRef } from '#service-levels';
import { bigint, date, int, type ProjectedEvent, type Projection, type RowOf, RowTable, text, timestamptz, uuid } from '#projections';
import { projectionIds } from '../projection-ids.js';

/** One row an event that is told of here, so a count of rows is a count of those events. */
export const timelineTable = new RowTable('timeline', ['position'], {
  clientId: uuid,
  position: bigint,
  branchId: text,
  occurredAt: timestamptz,
  precision: text.of<'instant' | 'day' | 'unknown'>(),
  localDate: date.orNull,
  recordedAt: timestamptz,
  eventId: uuid,
  streamId: uuid,
  streamKind: text,
  version: int,
  type: text,
  complaintId: uuid.orNull,
  requestId: uuid.orNull,
  actorId: text,
  actorRole: text,
  sourceSystem: text.orNull,
  /** JSON of the event's data, personal fields as SealedField. */
  body: text,
});
export type TimelineRow = RowOf<typeof timelineTable>;

/** Of every account every day, and of every client every month: whoever asks for these has pages of their own. */
const UNTOLD: ReadonlySet<string> = new Set([...Object.keys(accountEvents), 'TierEvaluated', 'TierEvaluationStopped']);

/** A client's timeline and, through `complaintId` and `requestId`, a complaint's and a request's. */
export const timeline = (registry: EventRegistry): Projection => ({
  ...projectionIds.timeline,
  handles: registry.types.filter((type) => !UNTOLD.has(type)),
  apply: (db, events) =>
    timelineTable.insert(
      db,
      events.map((event) => timelineRow(event, registry)),
    ),
});

export function timelineRow(event: ProjectedEvent, registry: EventRegistry): TimelineRow {
  const { meta, position, recordedAt, eventId, streamId, streamKind, version, type } = event;
  return {
    clientId: event.key,
    position,
    branchId: meta.branchId,
    occurredAt: event.occurredAt,
    precision: meta.precision ?? 'instant',
    localDate: meta.localDate ?? null,
    recordedAt,
    eventId,
    streamId,
    streamKind,
    version,
    type,
    complaintId: caseOf(event, 'complaint'),
    requestId: caseOf(event, 'request'),
    actorId: meta.actor.id,
    actorRole: meta.actor.role,
    sourceSystem: meta.source?.system ?? null,
    body: JSON.stringify(carryData(registry.definitionOf(type), event.body, eventId)),
  };
}

/** The complaint or the request that an event belongs to. Of a commitment, the first event names it for those that follow. */
function caseOf({ streamKind, streamId, type, body }: ProjectedEvent, kind: LinkTarget['kind']): Uuid | null {
  if (streamKind === kind) return streamId;
  const to = namedBy(type, body);
  return to?.kind === kind ? to.id : null;
}

function namedBy(type: string, body: ProjectedEvent['body']): LinkTarget | SubjectRef | undefined {
  switch (type) {
    case 'ContactLinked':
      return (body as Extract<ContactEvent, { type: 'ContactLinked' }>['data']).to;
    case 'CommitmentStarted':
    case 'CommitmentExtended':
      return (body as Extract<CommitmentEvent, { type: 'CommitmentStarted' | 'CommitmentExtended' }>['data']).subject;
  }
  return undefined;
}
