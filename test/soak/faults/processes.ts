import { type App, APPS } from '../fleet.js';
import type { Server } from '../servers.js';
import { atWork } from '../settled.js';
import type { World } from '../world.js';
import type { Fault } from './fault.js';

const SESSION_MS = 10_000; // of a member of a Kafka group: who is silent for longer has lost its partitions
const SLEPT_MS = 3_000;
const START_TRIES = 5;

const killed = (app: App): Fault => ({
  name: `SIGKILL ${app}`,
  kills: 1,
  run: ({ world, chance }) => world.fleet.kill(chance.one(world.fleet.of(app))),
});

/** Both, so that there is nobody to take over for a moment. */
const killedWithStandby = (app: App): Fault => ({
  name: `SIGKILL ${app} and its standby`,
  kills: 2,
  run: async ({ world }) => void (await Promise.all(world.fleet.of(app).map((member) => world.fleet.kill(member)))),
});

/** In the middle of its work, and nothing else breaks meanwhile: with its connections cut it could do no harm when it comes back. */
const frozen = (app: App): Fault => ({
  name: `SIGSTOP ${app} for longer than a session`,
  kills: 0,
  async run({ world, chance }) {
    await atWork(world);
    await world.fleet.freeze(chance.one(world.fleet.of(app)), SESSION_MS + 1_000 + chance.whole(SLEPT_MS));
  },
});

const serverKilled = (name: string, serverOf: (world: World) => Server): Fault => ({
  name: `SIGKILL ${name}`,
  kills: 1,
  async run({ world }) {
    const server = serverOf(world);
    process.kill(server.pid(), 'SIGKILL');
    await startedAgain(server);
  },
});

/** Whoever still holds its files or its port is given time to go. */
export async function startedAgain(server: Server): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await server.start();
    } catch (error) {
      if (tries === START_TRIES) throw error;
    }
  }
}

export const processFaults: readonly Fault[] = [
  ...APPS.map(killed),
  killedWithStandby('relay'),
  killedWithStandby('projector'),
  serverKilled('PostgreSQL', ({ postgres }) => postgres),
  serverKilled('the broker', ({ kafka }) => kafka),
  ...(['projector', 'relay', 'timekeeper', 'bridge'] as const).map(frozen),
];
