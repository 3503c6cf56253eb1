import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { timekeepingMigrations } from '#timekeeping';
import { newId } from '#event-sourcing';
import { eventFeedMigrations } from '#event-feed';
import { eventStoreMigrations } from '#event-store';
import { privacyMigrations } from '#privacy';
import { readModelMigrations } from '#read-models';
import { readModelRunnerMigrations } from '#projections';
import type { ServicePromise } from '#service-levels';
import { tieringMigrations } from '#tiering';
import { disagreements } from '../../../test/support/clock-disagreements.js';
import { createTestDatabase } from '../../../test/support/postgres.js';
import { act, createTimedLog, received, request, type TimedLog, ZONE } from '../../../test/support/timekeeping.js';

jest.setTimeout(120_000);
const ROOT = path.resolve(import.meta.dirname, '../../..');
const KILLS = 8;
const PROMISES: ServicePromise[] = [
  {
    id: 'resolution',
    metric: 'resolution',
    calendar: 'DESK',
    target: { kind: 'businessMinutes', minutes: 240 },
    pausable: true,
    warnings: [50, 80],
    escalations: [{ afterMinutes: 60, toRole: 'branch-manager' }],
    reopenFloorMinutes: 60,
  },
  { id: 'reply', metric: 'firstResponse', calendar: 'DESK', target: { kind: 'businessMinutes', minutes: 60 } },
];

let log: TimedLog;
const children = new Set<ChildProcess>();
/** What the processes have logged. */
let logged = '';
beforeAll(async () => {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: ROOT, stdio: 'pipe' });
  const schemas = [eventStoreMigrations, privacyMigrations, eventFeedMigrations, timekeepingMigrations];
  const models = [readModelRunnerMigrations, readModelMigrations, tieringMigrations];
  log = await createTimedLog(await createTestDatabase([...schemas, ...models].flat()));
  await log.publish(PROMISES);
});
afterAll(async () => {
  await Promise.all([...children].map(kill));
  await log.close();
});

const start = (): ChildProcess => {
  const env = { ...process.env, NODE_OPTIONS: '', LOG_LEVEL: 'info', DATABASE_URL: log.url, FIRM_ZONE: ZONE };
  const child = spawn(process.execPath, ['dist/apps/timekeeper/src/main.js'], { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.on('data', (text: Buffer) => (logged += text.toString()));
  children.add(child);
  return child;
};
const kill = async (child: ChildProcess): Promise<void> => {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One case, lived through in a few commands, some of them typed in out of order. */
async function live(seed: number): Promise<void> {
  const clientId = newId();
  const stream = request(clientId);
  const day = `2025-03-${String(3 + (seed % 5)).padStart(2, '0')}`;
  await log.say(stream, received(`${day}T0${1 + (seed % 6)}:30:00.000Z`, clientId));
  if (seed % 2) await log.say(stream, act('ClientInputRequested', `${day}T07:00:00.000Z`, { channel: 'phone' }));
  if (seed % 3) await log.say(stream, act('RequestCompleted', `2025-03-12T0${seed % 9}:00:00.000Z`));
  if (seed % 4 === 1) await log.say(stream, act('ClientInputReceived', `${day}T08:10:00.000Z`));
  if (seed % 6 === 1) await log.say(stream, act('RequestReopened', '2025-03-13T01:00:00.000Z', { reason: 'notDone' }));
}

it('killed again and again, with a standby, it ends where the clocks of the log’s own facts stand, and says nothing twice', async () => {
  let leader = start();
  let standby = start();
  let seed = 0;
  const load = (async () => {
    for (; seed < 300; seed++) await live(seed);
  })();
  for (let kills = 0; kills < KILLS; kills++) {
    await pause(300 + 150 * kills);
    await kill(kills % 3 === 2 ? standby : leader);
    if (kills % 3 === 2) standby = start();
    else [leader, standby] = [standby, start()];
  }
  await load;
  await stillAtTheEnd();
  const { checked, found } = await disagreements(log.url, ZONE);
  expect(found).toEqual([]);
  expect(checked).toBeGreaterThan(500);
  const { rows } = await log.owner.query<{ twice: number }>(
    `SELECT count(*)::int AS twice FROM (SELECT stream_id FROM log.events WHERE type = 'CommitmentStarted' GROUP BY stream_id HAVING count(*) > 1) s`,
  );
  expect(rows[0]!.twice).toBe(0);
  const { rows: kinds } = await log.owner.query<{ type: string }>(`SELECT DISTINCT type FROM log.events WHERE stream_kind = 'commitment'`);
  expect(logged).toContain('"office":"tier-keeper"');
  expect(logged.split('\n').filter((line) => line.includes('tiers are kept on from'))).toEqual([]);
  expect(kinds.map(({ type }) => type)).toEqual(expect.arrayContaining(['CommitmentMet', 'CommitmentBreached', 'CommitmentPaused']));
});

/** Resolves once the timekeepers have answered the whole log, and nothing is due. */
async function stillAtTheEnd(): Promise<void> {
  for (let still = 0, last = ''; still < 8; await pause(50)) {
    const { rows } = await log.owner.query<{ position: number; head: number; due: number }>(
      `SELECT (SELECT position FROM timekeeper.progress) AS position, (SELECT max(last_position) FROM log.seals) AS head,
              (SELECT count(*)::int FROM timekeeper.cases WHERE wake_at <= now()) AS due`,
    );
    const [row] = rows;
    const mark = JSON.stringify(row);
    still = mark === last && row!.position === row!.head && row!.due === 0 ? still + 1 : 0;
    last = mark;
  }
}
