import type { NewEvent, StreamRef, Uuid } from '#event-sourcing';

/** A name that only one stream may hold, e.g. a client number: `key` is a keyed hash where the name is personal. */
export interface Reservation {
  kind: string;
  key: string;
}

/** One command's effect: all of it is stored, or none. */
export interface Append {
  commandId: Uuid;
  /** Keyed hash, hex SHA-256, over what was asked, not over the events: a retry may decide anew. */
  requestHash: string;
  /** Outcomes of HTTP commands live 7 days, those of reactions, importers and the inbox for ever. */
  keepOutcome: 'sevenDays' | 'forever';
  stream: StreamRef;
  /** 0: the stream must not exist yet. */
  expectedVersion: number | 'any';
  /** May be empty: then the outcome alone is kept, so that a repeat is answered alike. */
  events: readonly NewEvent[];
  /** Streams read while deciding; their versions must not have moved. */
  guards?: readonly { stream: Uuid; version: number }[];
  reservations?: readonly Reservation[];
  releases?: readonly Reservation[];
}

/** What is kept of an accepted command. `position` and `version` are those of its last event, or of the log and stream where it had none. */
export interface StoredOutcome {
  streamId: Uuid;
  eventCount: number;
  position: number;
  version: number;
}

export type Outcome =
  | ({ kind: 'accepted' | 'repeat' } & StoredOutcome)
  /** The stream, or a guarded stream, has moved. Nothing is stored, the id may be used again. */
  | { kind: 'conflict'; stream: Uuid; version: number }
  /** Another stream holds the name. Nothing is stored. */
  | { kind: 'reserved'; reservation: Reservation; holder: Uuid }
  /** This id belongs to another request. */
  | { kind: 'mismatch' };

/** Nothing was sent: answer 503 with Retry-After and let the client come back. */
export class Overloaded extends Error {}

/** Perhaps committed, no answer in time: retry under the same command id to learn the outcome. */
export class OutcomeUnknown extends Error {}
