import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka } from '#event-feed';
import { TOPICS } from '../world.js';
import type { Fault } from './fault.js';

const GATHERED_MS = 600;
const TRIES = 100;
const RETRY_MS = 500;

const repeats: Fault = {
  name: 'deliveries repeated and out of order',
  kills: 0,
  run: ({ rogue, chance }) => tried(() => rogue.repeats(chance)),
};

const gaps: Fault = {
  name: 'deliveries with gaps, ahead of the relay',
  kills: 0,
  async run({ world, rogue, chance }) {
    await tried(() => rogue.repeats(chance)); // the topic is there: with both relays stopped, nobody would make it
    const relays = world.fleet.of('relay');
    for (const { child } of relays) child.kill('SIGSTOP');
    try {
      await sleep(GATHERED_MS);
      await rogue.gaps().catch(() => undefined);
    } finally {
      for (const { child } of relays) child.kill('SIGCONT');
    }
  },
};

const poison: Fault = {
  name: 'an event that no projection can apply, records that nobody can read or that the relay did not write',
  kills: 0,
  async run({ rogue, chance }) {
    await tried(() => rogue.poison());
    await tried(() => rogue.forgeries(chance));
    await tried(() => rogue.rubbish());
  },
};

const packed: Fault = {
  name: 'batches that nobody can unpack',
  kills: 0,
  run: ({ rogue }) => tried(() => rogue.packed()),
};

const unreckonable: Fault = {
  name: 'a calendar in the log that nothing can be reckoned with',
  kills: 0,
  run: ({ rogue }) => tried(() => rogue.unreckonable()),
};

/** G12: our own topics, deleted under everybody. That of the back office is not ours. */
export const topicsDeleted: Fault = {
  name: 'every topic of ours deleted',
  kills: 0,
  async run({ world, rogue }) {
    const admin = createKafka('rogue', { brokers: [world.kafka.brokers] }).admin();
    await tried(async () => {
      await admin.connect();
      await admin.deleteTopics({ topics: [TOPICS.events, TOPICS.tierChanges] });
    });
    rogue.records.clear();
    await admin.disconnect();
  },
};

/** The fault before this one may still be felt. */
async function tried(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await work();
      return;
    } catch (error) {
      if (tries === TRIES) throw error;
      await sleep(RETRY_MS);
    }
  }
}

export const deliveryFaults: readonly Fault[] = [repeats, gaps, poison, packed, unreckonable, topicsDeleted];
