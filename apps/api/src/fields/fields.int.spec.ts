import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { createRequire } from 'node:module';
import { readStrictJson } from '#event-sourcing';
import * as backOffice from '../back-office/back-office-bodies.js';
import * as sources from '../back-office/source-bodies.js';
import * as assignments from '../clients/assignment-bodies.js';
import * as clients from '../clients/client-bodies.js';
import * as riskProfiles from '../clients/risk-profile-bodies.js';
import { ClientSearchBody } from '../clients/client-views.js';
import * as complaints from '../complaints/complaint-bodies.js';
import * as contacts from '../contacts/contact-bodies.js';
import { Problem } from '../problems/problem.js';
import * as commitments from '../service-levels/commitment-bodies.js';
import { RehearseBody } from '../service-levels/rehearsal.controller.js';
import * as requests from '../service-levels/request-bodies.js';
import * as rules from '../service-levels/rule-bodies.js';
import * as surveys from '../contacts/survey-bodies.js';
import * as segments from '../value/segment-bodies.js';
import * as tiers from '../tiers/tier-bodies.js';
import { TierWhatIfBody } from '../tiers/tier-what-if.controller.js';
import * as tierRules from '../tiers/tier-rules-bodies.js';
import { type ApiUnderTest, startApiUnderTest } from '../../../../test/support/api.js';
import { faultsByClassValidator } from '../../../../test/support/class-validator-faults.js';
import { type Fault, shapeOf } from './compiled-shape.js';
import { bodyCheck } from './stated-shape.js';
import { AmountBody, MoneyBody } from './value-fields.js';

jest.setTimeout(120_000);

// a CommonJS package whose types speak of a default export that Node does not see
const addFormats = createRequire(import.meta.url)('ajv-formats') as (ajv: Ajv2020) => void;
const RUNS_PER_BODY = Number(process.env.BODIES_TRIED ?? 100);

const { DELIVERY_MAX: _, ...deliveries } = backOffice;
const classes = Object.values({
  ...assignments,
  ...deliveries,
  ...clients,
  ...commitments,
  ...complaints,
  ...contacts,
  ...requests,
  ...riskProfiles,
  ...segments,
  ...sources,
  ...surveys,
  ...rules,
  ...tiers,
  ...tierRules,
  ClientSearchBody,
  RehearseBody,
  TierWhatIfBody,
}) as (new () => object)[];
// shared by bodies, and checked in each of them
classes.push(AmountBody, MoneyBody);
const names = classes.map((type) => type.name);
const classOf = (name: string): new () => object => classes.find((type) => type.name === name)!;

interface Schema {
  $ref?: string;
  allOf?: [Schema];
  type?: string;
  enum?: string[];
  oneOf?: Schema[];
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}

let under: ApiUnderTest;
let schemas: Record<string, Schema>;
let validators: Map<string, ValidateFunction>;
beforeAll(async () => {
  under = await startApiUnderTest();
  schemas = JSON.parse(JSON.stringify(under.api.document.components!.schemas)) as Record<string, Schema>;
  const ajv = new Ajv2020({ strict: false });
  addFormats(ajv);
  ajv.addSchema({ $id: 'https://rapport.example/contract', components: { schemas } });
  validators = new Map(
    names
      .filter((name) => schemas[name])
      .map((name) => [name, ajv.compile({ $ref: `https://rapport.example/contract#/components/schemas/${name}` })]),
  );
});
afterAll(() => under.close());

const resolve = (schema: Schema): Schema => {
  const reference = schema.$ref ?? schema.allOf?.[0].$ref;
  return reference ? schemas[reference.split('/').at(-1)!]! : schema;
};

const mostly = <T>(good: fc.Arbitrary<T>, ...others: fc.Arbitrary<T>[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary: good }, ...others.map((arbitrary) => ({ weight: 1, arbitrary })));
const goodDays = fc.constantFrom('2026-03-11', '1900-01-01', '2024-02-29');
const goodInstants = fc
  .tuple(goodDays, fc.constantFrom('10:00:00', '23:59:59.999', '00:00:00.123456789'), fc.constantFrom('Z', '+08:00', '-23:59'))
  .map(([day, clock, offset]) => `${day}T${clock}${offset}`);
const days = mostly(goodDays, fc.constantFrom('1899-12-31', '2201-01-01', '2023-02-29', '2026-04-31', '2026-3-1', ' 2026-03-11'));
const badInstants = fc
  .tuple(
    days,
    fc.constantFrom('T', ' ', 't'),
    fc.constantFrom('10:00:00', '24:00:00', '10:00:60', '10:00'),
    fc.constantFrom('Z', '+24:00', '', 'z'),
  )
  .map((parts) => parts.join(''));
const instants = mostly(goodInstants, badInstants);
const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(
    '',
    ' ',
    '\u3000',
    '\n',
    'a\nb',
    'a\tb',
    'a\rb',
    'a\u202eb',
    'a\u200db',
    '\ufeffa',
    'x',
    'sh-01',
    'CNY',
    'cny',
    '\ufe0f',
    '😀\ufe0f',
  ),
);
const junk = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, 1.5, -1, 1e300, '', [], {}, [[]], [{}], 'x'),
  fc.jsonValue({ maxDepth: 2 }),
  days,
  instants,
);

/** Mostly what the schema takes, at its bounds and a step beyond them. */
function near(schema: Schema): fc.Arbitrary<unknown> {
  const {
    type,
    enum: values,
    oneOf,
    pattern,
    format,
    minimum,
    maximum,
    maxLength,
    maxItems,
    items,
    properties,
    required = [],
  } = resolve(schema);
  if (oneOf) return mostly<string>(fc.oneof(days, instants), texts);
  if (values) return mostly<string>(fc.constantFrom(...values), texts);
  if (format === 'uuid') {
    const ids = fc.uuid();
    return mostly(
      ids,
      texts,
      ids.map((id) => id.toUpperCase()),
    );
  }
  if (format === 'date') return days;
  if (format === 'date-time') return instants;
  if (maxLength !== undefined) {
    const edge = fc
      .constantFrom(...[-1, 0, 1].map((step) => (maxLength ?? 100) + step))
      .chain((length) => fc.constantFrom('x', '名', '😀', '\ufe0f').map((one) => one.repeat(length)));
    const endless = fc.constant('x'.repeat(30_000));
    const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).map((text) => `名${text}`);
    return mostly(words, texts, edge, endless);
  }
  if (type === 'string') return mostly(fc.stringMatching(new RegExp(pattern ?? '.*', 'u')), texts);
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer') {
    // beyond what any field takes as well, lest a bound that is not published goes unseen
    return fc.constantFrom(
      ...[minimum, maximum, minimum! - 1, maximum! + 1].filter(Number.isFinite),
      0,
      1,
      0.5,
      -0,
      2 ** 40,
      -(2 ** 40),
      2 ** 53,
    );
  }
  if (type === 'array') return fc.array(near(items!), { maxLength: Math.min(3, maxItems! + 1) });
  const members = Object.fromEntries(
    Object.entries(properties ?? {}).map(([name, member]) => [
      name,
      fc.oneof({ weight: 60, arbitrary: near(member) }, { weight: 1, arbitrary: junk }),
    ]),
  );
  return fc.record(members, { requiredKeys: Object.keys(members).filter((name) => required.includes(name)) });
}

/** The same with a member more or one less, now and then. */
const disturbed = (schema: Schema): fc.Arbitrary<unknown> =>
  fc
    .tuple(near(schema), fc.integer({ min: 0, max: 19 }), fc.constantFrom('more', 'Party', 'occurredat'), junk)
    .map(([value, luck, name, other]) => {
      if (luck === 0) return { ...(value as object), [name]: other };
      if (luck === 1) return Object.fromEntries(Object.entries(value as object).slice(1));
      return luck === 2 ? other : value;
    });

function taken(name: string, value: unknown): boolean {
  try {
    bodyCheck(classOf(name))(value);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'invalid-request') return false;
    throw error;
  }
}

const ordered = (faults: readonly Fault[]): string[] => faults.map(({ path, code }) => `${path.join('/')} ${code}`).sort();

/** Both readings of the same decorators. Names that JavaScript gives a meaning never get so far; class-validator misses them. */
function compared(name: string, value: object): void {
  if (readStrictJson(Buffer.from(JSON.stringify(value)))?.faults.some(({ code }) => code === 'unknown-member')) return;
  const shape = shapeOf(classOf(name));
  const compiled = ordered(shape.faultsOf(value, 1_000));
  expect({ value, faults: compiled }).toEqual({ value, faults: ordered(faultsByClassValidator(classOf(name), value)) });
  expect({ value, fits: shape.fits(value) }).toEqual({ value, fits: compiled.length === 0 });
}

/** Every text of a body's class, with where it is. */
function textsIn(schema: Schema, at: readonly string[] = []): { at: readonly string[]; maxLength: number }[] {
  const { type, items, properties = {}, maxLength } = resolve(schema);
  if (type === 'array') return textsIn(items!, [...at, '0']);
  if (maxLength !== undefined) return [{ at, maxLength }];
  return Object.entries(properties).flatMap(([name, member]) => textsIn(member, [...at, name]));
}

/** A body that holds nothing but one value, at its place. */
const holding = (at: readonly string[], value: unknown): unknown =>
  at.reduceRight<unknown>((inside, name) => (name === '0' ? [inside] : { [name]: inside }), value);

describe('no text holds what cannot be seen (every body class)', () => {
  const controls = ['\u0007', '\u001b', '\r', '\u007f', '\u0085', '\u061c', '\u200e', '\u2028', '\u2029', '\u202e', '\u2066'];
  const invisible = ['\n', '\t', '\u00ad', '\u200b', '\u200d', '\u2060', '\ufeff', '\u{e0041}'];

  test.each(names)('%s', (name) => {
    for (const { at, maxLength } of textsIn({ $ref: name })) {
      const told = (text: string) =>
        shapeOf(classOf(name))
          .faultsOf(holding(at, text) as object, 50)
          .filter(({ path }) => at.slice(0, path.length).join('/') === path.join('/'))
          .map(({ code }) => code);
      expect({ at, told: told('王芳 O’Neil 😀️ é') }).toEqual({ at, told: [] });
      for (const one of controls) expect({ at, one, told: told(`a${one}b`) }).toEqual({ at, one, told: ['unseen-character'] });
      for (const one of invisible)
        expect({ at, one, told: told(`a${one}b`) }).toEqual({ at, one, told: maxLength <= 500 ? ['unseen-character'] : [] });
    }
  });
});

/** Every date and instant of a body's class, with where it is. */
function datesIn(schema: Schema, at: readonly string[] = []): (readonly string[])[] {
  const { type, items, properties = {}, format, oneOf } = resolve(schema);
  if (type === 'array') return datesIn(items!, [...at, '0']);
  if (format?.startsWith('date') || oneOf) return [at];
  return Object.entries(properties).flatMap(([name, member]) => datesIn(member, [...at, name]));
}

describe('every date has bounds (every body class)', () => {
  test.each(names)('%s', (name) => {
    for (const at of datesIn({ $ref: name })) {
      const told = (text: string) =>
        shapeOf(classOf(name))
          .faultsOf(holding(at, text) as object, 50)
          .filter(({ path }) => path.join('/') === at.join('/'))
          .map(({ code }) => code);
      for (const day of ['2199-01-01', '2100-06-30', '2050-01-01']) {
        expect({ at, day, told: [day, `${day}T00:00:00Z`].map((text) => told(text)).every(([code]) => code !== undefined) }).toEqual({
          at,
          day,
          told: true,
        });
        expect([told(day)[0], told(`${day}T00:00:00Z`)[0]]).toContain('out-of-range');
      }
      expect([told('1700-01-01'), told('1700-01-01T00:00:00Z')]).toEqual([['bad-format'], ['bad-format']]);
      expect([told('2026-03-11'), told('2026-03-11T10:00:00Z')]).toContainEqual([]);
    }
  });

  test('and what has happened is not to come', () => {
    const soon = new Date(Date.now() + 40 * 86_400_000).toISOString();
    const happened: [string, string[], string][] = [
      ['IdentityBody', ['birthDate'], soon.slice(0, 10)],
      ['LinkAccountBody', ['opened'], soon],
      ['ForwardingBody', ['forwardedAt'], soon],
      ['CompleteFollowUpBody', ['completedAt'], soon],
    ];
    for (const [name, path, text] of happened) {
      expect(shapeOf(classOf(name)).faultsOf(holding(path, text) as object, 50)).toContainEqual({ path, code: 'out-of-range' });
    }
  });
});

describe('what is published of a body is what is checked', () => {
  test('each body of the contract has its class here', () => {
    const bodies = Object.keys(schemas).filter((name) => name.endsWith('Body'));
    expect(bodies.filter((name) => !names.includes(name))).toEqual([]);
    expect(bodies.length).toBeGreaterThan(25);
  });

  test.each(names)('%s', (name) => {
    const valid = validators.get(name)!;
    let accepted = 0;
    fc.assert(
      fc.property(disturbed({ $ref: name }), (value) => {
        const published = valid(value);
        const taking = taken(name, value);
        if (taking) accepted++;
        const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
        if (isObject) compared(name, value);
        if (published !== taking)
          throw new Error(`schema ${published ? 'takes' : 'refuses'} ${JSON.stringify(value)}: ${JSON.stringify(valid.errors)}`);
      }),
      { numRuns: RUNS_PER_BODY },
    );
    // a body of many bounded members is rarely one that fits: what was drawn may hold none by chance
    const reached = accepted > 0 || fc.sample(disturbed({ $ref: name }), 100 * RUNS_PER_BODY).some((value) => taken(name, value));
    expect(reached).toBe(true);
  });
});
