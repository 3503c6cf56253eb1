import { afterEach, expect, it } from '@jest/globals';
import { type Dependency, HealthMonitor, type Look } from './health.js';

const STALL_MS = 100;
let monitor: HealthMonitor;
afterEach(() => monitor.close());

const aLook = (more: Partial<Look>): Look => ({ position: 1, behind: 0, secondsBehind: 0, says: 'up to date', ...more });
function watching(look: () => Promise<Look>, away = false, readyWithinSeconds?: number): HealthMonitor {
  const check = () => (away ? Promise.reject(new Error('refused')) : Promise.resolve());
  const dependencies: Dependency[] = [{ name: 'Kafka', check }];
  monitor = new HealthMonitor(STALL_MS);
  monitor.watch({ dependencies, works: [{ name: 'the relay', look }], ...(readyWithinSeconds && { readyWithinSeconds }) });
  return monitor;
}
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 3 * STALL_MS));

it('a process that has something to do and does nothing is stuck, and says what', async () => {
  const health = watching(async () => aLook({ behind: 12 }));
  await aWhile();
  expect(await health.live()).toEqual({ ok: false, status: 'stuck', says: ['the relay has 12 to do and has done nothing for 0 s'] });
});

it('a process that moves, however far behind, is alive', async () => {
  let position = 0;
  const health = watching(async () => aLook({ position: position++, behind: 1_000_000 }));
  await aWhile();
  expect(await health.live()).toMatchObject({ ok: true });
});

it('a process with nothing to do, or that stands by, is alive', async () => {
  const idle = watching(async () => aLook({}));
  await aWhile();
  expect(await idle.live()).toMatchObject({ ok: true });
  idle.close();
  const second = watching(async () => aLook({ behind: 5, standby: true }));
  await aWhile();
  expect(await second.live()).toMatchObject({ ok: true });
  expect(await second.ready()).toMatchObject({ ok: true, status: 'standby' });
});

it('a dependency that is away keeps the process alive and not ready, and both name it', async () => {
  const health = watching(async () => aLook({ behind: 12, says: 'the last 12 events are missing' }), true);
  await aWhile();
  expect(await health.live()).toEqual({ ok: true, status: 'live', says: ['waiting for Kafka, which does not answer'] });
  expect(await health.ready()).toMatchObject({ ok: false, says: ['Kafka does not answer', 'the last 12 events are missing'] });
});

it('work that cannot be looked at, although all that it needs answers, is stuck', async () => {
  const health = watching(() => Promise.reject(new Error('no connection is free')));
  await aWhile();
  expect(await health.live()).toMatchObject({ ok: false });
});

it('work that is further behind than it may be makes the process not ready', async () => {
  const health = watching(async () => aLook({ behind: 3, secondsBehind: 61 }), false, 60);
  expect(await health.ready()).toMatchObject({ ok: false, status: 'not-ready' });
});

it('a process that has not started is neither started nor ready, and not to be restarted', async () => {
  monitor = new HealthMonitor(STALL_MS);
  expect(monitor.started()).toMatchObject({ ok: false, status: 'starting' });
  expect(await monitor.ready()).toMatchObject({ ok: false });
  expect(await monitor.live()).toMatchObject({ ok: true });
});
