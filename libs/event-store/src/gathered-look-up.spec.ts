import { describe, expect, it } from '@jest/globals';
import { GatheredLookUp } from './gathered-look-up.js';

/** Questions that are answered when the test says so. */
function heldBack() {
  const questions: { keys: readonly string[]; answer: () => void }[] = [];
  const lookUp = new GatheredLookUp<string>(
    (keys) => new Promise((resolve) => questions.push({ keys, answer: () => resolve(keys.map((key) => `of ${key}`)) })),
  );
  return { questions, lookUp };
}

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('gathered look-ups', () => {
  it('go out together when they are asked in one turn, each key once', async () => {
    const { questions, lookUp } = heldBack();
    const answers = Promise.all(['a', 'b', 'a'].map((key) => lookUp.of(key)));
    await turn();
    expect(questions.map(({ keys }) => keys)).toEqual([['a', 'b']]);
    questions[0]!.answer();
    expect(await answers).toEqual(['of a', 'of b', 'of a']);
  });

  it('wait while two questions are under way, and never join one that has gone out', async () => {
    const { questions, lookUp } = heldBack();
    const answers: Promise<string>[] = [];
    for (const key of ['a', 'b', 'c', 'd']) {
      answers.push(lookUp.of(key));
      await turn();
    }
    answers.push(lookUp.of('a')); // something may have been appended since the first question
    expect(questions.map(({ keys }) => keys)).toEqual([['a'], ['b']]);
    questions[1]!.answer();
    await turn();
    expect(questions.map(({ keys }) => keys)).toEqual([['a'], ['b'], ['c', 'd', 'a']]);
    for (const { answer } of questions) answer();
    expect(await Promise.all(answers)).toEqual(['of a', 'of b', 'of c', 'of d', 'of a']);
  });

  it('are asked singly where their question fails, so that one cannot fail its neighbours', async () => {
    const asked: (readonly string[])[] = [];
    const lookUp = new GatheredLookUp<string>(async (keys) => {
      asked.push(keys);
      if (keys.includes('bad')) throw Object.assign(new Error('refused'), { severity: 'ERROR' });
      return keys.map((key) => `of ${key}`);
    });
    const answers = await Promise.allSettled(['a', 'bad', 'b'].map((key) => lookUp.of(key)));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(asked).toEqual([['a', 'bad', 'b'], ['a'], ['bad'], ['b']]);
  });

  it('fail together where the line broke: asking each again would only wait longer', async () => {
    let asked = 0;
    const lookUp = new GatheredLookUp<string>(async () => {
      asked++;
      throw new Error('Connection terminated');
    });
    const answers = await Promise.allSettled(['a', 'b', 'c'].map((key) => lookUp.of(key)));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(asked).toBe(1);
  });
});
