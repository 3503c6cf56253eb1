import { severities, subjectKinds } from '#event-sourcing';
import {
  dayEnds,
  type FactName,
  factSources,
  metrics,
  presetStatuses,
  promiseClasses,
  receiptRules,
  reopenModes,
  rolls,
  selectorNames,
  senders,
  tierModes,
  weekdays,
} from '../format/format.js';
import { MAX_AS_OF, MAX_CALENDARS, MAX_EDITIONS, MAX_WHAT_IF_TITLE_LENGTH } from '../format/format-checks.js';
import { factMembers, isEvidence, MAX_FACTS } from '../format/format-checks-timeline.js';
import * as calendar from '../format/format-checks-calendar.js';
import * as edition from '../format/format-checks-edition.js';
import * as promise from '../format/format-checks-promise.js';
import { CODE_PATTERN, DATE_PATTERN, INSTANT_PATTERN } from '../format/format-checks-values.js';

type Schema = Readonly<Record<string, unknown>>;

const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
const text = (maxLength: number): Schema => ({ type: 'string', maxLength, pattern: '\\S' });
const integer = (minimum: number, maximum: number): Schema => ({ type: 'integer', minimum, maximum });
const list = (items: Schema, maxItems: number, minItems = 0): Schema => ({ type: 'array', items, minItems, maxItems });
const setOf = (items: Schema, maxItems: number, minItems = 0): Schema => ({ ...list(items, maxItems, minItems), uniqueItems: true });
const bilingual = (maxLength: number): Schema => object({ zh: text(maxLength), en: text(maxLength) });

function object(required: Record<string, Schema>, optional: Record<string, Schema> = {}): Schema {
  return { type: 'object', properties: { ...required, ...optional }, required: Object.keys(required), additionalProperties: false };
}

const byCode = (values: Schema, maxProperties: number): Schema => ({
  type: 'object',
  propertyNames: ref('code'),
  additionalProperties: values,
  maxProperties,
});

const windows: Schema = {
  ...list(
    {
      type: 'array',
      prefixItems: [
        { type: 'string', pattern: calendar.OPEN_PATTERN },
        { type: 'string', pattern: calendar.CLOSE_PATTERN },
      ],
      items: false,
      minItems: 2,
    },
    calendar.MAX_WINDOWS_PER_DAY,
  ),
  description: 'Half-open, in local wall time. A close that is not after its open is on the next local day. None may overlap',
};

const closed: Schema = {
  ...list({ type: 'string', pattern: calendar.CLOSED_PATTERN }, calendar.MAX_CLOSED_ENTRIES),
  description: 'Dates, or inclusive ranges such as 2025-01-28..2025-02-04',
};
const special: Schema = {
  type: 'object',
  propertyNames: ref('date'),
  additionalProperties: ref('windows'),
  maxProperties: calendar.MAX_SPECIAL_DATES,
  description: 'Windows that replace the pattern on a date, also on a closed one',
};

const targets: Schema = {
  oneOf: [
    object({ kind: { const: 'businessMinutes' }, minutes: integer(1, promise.MAX_MINUTES) }),
    object(
      { kind: { const: 'businessDays' }, days: integer(1, promise.MAX_DAYS) },
      { receiptRule: { enum: receiptRules, default: 'actual_date' }, dayEnd: { enum: dayEnds, default: 'close' } },
    ),
    object({ kind: { const: 'calendarDays' }, days: integer(1, promise.MAX_DAYS) }, { roll: { enum: rolls, default: 'none' } }),
  ],
};

const selectors = Object.fromEntries(
  selectorNames.map((name) => [name, setOf(name === 'severity' ? { enum: severities } : ref('code'), promise.MAX_SELECTOR_VALUES, 1)]),
);

const promises: Schema = object(
  { id: ref('code'), metric: { enum: metrics }, calendar: ref('code'), target: ref('target') },
  {
    class: { enum: promiseClasses, default: 'service' },
    step: ref('code'),
    appliesTo: { ...object({}, selectors), description: 'A missing selector means any' },
    pausable: { type: 'boolean', default: false },
    maxPauseMinutes: integer(1, promise.MAX_MINUTES),
    tierMode: { enum: tierModes, default: 'frozen' },
    minRemainingMinutes: { ...integer(0, promise.MAX_MINUTES), default: 0 },
    reopenMode: { enum: reopenModes, default: 'resume_original' },
    reopenFloorMinutes: { ...integer(0, promise.MAX_MINUTES), default: 0 },
    warnings: { ...setOf(integer(1, 100), 100), description: 'Percentages of the target' },
    escalations: list(object({ afterMinutes: integer(1, promise.MAX_MINUTES), toRole: ref('code') }), promise.MAX_ESCALATIONS),
    recurring: { type: 'boolean', default: false },
  },
);

const editions: Schema = object(
  {
    edition: integer(1, edition.MAX_EDITION_NUMBER),
    effectiveFrom: ref('instant'),
    effectiveTo: { oneOf: [ref('instant'), { type: 'null' }], description: 'Exclusive; null: open' },
    promises: list(ref('promise'), edition.MAX_PROMISES),
  },
  {
    covers: setOf(ref('code'), edition.MAX_COVERS),
    title: bilingual(edition.MAX_TITLE_LENGTH),
    names: byCode(bilingual(edition.MAX_TITLE_LENGTH), edition.MAX_NAMES),
    sections: list(
      object({ id: ref('code'), title: bilingual(edition.MAX_TITLE_LENGTH), body: bilingual(edition.MAX_BODY_LENGTH) }),
      edition.MAX_SECTIONS,
    ),
    status: { enum: presetStatuses, description: 'Of a preset: whether compliance has confirmed it' },
  },
);

const details: Readonly<Record<string, Schema>> = {
  by: { enum: senders },
  step: ref('code'),
  promise: ref('code'),
  days: integer(1, promise.MAX_DAYS),
  calendar: ref('code'),
  closed: ref('closed'),
  special: ref('special'),
};
const detailOf = (fact: string, member: string): Schema =>
  member === 'to' ? (fact === 'severityChanged' ? { enum: severities } : ref('code')) : details[member]!;

const evidence: Record<string, Schema> = {
  recordedAt: { ...ref('instant'), description: 'When it was written down; absent: as it happened' },
  source: {
    enum: factSources,
    default: 'person',
    description: 'Who states it: what a system of record states counts at once, however late',
  },
  confirmedAt: { ...ref('instant'), description: 'When a second person confirmed what was recorded late' },
};

const facts: Schema = {
  oneOf: Object.entries(factMembers).map(([fact, { required, optional }]) => {
    const members = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, detailOf(fact, name)]));
    const [at, known] = isEvidence(fact as FactName) ? [ref('moment'), evidence] : [ref('instant'), {}];
    return object({ at, fact: { const: fact }, ...members(required) }, { ...members(optional), ...known });
  }),
};

const $defs: Readonly<Record<string, Schema>> = {
  code: { type: 'string', pattern: CODE_PATTERN, maxLength: 64 },
  date: { type: 'string', pattern: DATE_PATTERN },
  instant: { type: 'string', pattern: INSTANT_PATTERN, description: 'RFC 3339 with an offset, to the millisecond at most' },
  moment: { oneOf: [ref('instant'), ref('date')], description: 'An instant, or a date where no more is known' },
  windows,
  closed,
  special,
  target: targets,
  promise: promises,
  calendar: object(
    {
      zone: { type: 'string', minLength: 1, maxLength: 64, description: 'IANA zone' },
      week: {
        ...object({}, Object.fromEntries(weekdays.map((day) => [day, ref('windows')]))),
        description: 'A missing day has no windows',
      },
    },
    { closed: ref('closed'), special: ref('special'), knownUntil: { ...ref('date'), description: 'A later deadline is provisional' } },
  ),
  edition: editions,
  fact: facts,
};

/**
 * The what-if document as JSON Schema. What no schema says is checked beside it: zones and dates that exist, windows that
 * do not overlap, names that are known, order, and what publishing an edition asks.
 */
export const whatIfSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://rapport.example/schemas/what-if.json',
  title: 'What-if document',
  ...object(
    {
      calendars: byCode(ref('calendar'), MAX_CALENDARS),
      handbook: list(ref('edition'), MAX_EDITIONS),
      subject: object(
        { type: { enum: subjectKinds }, process: ref('code') },
        { channel: ref('code'), severity: { enum: severities }, tier: ref('code') },
      ),
      timeline: list(ref('fact'), MAX_FACTS),
      asOf: list(ref('instant'), MAX_AS_OF, 1),
    },
    {
      title: text(MAX_WHAT_IF_TITLE_LENGTH),
      zone: {
        type: 'string',
        minLength: 1,
        maxLength: 64,
        description: 'IANA zone of the dates in the timeline; by default that of the calendars',
      },
      expect: { description: 'Ignored' },
    },
  ),
  $defs,
};
