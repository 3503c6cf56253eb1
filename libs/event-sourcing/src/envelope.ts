import { derivedId, FIRM_ROOT, type Uuid } from './ids.js';
import type { Instant, LocalDate, StaffId, When } from './values.js';

/** Who did it. `onBehalfOf` names the client or colleague they acted for. All P1. */
export interface Actor {
  id: StaffId;
  role: string;
  onBehalfOf?: string;
}

/** Where an imported fact came from: the source's own id, or a hash of the row and its ordinal among equal rows. */
export interface SourceRef {
  system: string;
  record: string;
  sequence?: number;
}

/** Branch of what concerns no client and is done by somebody of no branch. */
export const HEAD_OFFICE = 'head-office';

/** Stored beside the data, as text, in class P0 and P1 only: what position, time and stream columns do not say. */
export interface EventMetadata {
  actor: Actor;
  /** Branch of the client that the event is about, or of the actor where there is no client. */
  branchId: string;
  correlationId: Uuid;
  causationId?: Uuid;
  source?: SourceRef;
  /** A code, never free text. */
  reasonCode?: string;
  /** Absent: `occurredAt` is an instant. `day`: known by its date, in `localDate`. `unknown`: only sorts. */
  precision?: Exclude<When['precision'], 'instant'>;
  localDate?: LocalDate;
  /** W3C trace context. */
  traceparent?: string;
}

/** A stream is one aggregate. `key` is the client's id, or the stream's id where there is no client. */
export interface StreamRef {
  id: Uuid;
  kind: string;
  key: Uuid;
}

/** A stream of the firm itself: its key is its own id, and its events hold P0 and P1 fields alone. */
export function firmStream(kind: string, purpose: string): StreamRef {
  const id = derivedId(FIRM_ROOT, purpose);
  return { id, kind, key: id };
}

/** An event ready to be stored: encrypted and serialised. */
export interface NewEvent {
  eventId: Uuid;
  type: string;
  schemaVersion: number;
  occurredAt: Instant;
  /** JSON text, P2 and P3 fields encrypted. */
  data: string;
  /** JSON text of EventMetadata. */
  metadata: string;
}

/** A row of the log, as stored. Data and metadata stay text until somebody needs them. */
export interface RecordedEvent extends NewEvent {
  /** 1, 2, 3, ... without a gap over the whole log, in commit order. */
  position: number;
  /** Server time of the append; never decreases along positions. */
  recordedAt: Instant;
  streamId: Uuid;
  streamKind: string;
  /** 1..n without a gap in its stream. */
  version: number;
  key: Uuid;
  partition: number;
}
