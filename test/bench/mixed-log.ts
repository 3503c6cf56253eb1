import { type CommandContext, EventCodec, eventRegistry } from '#application';
import { createPool } from '#database';
import { newId } from '#event-sourcing';
import { EventStore } from '#event-store';
import { ClientKeys, type MasterKeys } from '#privacy';
import { assertSame } from './bench.js';
import type { Step } from './mixed-lives.js';

const WAVE = 500;

/**
 * Fills an empty log with such lives, step by step, so that a client's events lie as far apart as they would. Answers how
 * many events there are.
 */
export async function fillLog(url: string, master: MasterKeys, lives: readonly (readonly Step[])[]): Promise<number> {
  const pool = createPool({ url, max: 4, applicationName: 'bench' });
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'bench' });
  const codec = new EventCodec(eventRegistry, new ClientKeys(pool, master));
  try {
    let events = 0;
    for (let step = 0; lives.some((life) => step < life.length); step++) {
      const steps = lives.flatMap((life) => life[step] ?? []);
      for (let from = 0; from < steps.length; from += WAVE) {
        await Promise.all(steps.slice(from, from + WAVE).map((one) => take(store, codec, one)));
      }
      events += steps.reduce((sum, one) => sum + one.events.length, 0);
    }
    assertSame('events in the filled log', (await store.head()).position, events);
    return events;
  } finally {
    await store.close();
    await pool.end();
  }
}

async function take(store: EventStore, codec: EventCodec, { stream, events }: Step): Promise<void> {
  const commandId = newId();
  const context: CommandContext = {
    commandId,
    requestHash: 'ab'.repeat(32),
    keepOutcome: 'forever',
    now: '2026-03-11T02:00:00.000Z',
    correlationId: commandId,
    principal: { subject: 's-1', role: 'advisor', branchScope: 'sh-01' },
  };
  const encoded = await codec.encode(events, stream.key, 'sh-01', context);
  const { requestHash, keepOutcome } = context;
  const { kind } = await store.append({ commandId, requestHash, keepOutcome, stream, expectedVersion: 'any', events: encoded });
  assertSame('append', kind, 'accepted');
}
