import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../problems/problem.js';
import { ExpensiveReads } from './expensive-reads.js';

const limits = { atOnce: 2, ofCallerMax: 3, waitingMax: 5, waitMaxMs: 60_000 };

/** Callers who come in this order; each begins when it is their turn. */
function comers(callers: readonly string[], reads = new ExpensiveReads(limits)) {
  const begun: { caller: string; end: () => void }[] = [];
  const refused: string[] = [];
  const all = callers.map((caller) =>
    reads.turn(caller).then(
      (end) => void begun.push({ caller, end }),
      (error: unknown) => void refused.push((error as Problem).code),
    ),
  );
  return { begun, refused, all };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('two at once, then callers in turns, however many one of them has waiting', async () => {
  const { begun } = comers(['a', 'a', 'a', 'b', 'c']);
  await settled();
  for (let nth = 0; nth < 5; nth++) {
    expect(begun.length).toBe(Math.min(5, nth + 2));
    begun[nth]!.end();
    begun[nth]!.end(); // twice is once
    await settled();
  }
  expect(begun.map(({ caller }) => caller)).toEqual(['a', 'a', 'a', 'b', 'c']);
  const again = comers(['a', 'b', 'c', 'c', 'c', 'd']);
  await settled();
  for (let nth = 0; nth < 6; nth++) {
    again.begun[nth]!.end();
    await settled();
  }
  expect(again.begun.map(({ caller }) => caller).join('')).toBe('abcdcc');
});

test('a caller with too many is told so, and all where the queue is full', async () => {
  const { refused } = comers(['a', 'a', 'a', 'a', 'b', 'b', 'b', 'c', 'c']);
  await settled();
  expect(refused).toEqual(['too-many-requests', 'overloaded']);
});

test('whoever goes away while waiting takes nobody’s turn, and whoever waits too long is told', async () => {
  const reads = new ExpensiveReads({ ...limits, atOnce: 1 });
  const [first, gone] = [await reads.turn('a'), new AbortController()];
  const left = reads.turn('b', gone.signal);
  const later = reads.turn('c');
  gone.abort();
  await expect(left).rejects.toThrow('overloaded');
  first();
  (await later)();
  const impatient = new ExpensiveReads({ ...limits, atOnce: 1, waitMaxMs: 1 });
  await impatient.turn('a');
  await expect(impatient.turn('b')).rejects.toThrow('overloaded');
});

test('at no time are there more than there may be, and everybody who was let in has their turn', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 }), async (callers) => {
      const { begun, refused } = comers(callers);
      let ended = 0;
      for (await settled(); ended < begun.length; await settled()) {
        expect(begun.length - ended).toBeLessThanOrEqual(limits.atOnce);
        begun[ended++]!.end();
      }
      expect(begun.length + refused.length).toBe(callers.length);
    }),
  );
});
