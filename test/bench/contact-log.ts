import { newId, type NewEvent, type Uuid } from '#event-sourcing';
import type { Append, EventStore } from '#event-store';
import { assertSame } from './bench.js';

export const DATA_BYTES = 428;
export const METADATA_BYTES = 157;
export const PAYLOAD = `${DATA_BYTES} B data and ${METADATA_BYTES} B metadata an event`;

const FILL_CALLERS = 16;
const FILL_EVENTS = 64;

/** JSON of exactly so many bytes. */
export function jsonOf(document: object, bytes: number): string {
  const bare = JSON.stringify({ ...document, pad: '' }).length;
  return JSON.stringify({ ...document, pad: 'x'.repeat(bytes - bare) });
}

const METADATA = jsonOf({ actor: { id: 's-1', role: 'advisor' }, branchId: 'sh-01', correlationId: newId() }, METADATA_BYTES);

/** A logged contact, or an amendment of one, as the log keeps it. */
export function contactEvent(type: 'ContactLogged' | 'ContactAmended', clientId: Uuid, at = new Date().toISOString()): NewEvent {
  const stated = { channel: 'phone', direction: 'inbound', automated: false, startedAt: { precision: 'instant', at } };
  const document = type === 'ContactLogged' ? { clientId, ...stated } : stated;
  return { eventId: newId(), type, schemaVersion: 1, occurredAt: at, data: jsonOf(document, DATA_BYTES), metadata: METADATA };
}

/** A command of these events on a stream; a new one unless `over` says otherwise. */
export function contactAppend(events: readonly NewEvent[], over: Partial<Append> = {}): Append {
  const id = newId();
  const bare: Append = {
    commandId: newId(),
    requestHash: 'ab'.repeat(32),
    keepOutcome: 'sevenDays',
    expectedVersion: 0,
    events,
    stream: { id, kind: 'contact', key: id },
  };
  return { ...bare, ...over };
}

/** Made once: what a caller makes up is none of what is measured. */
const LOGGED = contactEvent('ContactLogged', newId());

/** Appends one contact of a client of its own. Throws unless it is accepted. */
export async function logContact(store: EventStore): Promise<void> {
  const append = contactAppend([{ ...LOGGED, eventId: newId() }]);
  const { kind } = await store.append(append);
  if (kind !== 'accepted') throw new Error(kind);
}

/** Fills an empty log with so many events: streams of `FILL_EVENTS`, through the store itself. */
export async function fillLog(store: EventStore, count: number): Promise<void> {
  let left = count;
  const fill = async (): Promise<void> => {
    while (left > 0) {
      const size = Math.min(left, FILL_EVENTS);
      left -= size;
      const clientId = newId();
      const events = Array.from({ length: size }, (_, i) => contactEvent(i === 0 ? 'ContactLogged' : 'ContactAmended', clientId));
      const { kind } = await store.append(contactAppend(events, { stream: { id: newId(), kind: 'contact', key: clientId } }));
      if (kind !== 'accepted') throw new Error(kind);
    }
  };
  await Promise.all(Array.from({ length: FILL_CALLERS }, fill));
  assertSame('events in the filled log', (await store.head()).position, count);
}
