import { describe, expect, test } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { aMessage } from '../../../test/support/back-office-messages.js';
import { checkMessage, type MessageFaultCode } from './message-check.js';
import { messageSchemas } from './message-schemas.js';
import { messageKinds } from './message-shapes.js';
import type { MessageKind } from './messages.js';

const TODAY = '2026-03-11';
const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
addFormats.default(ajv);
const schemas = Object.fromEntries(messageKinds.map((kind) => [kind, ajv.compile(messageSchemas[kind])])) as Record<
  MessageKind,
  ValidateFunction
>;
/** What compares values, and so is beyond a schema. */
const beyond: readonly MessageFaultCode[] = [
  'mixed-currencies',
  'date-in-future',
  'ends-before-start',
  'same-currency',
  'parts-above-total',
  'passed-on-above-commission',
];

test.each(messageKinds)('%s: the example is in order, by the check and by the schema', (kind) => {
  const message = aMessage(kind);
  expect(checkMessage(message, TODAY)).toEqual({ message });
  expect(schemas[kind](message)).toBe(true);
});

const junk = fc.constantFrom<unknown>(
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  '',
  'x',
  'EUR',
  'eur',
  '2025-02-30',
  '2025-03-11',
  '2999-01-01',
  [],
  {},
  [{}],
  '2025-03-11T09:30:00Z',
  '2025-03-11T25:00:00Z',
  'a'.repeat(65),
  'C1',
  'in',
  1,
  6,
  { amountMinor: 1, currency: 'EUR' },
);

type Json = Record<string, unknown> | unknown[];
const isNode = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Changes one place of a message, chosen by the numbers. */
function spoil(message: object, steps: readonly number[], act: 'set' | 'drop' | 'add', value: unknown): object {
  const copy = structuredClone(message) as Record<string, unknown>;
  let node: Json = copy;
  for (const [i, step] of steps.entries()) {
    const names = Object.keys(node);
    const name = names[step % Math.max(1, names.length)];
    if (name === undefined) break;
    const next: unknown = (node as Record<string, unknown>)[name];
    if (i < steps.length - 1 && isNode(next)) node = next;
    else {
      if (act === 'drop' && !Array.isArray(node)) delete node[name];
      else (node as Record<string, unknown>)[act === 'add' && !Array.isArray(node) ? 'extra' : name] = value;
      break;
    }
  }
  return copy;
}

test('the check and the published schema agree on whatever comes', () => {
  const spoilt = fc.record({
    kind: fc.constantFrom(...messageKinds),
    steps: fc.array(fc.nat(11), { minLength: 1, maxLength: 5 }),
    act: fc.constantFrom('set' as const, 'drop' as const, 'add' as const),
    value: junk,
    again: fc.boolean(),
  });
  let [taken, refused] = [0, 0];
  fc.assert(
    fc.property(spoilt, ({ kind, steps, act, value, again }) => {
      const once = spoil(aMessage(kind), steps, act, value);
      const message = again ? spoil(once, [...steps].reverse(), 'set', value) : once;
      const { faults } = checkMessage(message, TODAY);
      const valid = schemas[kind](message);
      if ((message as { kind: unknown }).kind !== kind) return;
      if (faults) refused++;
      else taken++;
      if (valid !== (faults ?? []).every(({ code }) => beyond.includes(code)))
        throw new Error(`${JSON.stringify(message)}: schema ${valid}, check ${JSON.stringify(faults)}`);
    }),
    { numRuns: 4_000 },
  );
  expect(taken).toBeGreaterThan(50);
  expect(refused).toBeGreaterThan(500);
});

describe('a message is refused, saying where and why', () => {
  const money = (amountMinor: unknown, currency = 'CNY') => ({ amountMinor, currency });
  const trade = (more: object) => aMessage('tradeBooked', { data: { ...aMessage('tradeBooked').data, ...more } });
  const observed = (more: object) => aMessage('assetsObserved', { data: { on: '2025-03-11', total: money(1), ...more } });
  test.each<[string, unknown, string, MessageFaultCode]>([
    ['a part beyond all bounds', observed({ cash: money(-100_000_000_000_001) }), '/data/cash/amountMinor', 'out-of-range'],
    ['a negative amount', observed({ total: money(-1) }), '/data/total/amountMinor', 'amount-negative'],
    ['a currency that there is not', observed({ total: money(1, 'ABC') }), '/data/total/currency', 'bad-format'],
    ['no currency', observed({ total: money(1, 'XXX') }), '/data/total/currency', 'bad-format'],
    ['half a fen', observed({ total: money(0.5) }), '/data/total/amountMinor', 'amount-not-whole'],
    ['an amount as text', observed({ total: money('1') }), '/data/total/amountMinor', 'wrong-type'],
    ['an amount too large to be exact', observed({ total: money(2 ** 53) }), '/data/total/amountMinor', 'out-of-range'],
    ['two currencies', trade({ commission: money(5, 'USD') }), '/data/commission/currency', 'mixed-currencies'],
    ['parts above their total', observed({ total: money(5), securities: money(5), cash: money(1) }), '/data/total', 'parts-above-total'],
    ['one part above it', observed({ total: money(5), cash: money(6) }), '/data/total', 'parts-above-total'],
    ['more passed on than charged', trade({ commission: money(5), passedOn: money(6) }), '/data/passedOn', 'passed-on-above-commission'],
    ['assets of tomorrow', observed({ on: '2026-03-12' }), '/data/on', 'date-in-future'],
    ['a trade of tomorrow', trade({ on: '2026-03-12' }), '/data/on', 'date-in-future'],
    ['a day that no month has', observed({ on: '2025-02-30' }), '/data/on', 'bad-format'],
    ['an unknown member', observed({ note: 'x' }), '/data/note', 'unknown-member'],
    ['an unknown member of the message', aMessage('assetsObserved', { name: 'x' }), '/name', 'unknown-member'],
    ['an unknown kind', aMessage('assetsObserved', { kind: 'assets' }), '/kind', 'unknown-kind'],
    ['version 0', aMessage('assetsObserved', { version: 0 }), '/version', 'out-of-range'],
    ['an account’s fact without its account', aMessage('assetsObserved', { accountId: undefined }), '/accountId', 'missing'],
    ['a rate of an account', aMessage('exchangeRate', { accountId: 'A-1' }), '/accountId', 'unknown-member'],
    ['a list', [], '', 'wrong-type'],
    [
      'totals below zero',
      aMessage('dayCompleted', { data: { on: '2025-03-11', totals: { records: 1, assetsMinor: { CNY: -1 } } } }),
      '/data/totals/assetsMinor/CNY',
      'amount-negative',
    ],
  ])('%s', (_, message, pointer, code) => {
    expect(checkMessage(message, TODAY).faults).toContainEqual({ pointer, code });
  });

  test('beside a debit a part may be more than the total; and what was taken once is read as it was', () => {
    expect(checkMessage(observed({ total: money(5), securities: money(9), cash: money(-4) }), TODAY)).toHaveProperty('message');
    expect(checkMessage(observed({ total: money(5), securities: money(5), cash: money(0) }), TODAY)).toHaveProperty('message');
    expect(checkMessage(observed({ total: money(5), cash: money(6) }), TODAY, true)).toHaveProperty('message');
  });
});

test('today itself is no future', () => {
  expect(
    checkMessage(aMessage('assetsObserved', { data: { on: TODAY, total: { amountMinor: 1, currency: 'CNY' } } }), TODAY).faults,
  ).toBeUndefined();
});
