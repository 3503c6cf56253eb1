import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultProxy } from '../../support/fault-proxy.js';
import type { World } from '../world.js';
import type { Fault } from './fault.js';

const LOSING_MAX_MS = 15_000;
const POLL_MS = 20;
const CUT_EVERY_MS = 300;

/** Again and again, so that some of it is in the middle of a request. */
const cut = (name: string, lineOf: (world: World) => FaultProxy): Fault => ({
  name: `all connections to ${name} cut, again and again`,
  kills: 0,
  async run({ world, chance }) {
    for (let cuts = 5 + chance.whole(10); cuts > 0; cuts--) {
      lineOf(world).cut();
      await sleep(chance.whole(CUT_EVERY_MS));
    }
  },
});

const away = (name: string, lineOf: (world: World) => FaultProxy): Fault => ({
  name: `${name} out of reach for seconds`,
  kills: 0,
  async run({ world, chance }) {
    const line = lineOf(world);
    line.down = true;
    await sleep(500 + chance.whole(2_500));
    line.down = false;
  },
});

/** Waits until so many were lost, or nobody asks any more. */
async function losing(lines: readonly FaultProxy[], count: number): Promise<void> {
  for (const line of lines) line.losing = Math.ceil(count / lines.length);
  for (let waitedMs = 0; waitedMs < LOSING_MAX_MS && lines.some((line) => line.losing > 0); waitedMs += POLL_MS) await sleep(POLL_MS);
  for (const line of lines) line.losing = 0;
}

export const answersLost: Fault = {
  name: 'answers of the API lost',
  kills: 0,
  run: ({ world, lostAnswers }) =>
    losing(
      world.apis.map(({ line }) => line),
      lostAnswers,
    ),
};

const databaseAnswersLost: Fault = {
  name: 'answers of PostgreSQL lost after it did its work',
  kills: 0,
  run: ({ world, chance }) => losing([world.postgres.line], 1 + chance.whole(8)),
};

export const lineFaults: readonly Fault[] = [
  cut('PostgreSQL', ({ postgres }) => postgres.line),
  cut('the broker', ({ kafka }) => kafka.line),
  away('PostgreSQL', ({ postgres }) => postgres.line),
  away('the broker', ({ kafka }) => kafka.line),
  answersLost,
  databaseAnswersLost,
];
