import { isUuid } from '#event-sourcing';
import type { Append } from './append.js';

/** Events of one command at most. */
export const COMMAND_EVENTS_MAX = 10_000;
const GUARDS_MAX = 1_000;
const INT4_MAX = 2 ** 31 - 1;
const SHA256_TEXT = /^[0-9a-f]{64}$/;
// days that a month has in every year; 29 February is asked of the calendar
const DAY = '(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)';
const PLAIN_INSTANT = new RegExp(`^(?!0000)\\d{4}-${DAY}T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z$`);
const INSTANT_TEXT = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * Throws TypeError for a command that PostgreSQL would refuse, or keep otherwise than it was given: a batch is one
 * statement, and a bad neighbour must not make it fail.
 */
export function assertWellFormed(append: Append): void {
  const { commandId, requestHash, stream, expectedVersion, events, guards = [], reservations = [], releases = [] } = append;
  for (const id of [commandId, stream.id, stream.key]) uuid(id);
  if (!SHA256_TEXT.test(requestHash)) throw new TypeError('malformed request hash');
  text(stream.kind);
  if (expectedVersion !== 'any') integer(expectedVersion, 0);
  if (events.length > COMMAND_EVENTS_MAX) throw new TypeError(`a command of ${events.length} events`);
  if (guards.length + reservations.length + releases.length > GUARDS_MAX) throw new TypeError('too many guards and names');
  for (const { eventId, type, schemaVersion, occurredAt, data, metadata } of events) {
    uuid(eventId);
    integer(schemaVersion, 1);
    instant(occurredAt);
    text(type);
    text(data);
    text(metadata);
  }
  for (const guard of guards) {
    uuid(guard.stream);
    integer(guard.version, 0);
  }
  for (const names of [reservations, releases]) {
    for (const { kind, key } of names) {
      text(kind);
      text(key);
    }
  }
}

function uuid(id: string): void {
  if (!isUuid(id)) throw new TypeError('malformed id');
}

function integer(value: number, from: number): void {
  if (!Number.isInteger(value) || value < from || value > INT4_MAX) throw new TypeError(`${value} is not an integer from ${from}`);
}

function instant(at: string): void {
  if (PLAIN_INSTANT.test(at)) return;
  if (!INSTANT_TEXT.test(at) || Number.isNaN(Date.parse(at)) || new Date(at).toISOString() !== at) {
    throw new TypeError('malformed instant');
  }
}

// PostgreSQL's text holds no U+0000, and UTF-8 no half of a surrogate pair.
function text(value: string): void {
  if (value.includes('\0') || !(value as WellFormable).isWellFormed()) throw new TypeError('text with U+0000 or a lone surrogate');
}

/** ES2024, which Node 20 has and our compile target's library does not. */
type WellFormable = string & { isWellFormed(): boolean };
