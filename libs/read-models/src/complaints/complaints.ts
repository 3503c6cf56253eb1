import { type ComplaintEvent, complaintEvents, type PartedSubject } from '#complaints';
import { type ContactEvent, contactEvents } from '#contacts';
import type { Instant, LocalDate, Uuid, When } from '#event-sourcing';
import { isSealed } from '#privacy';
import {
  boolean,
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

export type ComplaintStatus = 'registered' | 'acknowledged' | 'finalResponseSent' | 'closed' | 'reopened';

export interface ComplaintDetails {
  /** What was registered beyond the columns; personal fields as SealedField. */
  registered: Record<string, unknown>;
  /** What its source says otherwise since; absent where it never did. */
  restated?: Record<string, unknown>;
  /** One entry a final response, in order. */
  responses: Record<string, unknown>[];
  humanResponses: HumanResponses;
  reopenings: { cycle: number; reason: string; at: When }[];
}

export const complaintTable = new RowTable('complaints', ['complaintId'], {
  complaintId: uuid,
  clientId: uuid,
  branchId: text,
  version: int,
  status: text.of<ComplaintStatus>(),
  cycle: int,
  channel: text,
  /** Word of a taxonomy; null where the product was stated in other words. */
  product: text.orNull,
  severity: text.orNull,
  receivedAt: timestamptz,
  receivedPrecision: text.of<When['precision']>(),
  /** Local date of the receipt, in the source's zone or the firm's; null where undated. */
  receivedOn: date.orNull,
  acknowledgedAt: timestamptz.orNull,
  firstHumanResponseAt: timestamptz.orNull,
  /** The first final response; one in a later cycle answers the reopening. */
  finalResponseAt: timestamptz.orNull,
  finalResponsePrecision: text.of<When['precision']>().orNull,
  /** Local dates of the first final response and of the closing, as of the receipt. */
  answeredOn: date.orNull,
  resolution: text.orNull,
  closedAt: timestamptz.orNull,
  closedPrecision: text.of<When['precision']>().orNull,
  closedOn: date.orNull,
  disputed: boolean,
  /** JSON of ComplaintDetails. */
  details: text,
});
export type ComplaintRow = RowOf<typeof complaintTable>;

/** True, as SQL, of a row that is open. */
export const COMPLAINT_IS_OPEN = "status <> 'closed'";

type Linked = Extract<ContactEvent, { type: 'ContactLinked' }>;
type Registered = Extract<ComplaintEvent, { type: 'ComplaintRegistered' }>;
type Handled = ProjectedEvent<ComplaintEvent | Linked>;

const carried = carriedBy(complaintEvents);

/** The complaint register. `localDate` tells an instant's date in the firm's zone. */
export const projectComplaints = ({ localDate }: ProjectionParts): Projecting =>
  projecting([complaintEvents, pick(contactEvents, 'ContactLinked')], (db, events) =>
    complaintTable.foldInto(db, events, complaintOf, (row, event) => foldComplaint(row, event, localDate), firstOfItsStream),
  );

function complaintOf(event: Handled): Uuid | undefined {
  if (event.type !== 'ContactLinked') return event.streamId;
  const { to } = event.data;
  return to.kind === 'complaint' ? to.id : undefined;
}

function foldComplaint(row: ComplaintRow | undefined, event: Handled, localDate: (at: Instant) => LocalDate): ComplaintRow {
  if (event.type === 'ComplaintRegistered') return registered(event, localDate);
  if (!row) throw new Error(`${event.type} of a complaint that was never registered`);
  const details = JSON.parse(row.details) as ComplaintDetails;
  if (event.type === 'ContactLinked') {
    const { direction, automated, startedAt } = event.data;
    return withHumanResponse(row, details, event.streamId, startedAt, direction === 'outbound' && !automated);
  }
  const next = { ...row, version: event.version };
  switch (event.type) {
    case 'ComplaintSourceNoted':
      return next;
    case 'ComplaintRestated': {
      const { channel = row.channel, subject, classified } = event.data;
      const product = subject || classified ? productOf(event.data) : row.product;
      const restated = { ...details.restated, ...carried(event) };
      return { ...next, channel, product, details: JSON.stringify({ ...details, restated }) };
    }
    case 'ComplaintAcknowledged': {
      const { acknowledgedAt, automated } = event.data;
      const status = row.status === 'registered' ? 'acknowledged' : row.status;
      return withHumanResponse({ ...next, status, acknowledgedAt: acknowledgedAt.at }, details, event.eventId, acknowledgedAt, !automated);
    }
    case 'FinalResponseSent': {
      const { sentAt, resolution } = event.data;
      const answered: ComplaintRow = {
        ...next,
        status: 'finalResponseSent',
        resolution,
        disputed: false,
        finalResponseAt: row.finalResponseAt ?? sentAt.at,
        finalResponsePrecision: row.finalResponsePrecision ?? sentAt.precision,
        answeredOn: row.finalResponseAt === null ? dateOf(sentAt, localDate) : row.answeredOn,
      };
      const responses = [...details.responses, carried(event)];
      return withHumanResponse(answered, { ...details, responses }, event.eventId, sentAt, true);
    }
    case 'ResponseAccepted':
      return { ...next, disputed: false };
    case 'ResponseDisputed':
      return { ...next, disputed: true };
    case 'ComplaintClosed': {
      const { closedAt } = event.data;
      const closedOn = dateOf(closedAt, localDate);
      return { ...next, status: 'closed', closedAt: closedAt.at, closedPrecision: closedAt.precision, closedOn };
    }
    case 'ComplaintReopened': {
      const { cycle, reason, reopenedAt: at } = event.data;
      const reopenings = [...details.reopenings, { cycle, reason, at }];
      return {
        ...next,
        status: 'reopened',
        cycle,
        closedAt: null,
        closedPrecision: null,
        closedOn: null,
        details: JSON.stringify({ ...details, reopenings }),
      };
    }
  }
}

/** What the earliest events say in plain, their lists show. */
function productOf({ subject, classified }: Partial<PartedSubject>): string | null {
  const stated = isSealed(subject?.product) ? undefined : subject?.product;
  return classified?.product ?? stated ?? null;
}

function registered(event: ProjectedEvent<Registered>, localDate: (at: Instant) => LocalDate): ComplaintRow {
  const { receivedAt, channel, clientId, provisionalSeverity } = event.data;
  const details: ComplaintDetails = {
    registered: carried(event),
    responses: [],
    humanResponses: {},
    reopenings: [],
  };
  return {
    complaintId: event.streamId,
    clientId,
    branchId: event.meta.branchId,
    version: event.version,
    status: 'registered',
    cycle: 1,
    channel,
    product: productOf(event.data),
    severity: provisionalSeverity ?? null,
    receivedAt: receivedAt.at,
    receivedPrecision: receivedAt.precision,
    receivedOn: dateOf(receivedAt, localDate),
    acknowledgedAt: null,
    firstHumanResponseAt: null,
    finalResponseAt: null,
    finalResponsePrecision: null,
    answeredOn: null,
    resolution: null,
    closedAt: null,
    closedPrecision: null,
    closedOn: null,
    disputed: false,
    details: JSON.stringify(details),
  };
}
