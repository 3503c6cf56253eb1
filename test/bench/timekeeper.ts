import { newId } from '#event-sourcing';
import type { ServicePromise } from '#service-levels';
import { act, createTimedLog, received, request, type TimedLog } from '../support/timekeeping.js';
import { type BenchResult, type BenchSettings, Rounds, sizeOf } from './bench.js';
import { withServer } from './bench-server.js';

const FEW = 1_000;
const MANY = { quick: 50_000, usual: 200_000, full: 1_000_000 };
const POLLS = 500;
const ROUNDS_MAX = 3;
const CASES = 2_000;
const PROMISES: ServicePromise[] = [
  ...[
    { id: 'resolution', metric: 'resolution' as const },
    { id: 'reply', metric: 'firstResponse' as const },
  ].map((promise) => ({ ...promise, calendar: 'DESK', target: { kind: 'businessMinutes' as const, minutes: 240 }, warnings: [50] })),
];

/** What running commitments cost while nothing is due, and how fast the log is answered and what is due is fired. */
export const benchTimekeeper = (settings: BenchSettings): Promise<BenchResult> =>
  withServer(async (server) => {
    const { rounds } = settings;
    const many = sizeOf(settings, MANY);
    const log = await createTimedLog({ url: server.url, drop: async () => {} });
    server.closeFirst(() => log.close());
    await log.publish(PROMISES);
    const measured = new Rounds();
    for (let round = 1; round <= Math.min(rounds, ROUNDS_MAX); round++) {
      for (const count of [FEW, many]) {
        await running(log, count);
        measured.add(`a look, ${count}`, 'µs', await pollCostUs(log));
      }
      await running(log, 0);
      const [answering, firing] = await throughput(log);
      measured.add('answered', 'commands/s', answering);
      measured.add('fired', 'events/s', firing);
      console.error(
        `round ${round} of ${rounds}: a look ${[FEW, many].map((n) => measured.of(`a look, ${n}`).at(-1)!.toFixed(0)).join(' and ')} µs`,
      );
    }
    return {
      rows: [
        measured.ratio(`timekeeper: a look at what is due, ${told(many)} running / ${told(FEW)}`, `a look, ${many}`, `a look, ${FEW}`),
        measured.absolute('timekeeper: commands of cases answered', 'answered'),
        measured.absolute('timekeeper: warnings and breaches fired', 'fired'),
      ],
      held: [
        `${server.held}; ${POLLS} looks a measurement, ${told(CASES)} cases of two promises each, half of them completed; at most ${ROUNDS_MAX} rounds`,
      ],
    };
  });

const told = (count: number): string => count.toLocaleString('en-US');

/** So many cases with a commitment that is due next year, and no other. */
async function running(log: TimedLog, count: number): Promise<void> {
  await log.owner.query('TRUNCATE timekeeper.cases');
  await log.owner.query(
    `INSERT INTO timekeeper.cases (subject_id, client_id, branch_id, kind, subject, opened_position, opened_at, running, wake_at)
     SELECT gen_random_uuid(), gen_random_uuid(), 'sh-01', 'request', '{}', 1, now(), true, now() + interval '1 year' + i * interval '1 second'
       FROM generate_series(1, $1::int) i`,
    [count],
  );
  await log.owner.query('ANALYZE timekeeper.cases');
}

/** What the timekeeper asks when it wakes and nothing is due. */
async function pollCostUs(log: TimedLog): Promise<number> {
  const ask = () => log.owner.query('SELECT min(wake_at) FROM timekeeper.cases');
  for (let i = 0; i < POLLS / 10; i++) await ask();
  const start = performance.now();
  for (let i = 0; i < POLLS; i++) await ask();
  return ((performance.now() - start) * 1_000) / POLLS;
}

/** Commands answered a second, then warnings and breaches fired a second for those that nobody completed. */
async function throughput(log: TimedLog): Promise<[number, number]> {
  const before = await log.store.head();
  await Promise.all(
    Array.from({ length: CASES }, async (_, i) => {
      const clientId = newId();
      const stream = request(clientId);
      await log.say(stream, received('2025-03-11T02:00:00.000Z', clientId));
      if (i % 2 === 0) await log.say(stream, act('RequestCompleted', '2025-03-11T03:00:00.000Z'));
    }),
  );
  const commands = (await log.store.head()).position - before.position;
  const start = performance.now();
  const keeping = await log.start();
  while (keeping.timekeeper.position < before.position + commands) await new Promise((resolve) => setTimeout(resolve, 5));
  const answeredAt = performance.now();
  await log.caughtUp(keeping);
  const quietMs = 150; // that `caughtUp` watches nothing happen
  const firedMs = performance.now() - answeredAt - quietMs;
  await keeping.stop();
  const { rows } = await log.owner.query<{ fired: number }>(
    "SELECT count(*)::int AS fired FROM log.events WHERE position > $1 AND type IN ('WarningReached', 'CommitmentBreached')",
    [before.position],
  );
  return [(commands * 1_000) / (answeredAt - start), (rows[0]!.fired * 1_000) / firedMs];
}
