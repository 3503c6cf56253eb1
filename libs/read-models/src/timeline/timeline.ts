import { accountEvents } from '#back-office';
import { contactEvents, type LinkTarget } from '#contacts';
import type { EventRegistry, Uuid } from '#event-sourcing';
import { carryData } from '#privacy';
import { commitmentEvents, type SubjectRef } from '#service-levels';
import {
  bigint,
  date,
  int,
  isOf,
  pick,
  type ProjectedEvent,
  type Projecting,
  type RowOf,
  RowTable,
  text,
  timestamptz,
  uuid,
} from '#projections';
import type { ProjectionParts } from '../read-model.js';

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
export const projectTimeline = ({ registry }: ProjectionParts): Projecting => ({
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
    body: JSON.stringify(carryData(registry.definitionOf(type), event.data, eventId)),
  };
}

const linking = pick(contactEvents, 'ContactLinked');
const concerning = pick(commitmentEvents, 'CommitmentStarted', 'CommitmentExtended');

/** The complaint or the request that an event belongs to. Of a commitment, the first event names it for those that follow. */
function caseOf(event: ProjectedEvent, kind: LinkTarget['kind']): Uuid | null {
  if (event.streamKind === kind) return event.streamId;
  const to = namedBy(event);
  return to?.kind === kind ? to.id : null;
}

function namedBy(event: ProjectedEvent): LinkTarget | SubjectRef | undefined {
  if (isOf(event, linking)) return event.data.to;
  if (isOf(event, concerning)) return event.data.subject;
  return undefined;
}
