import { newId, type NewEvent, type Uuid } from '#event-sourcing';
import type { Append } from '#event-store';

let made = 0;

/** An event of no context: for tests of the log, which reads no event. */
export const someEvent = (over: Partial<NewEvent> = {}): NewEvent => ({
  eventId: newId(),
  type: 'Noted',
  schemaVersion: 1,
  occurredAt: '2025-03-11T02:00:00.123Z',
  data: JSON.stringify({ note: ++made }),
  metadata: JSON.stringify({ actor: { id: 's-1', role: 'tester' }, branchId: 'b-1' }),
  ...over,
});

/** A command with one event, on a new stream unless `over` says otherwise. */
export function someAppend(over: Partial<Append> & { streamId?: Uuid } = {}): Append {
  const { streamId = newId(), ...rest } = over;
  return {
    commandId: newId(),
    requestHash: 'ab'.repeat(32),
    keepOutcome: 'sevenDays',
    stream: { id: streamId, kind: 'note', key: streamId },
    expectedVersion: 0,
    events: [someEvent()],
    ...rest,
  };
}
