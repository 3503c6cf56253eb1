import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { checkWhatIf } from '../format/format-checks.js';
import { whatIfSchema } from './what-if-schema.js';

const valid = new Ajv2020({ strict: true, strictRequired: false, allErrors: false }).compile(whatIfSchema);
const samples = readdirSync(new URL('samples', import.meta.url)).map((name) => ({
  name,
  document: JSON.parse(readFileSync(new URL(`samples/${name}`, import.meta.url), 'utf8')) as object,
}));

const rich = {
  title: 'Every member that a document can have',
  calendars: {
    DESK: {
      zone: 'Asia/Shanghai',
      week: { mon: [['09:00', '11:30'], ['13:00', '24:00']], sun: [['22:00', '06:00']] },
      closed: ['2025-01-01', '2025-01-28..2025-02-04'],
      special: { '2025-01-26': [['09:00', '11:30']] },
      knownUntil: '2026-12-31',
    },
  },
  handbook: [
    {
      edition: 1,
      effectiveFrom: '2025-01-01T00:00:00.5+08:00',
      effectiveTo: null,
      status: 'unconfirmed',
      covers: ['trading'],
      title: { zh: '手册', en: 'Handbook' },
      names: { trading: { zh: '交易', en: 'Trading' } },
      sections: [{ id: 'firm', title: { zh: '公司', en: 'The firm' }, body: { zh: '正文', en: 'Text' } }],
      promises: [
        {
          id: 'a',
          metric: 'resolution',
          class: 'service',
          appliesTo: { process: ['trading'], tier: ['GOLD'], channel: ['phone'], severity: ['low', 'high'] },
          calendar: 'DESK',
          target: { kind: 'businessMinutes', minutes: 5 },
          pausable: true,
          maxPauseMinutes: 10,
          tierMode: 'favourable_only',
          minRemainingMinutes: 0,
          reopenMode: 'new_cycle',
          reopenFloorMinutes: 1,
          warnings: [50, 80],
          escalations: [{ afterMinutes: 1, toRole: 'branch-manager' }],
        },
        { id: 'b', metric: 'step', step: 'check', calendar: 'DESK', target: { kind: 'businessDays', days: 2, receiptRule: 'actual_date', dayEnd: 'midnight' } },
        { id: 'c', metric: 'update', recurring: true, calendar: 'DESK', target: { kind: 'calendarDays', days: 2, roll: 'none' } },
      ],
    },
  ],
  subject: { type: 'request', process: 'trading', channel: 'phone', severity: 'low', tier: 'GOLD' },
  timeline: [
    { fact: 'received' },
    { fact: 'outbound', by: 'human' },
    { fact: 'stepStarted', step: 'check' },
    { fact: 'tierChanged', to: 'GOLD' },
    { fact: 'severityChanged', to: 'high' },
    { fact: 'extended', promise: 'c', days: 1 },
    { fact: 'calendarRevised', calendar: 'DESK', closed: ['2025-05-01'], special: {} },
    { fact: 'completed' },
  ].map((fact) => ({ at: '2025-03-11T10:00:00Z', ...fact })),
  asOf: ['2025-03-11T12:00:00Z'],
}; // prettier-ignore

const taken = (value: unknown): boolean => 'document' in checkWhatIf(value);

test.each([...samples, { name: 'of every member', document: rich }])('the sample $name is in the schema, and taken', ({ document }) => {
  expect([valid(document), valid.errors]).toEqual([true, null]);
  expect(checkWhatIf(document)).toEqual({ document });
});

interface Spot {
  holder: Record<string, unknown>;
  name: string;
}

/** Every member and item of a document. */
function spotsOf(value: unknown): Spot[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((name) => [{ holder, name }, ...spotsOf(holder[name])]);
}

const junk = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 101, 1e9, '', ' ', 'x', '_x', '24:00', '2025-02-28', '2025-13-01T00:00:00Z', [], {}, [[]], ['x', 'x']),
  fc.jsonValue({ maxDepth: 2 }),
); // prettier-ignore

describe('a document broken somewhere', () => {
  test('is refused wherever the schema refuses it', () => {
    const documents = [rich, ...samples.map(({ document }) => document)];
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...documents), fc.nat(), fc.constantFrom('other', 'gone', 'more', 'twice'), junk, (document, n, how, value) => {
        const broken = structuredClone(document);
        const spots = spotsOf(broken);
        const { holder, name } = spots[n % spots.length]!;
        if (how === 'other') holder[name] = value;
        else if (how === 'more') holder[`${name}x`] = value;
        else if (Array.isArray(holder)) (holder as unknown[]).splice(Number(name), how === 'gone' ? 1 : 0, ...(how === 'gone' ? [] : [holder[Number(name)] as unknown]));
        else delete holder[name];
        const published = valid(broken);
        if (!published) refused++;
        if (!published && taken(broken)) throw new Error(`the schema refuses it: ${JSON.stringify(valid.errors)}`);
      }),
      { numRuns: 4_000 },
    ); // prettier-ignore
    expect(refused).toBeGreaterThan(1_000);
  });
});
