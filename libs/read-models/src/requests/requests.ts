import { type ContactEvent, contactEvents } from '#contacts';
import type { Instant, LocalDate, Uuid, When } from '#event-sourcing';
import { type RequestEvent, requestEvents, type RequestStatus } from '#service-levels';
import {
  date,
  firstOfItsStream,
  int,
  pick,
  type ProjectedEvent,
  projecting,
  type Projecting,
  type RowOf,
  RowTable,
  text,
  timestamptz,
  uuid,
} from '#projections';
import { dateOf, type HumanResponses, withHumanResponse } from '../cases/human-responses.js';
import { carriedBy } from '../carried.js';
import type { ProjectionParts } from '../read-model.js';

export interface RequestDetails {
  /** What was received beyond the columns; personal fields as SealedField. */
  received: Record<string, unknown>;
  /** In the order they were started, of all cycles. */
  steps: { cycle: number; step: string; startedAt: When; completedAt: When | null }[];
  /** One entry a completion, in order. */
  completions: Record<string, unknown>[];
  reopenings: Record<string, unknown>[];
  cancellation: Record<string, unknown> | null;
  humanResponses: HumanResponses;
}

export const requestTable = new RowTable('requests', ['requestId'], {
  requestId: uuid,
  clientId: uuid,
  branchId: text,
  version: int,
  status: text.of<RequestStatus>(),
  process: text,
  channel: text,
  severity: text,
  cycle: int,
  receivedAt: timestamptz,
  receivedPrecision: text.of<When['precision']>(),
  /** Local date of the receipt, in the source's zone or the firm's; null where undated. */
  receivedOn: date.orNull,
  firstHumanResponseAt: timestamptz.orNull,
  /** When the earliest question was asked that is open; null where the request does not wait. */
  waitingSince: timestamptz.orNull,
  completedAt: timestamptz.orNull,
  completedPrecision: text.of<When['precision']>().orNull,
  /** Local date of the completion, as of the receipt. */
  completedOn: date.orNull,
  /** JSON list of the names of the steps under way. */
  openSteps: text,
  /** Who of the firm acted on it last; null where only a system has. */
  staffId: text.orNull,
  /** JSON of RequestDetails. */
  details: text,
});
export type RequestRow = RowOf<typeof requestTable>;

/** True, as SQL, of a row that is open. */
export const REQUEST_IS_OPEN = "status NOT IN ('completed', 'cancelled')";

type Linked = Extract<ContactEvent, { type: 'ContactLinked' }>;
type Received = Extract<RequestEvent, { type: 'RequestReceived' }>;
type Handled = ProjectedEvent<RequestEvent | Linked>;

const carried = carriedBy(requestEvents);

/** The register of service requests. `localDate` tells an instant's date in the firm's zone. */
export const projectRequests = ({ localDate }: ProjectionParts): Projecting =>
  projecting([requestEvents, pick(contactEvents, 'ContactLinked')], (db, events) =>
    requestTable.foldInto(db, events, requestOf, (row, event) => foldRequest(row, event, localDate), firstOfItsStream),
  );

function requestOf(event: Handled): Uuid | undefined {
  if (event.type !== 'ContactLinked') return event.streamId;
  const { to } = event.data;
  return to.kind === 'request' ? to.id : undefined;
}

function foldRequest(row: RequestRow | undefined, event: Handled, localDate: (at: Instant) => LocalDate): RequestRow {
  if (event.type === 'RequestReceived') return received(event, localDate);
  if (!row) throw new Error(`${event.type} of a request that was never received`);
  const details = JSON.parse(row.details) as RequestDetails;
  if (event.type === 'ContactLinked') {
    const { direction, automated, startedAt } = event.data;
    return withHumanResponse(row, details, event.streamId, startedAt, direction === 'outbound' && !automated);
  }
  const next: RequestRow = { ...row, version: event.version, staffId: staffOf(event) ?? row.staffId };
  const detailed = (changed: Partial<RequestDetails>) => ({ details: JSON.stringify({ ...details, ...changed }) });
  switch (event.type) {
    case 'RequestStarted':
      return { ...next, status: 'inProgress' };
    case 'RequestStepStarted': {
      const { cycle, step, at: startedAt } = event.data;
      const openSteps = JSON.stringify([...(JSON.parse(row.openSteps) as string[]), step]);
      return { ...next, openSteps, ...detailed({ steps: [...details.steps, { cycle, step, startedAt, completedAt: null }] }) };
    }
    case 'RequestStepCompleted': {
      const { cycle, step, at: completedAt } = event.data;
      const steps = details.steps.map((one) => (one.cycle === cycle && one.step === step ? { ...one, completedAt } : one));
      const openSteps = JSON.stringify((JSON.parse(row.openSteps) as string[]).filter((open) => open !== step));
      return { ...next, openSteps, ...detailed({ steps }) };
    }
    case 'ClientInputRequested': {
      const { at } = event.data;
      const waitingSince = row.waitingSince !== null && row.waitingSince < at.at ? row.waitingSince : at.at;
      return withHumanResponse({ ...next, status: 'waitingClient', waitingSince }, details, event.eventId, at, true);
    }
    case 'ClientInputReceived': {
      const waitingSince = event.data.waitingSince?.at ?? null;
      return { ...next, status: waitingSince === null ? 'inProgress' : 'waitingClient', waitingSince };
    }
    case 'RequestCompleted': {
      const { at } = event.data;
      const completedOn = dateOf(at, localDate);
      const completed = { completedAt: at.at, completedPrecision: at.precision, completedOn, waitingSince: null };
      return { ...next, status: 'completed', ...completed, ...detailed({ completions: [...details.completions, carried(event)] }) };
    }
    case 'RequestCancelled':
      return { ...next, status: 'cancelled', waitingSince: null, openSteps: '[]', ...detailed({ cancellation: carried(event) }) };
    case 'RequestReopened': {
      const reopened = { cycle: event.data.cycle, completedAt: null, completedPrecision: null, completedOn: null };
      return { ...next, status: 'reopened', ...reopened, ...detailed({ reopenings: [...details.reopenings, carried(event)] }) };
    }
    case 'RequestSeverityRaised':
      return { ...next, severity: event.data.to };
  }
}

function received(event: ProjectedEvent<Received>, localDate: (at: Instant) => LocalDate): RequestRow {
  const { clientId, receivedAt, process, channel, severity } = event.data;
  const details: RequestDetails = {
    received: carried(event),
    steps: [],
    completions: [],
    reopenings: [],
    cancellation: null,
    humanResponses: {},
  };
  return {
    requestId: event.streamId,
    clientId,
    branchId: event.meta.branchId,
    version: event.version,
    status: 'received',
    process,
    channel,
    severity,
    cycle: 1,
    receivedAt: receivedAt.at,
    receivedPrecision: receivedAt.precision,
    receivedOn: dateOf(receivedAt, localDate),
    firstHumanResponseAt: null,
    waitingSince: null,
    completedAt: null,
    completedPrecision: null,
    completedOn: null,
    openSteps: '[]',
    staffId: staffOf(event),
    details: JSON.stringify(details),
  };
}

const staffOf = ({ meta: { actor } }: ProjectedEvent): string | null => (actor.role === 'integrationClient' ? null : actor.id);
