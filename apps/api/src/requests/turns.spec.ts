import { expect, jest, test } from '@jest/globals';
import { setImmediate as nextTurn, setTimeout as after } from 'node:timers/promises';
import { Turns } from './turns.js';

function turnsOver(load: { underWay: number }) {
  const turns = new Turns(() => load.underWay);
  const begun: string[] = [];
  return { turns, begun, wait: (name: string) => turns.wait(() => begun.push(name)) };
}

test('where few are under way, whoever comes begins in the next turn of the event loop', async () => {
  const { begun, wait } = turnsOver({ underWay: 15 });
  wait('a');
  await nextTurn();
  expect(begun).toEqual(['a']);
});

test('while many are under way, those who come begin together and in order, once some came back', async () => {
  const load = { underWay: 16 };
  const { turns, begun, wait } = turnsOver(load);
  wait('a');
  await nextTurn();
  wait('b');
  await nextTurn();
  expect(begun).toEqual([]);
  load.underWay = 0;
  turns.next();
  await nextTurn();
  expect(begun).toEqual(['a', 'b']);
});

test('enough of them begin whatever is under way', async () => {
  const { begun, wait } = turnsOver({ underWay: 1_000 });
  for (let nth = 0; nth < 24; nth++) wait(String(nth));
  await nextTurn();
  expect(begun).toHaveLength(24);
});

test('nobody waits for ever: a log that never answers holds nobody back', async () => {
  const { begun, wait } = turnsOver({ underWay: 1_000 });
  wait('a');
  for (const end = Date.now() + 5_000; begun.length === 0 && Date.now() < end;) await after(1);
  expect(begun).toEqual(['a']);
});

test('who was let in and appended nothing leaves the next ones to look for themselves', async () => {
  const load = { underWay: 16 };
  const { turns, begun, wait } = turnsOver(load);
  const refused = jest.fn();
  turns.wait(refused);
  load.underWay = 0;
  turns.next();
  await nextTurn();
  wait('b');
  await nextTurn();
  expect([refused.mock.calls.length, begun]).toEqual([1, ['b']]);
});
