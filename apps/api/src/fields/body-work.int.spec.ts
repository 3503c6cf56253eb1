import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { readStrictJson } from '#event-sourcing';
import { checkCalendar, checkCalendarChanges, checkEdition, checkWhatIfs } from '#service-levels';
import { checkTierRules } from '#tiers';
import { HeavyBodies } from '../../../../test/support/heavy-bodies.js';
import { type ApiUnderTest, startApiUnderTest } from '../../../../test/support/api.js';
import { ApiModule } from '../api.module.js';
import { Problem } from '../problems/problem.js';
import { BODY_VALUES_MAX } from '../requests/strict-body.js';
import { bodyCheck } from './stated-shape.js';

jest.setTimeout(180_000);

/** Members and items that a check may look at in a body it refuses; each look is about a microsecond. */
const LOOKS_MAX = 12_000;

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApiUnderTest();
});
afterAll(() => under.close());

/** A value that counts how often somebody looks into it, at any depth. */
function watched<T>(value: T, looks: { count: number }): T {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, name, receiver) {
      looks.count++;
      const inside: unknown = Reflect.get(target, name, receiver);
      // what an array can do is its own; what is in it is looked at through it
      return typeof inside === 'object' ? watched(inside, looks) : inside;
    },
  });
}

/** The class of each body, by its name in the contract. */
function bodyClasses(): Map<string, Type<object>> {
  const { controllers = [] } = ApiModule.over({ ...under.parts, zone: 'Asia/Shanghai', ready: async () => undefined });
  const methods = controllers.flatMap(({ prototype }: Type<object>) =>
    Object.values(Object.getOwnPropertyDescriptors(prototype as object)).map(({ value }) => value as unknown),
  );
  const parameters = methods.flatMap((method) =>
    typeof method === 'function'
      ? ((Reflect.getMetadata('swagger/apiParameters', method) ?? []) as { in: string; type?: Type<object> }[])
      : [],
  );
  return new Map(
    parameters.flatMap(({ in: at, type }) =>
      at === 'body' && typeof type === 'function' && type.name !== 'String' ? [[type.name, type] as const] : [],
    ),
  );
}

/** What the domain checks of a document, wherever a body holds one. */
const documentChecks = [checkCalendar, checkCalendarChanges, checkEdition, checkTierRules];

test('what is looked at in a body that is refused is bounded, whatever it is heavy with (every body class)', () => {
  const classes = bodyClasses();
  const [tried, done] = [new Set<string>(), new Set<string>()];
  const wrong: unknown[] = [];
  for (const { route, of, name, text } of new HeavyBodies(under.api.document).all()) {
    if (/: (text of|too many) |^levels/.test(name)) continue; // told from its punctuation or from one look
    if (of && done.has(`${of} ${name}`)) continue;
    done.add(`${of} ${name}`);
    const read = readStrictJson(Buffer.from(text()), BODY_VALUES_MAX);
    if (!read || read.faults.length > 0 || typeof read.value !== 'object') continue;
    const looks = { count: 0 };
    const value = watched(read.value, looks);
    if (of === undefined) for (const check of route.endsWith('/what-if') ? [checkWhatIfs] : documentChecks) check(whatIfsTaken(value));
    else refused(classes.get(of)!, value);
    tried.add(of ?? route);
    if (looks.count > LOOKS_MAX) wrong.push([route, name, looks.count]);
  }
  expect(wrong).toEqual([]);
  expect([...classes.keys()].filter((name) => !tried.has(name))).toEqual([]);
  expect(tried.size).toBeGreaterThan(60);
});

/** The edge counts documents before anybody looks at one. */
const whatIfsTaken = (value: unknown): unknown => (Array.isArray(value) ? value.slice(0, 1_000) : value);

function refused(type: Type<object>, value: unknown): void {
  try {
    const body = bodyCheck(type)(value);
    for (const document of Object.values(body)) for (const check of documentChecks) check(document);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect((error.details.errors ?? []).length).toBeLessThanOrEqual(50);
  }
}
