import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { checkWhatIf } from './format-checks.js';
import { checkCalendar } from './format-checks-calendar.js';
import { coverageFaults, handbookFaults } from '../handbook/handbook-faults.js';
import type { ServicePromise } from './format.js';

type Json = Record<string, unknown>;
const desk = { zone: 'Asia/Shanghai', week: { mon: [['09:00', '11:30'], ['13:00', '17:00']] } }; // prettier-ignore
const minutes = { kind: 'businessMinutes', minutes: 240 };
const promise = (id: string, more: object = {}): ServicePromise =>
  ({ id, metric: 'resolution', calendar: 'DESK', target: minutes, ...more }) as ServicePromise;
const at = (clock: string) => `2025-03-11T${clock}:00+08:00`;

/** A sound document with one thing changed. */
function changed(path: string, value: unknown): Json {
  const document = {
    calendars: { DESK: structuredClone(desk) },
    handbook: [{ edition: 1, effectiveFrom: '2025-01-01T00:00:00+08:00', effectiveTo: null, promises: [promise('p')] }],
    subject: { type: 'request', process: 'trading' },
    timeline: [{ at: at('10:00'), fact: 'received' }],
    asOf: [at('12:00')],
  };
  const tokens = path.split('/').slice(1);
  const last = tokens.pop()!;
  let holder = document as unknown as Record<string, never>;
  for (const token of tokens) holder = holder[token]!;
  (holder as Json)[last] = value;
  return document;
}
const faultsOf = (value: unknown): string[] => {
  const checked = checkWhatIf(value);
  return 'faults' in checked ? checked.faults.map(({ pointer, code }) => `${pointer} ${code}`) : [];
};

const DESK = '/calendars/DESK';
const P = '/handbook/0/promises/0';

describe('a what-if document is refused for', () => {
  test.each<[string, unknown, ...string[]]>([
    ['/more', 1, '/more unknown-member'],
    ['/asOf', [], '/asOf too-few'],
    ['/asOf/0', '2025-03-11T12:00:00', '/asOf/0 bad-format'],
    ['/asOf/0', '2025-02-30T12:00:00Z', '/asOf/0 not-a-date'],
    ['/asOf/0', '9999-12-31T23:59:59-08:00', '/asOf/0 out-of-range'],
    ['/asOf/0', '2125-03-13T10:00:00+08:00', '/asOf/0 out-of-range'],
    ['/timeline/1', { at: '2125-03-13T10:00:00+08:00', fact: 'note' }, '/timeline/1/at out-of-range'],
    ['/asOf', Array(1001).fill(at('12:00')), '/asOf too-many'],
    [`${DESK}/zone`, 'Asia/Nowhere', `${DESK}/zone unknown-zone`],
    [`${DESK}/zone`, '+08:00', `${DESK}/zone unknown-zone`],
    [`${DESK}/a~b`, 1, `${DESK}/a~0b unknown-member`],
    [`${DESK}/week/mon/0`, ['09:00', '25:00'], `${DESK}/week/mon/0/1 bad-format`],
    [`${DESK}/week/mon/0`, ['24:00', '09:00'], `${DESK}/week/mon/0/0 bad-format`],
    [`${DESK}/week/mon/0`, ['9:00', '11:30'], `${DESK}/week/mon/0/0 bad-format`],
    [`${DESK}/week/mon/0`, ['09:00'], `${DESK}/week/mon/0 too-few`],
    [`${DESK}/week/holiday`, [], `${DESK}/week/holiday unknown-member`],
    [`${DESK}/week/mon/0`, ['09:00', '13:01'], `${DESK}/week/mon/1 windows-overlap`],
    [`${DESK}/week/mon/0`, ['14:00', '15:00'], `${DESK}/week/mon/0 windows-overlap`],
    [`${DESK}/week/sun`, [['22:00', '09:01']], `${DESK}/week/mon/0 windows-overlap`],
    [`${DESK}/week/tue`, [['09:00', '09:00'], ['08:00', '09:30']], `${DESK}/week/tue/0 windows-overlap`],
    [`${DESK}/closed`, ['2025-13-01'], `${DESK}/closed/0 not-a-date`],
    [`${DESK}/closed`, ['2025-02-30'], `${DESK}/closed/0 not-a-date`],
    [`${DESK}/closed`, ['2025-01-02..2025-01-01'], `${DESK}/closed/0 ends-before-it-starts`],
    [`${DESK}/closed`, ['2025-01-02...2025-01-01'], `${DESK}/closed/0 bad-format`],
    [`${DESK}/closed`, ['2000-01-01..2025-01-01'], `${DESK}/closed/0 too-long`],
    [`${DESK}/special`, { '2025-02-30': [] }, `${DESK}/special/2025-02-30 not-a-date`],
    [`${DESK}/special`, { '2025-3-1': [] }, `${DESK}/special/2025-3-1 bad-format`],
    [`${DESK}/special`, { '2025-03-09': [['20:00', '10:00']] }, `${DESK}/special/2025-03-09/0 windows-overlap`],
    [`${DESK}/special`, { '2025-03-08': [['20:00', '10:00']], '2025-03-09': [['09:59', '11:00']] }, `${DESK}/special/2025-03-09/0 windows-overlap`],
    [`${DESK}/knownUntil`, '2026-02-29', `${DESK}/knownUntil not-a-date`],
    [`${P}/target`, { kind: 'businessMinutes', minutes: 0 }, `${P}/target/minutes out-of-range`],
    [`${P}/target`, { kind: 'businessMinutes', minutes: 5_256_001 }, `${P}/target/minutes out-of-range`],
    [`${P}/target`, { kind: 'calendarDays', days: 1_000_000 }, `${P}/target/days out-of-range`],
    [`${P}/target`, { kind: 'calendarDays', days: 1.5 }, `${P}/target/days wrong-type`],
    [`${P}/target`, { kind: 'businessMinutes', minutes: 5, days: 1 }, `${P}/target/days unknown-member`],
    [`${P}/target`, { kind: 'businessDays' }, `${P}/target/days missing`],
    [`${P}/target`, { kind: 'weeks', weeks: 8 }, `${P}/target/kind not-allowed`],
    [`${P}/warnings`, [80, 50, 80, 0, 101], `${P}/warnings/2 duplicate`, `${P}/warnings/3 out-of-range`, `${P}/warnings/4 out-of-range`],
    [`${P}/escalations`, [{ afterMinutes: 0, toRole: '' }], `${P}/escalations/0/afterMinutes out-of-range`, `${P}/escalations/0/toRole too-short`],
    [`${P}/appliesTo`, { product: ['x'] }, `${P}/appliesTo/product unknown-selector`],
    [`${P}/appliesTo`, { tier: [] }, `${P}/appliesTo/tier too-few`],
    [`${P}/appliesTo`, { severity: ['urgent'] }, `${P}/appliesTo/severity/0 not-allowed`],
    [`${P}/appliesTo`, { tier: 'GOLD' }, `${P}/appliesTo/tier wrong-type`],
    [`${P}/appliesTo`, { process: ['complaint'], tier: ['GOLD'] }, `${P}/appliesTo/tier complaint-names-tier`],
    [P, promise('p', { metric: 'decision', appliesTo: { tier: ['GOLD'] } }), `${P}/appliesTo/tier complaint-names-tier`],
    [P, promise('p', { metric: 'step' }), `${P}/step step-missing`],
    [`${P}/step`, 'approval', `${P}/step step-not-of-metric`],
    [`${P}/recurring`, true, `${P}/recurring recurring-not-of-metric`],
    [P, promise('p', { class: 'regulatory', pausable: true }), `${P}/pausable regulatory-not-pausable`],
    [`${P}/calendar`, 'constructor', `${P}/calendar calendar-missing`],
    [`${P}/maxPauseMinutes`, null, `${P}/maxPauseMinutes wrong-type`],
    ['/handbook/0/promises/1', promise('p', { metric: 'decision' }), '/handbook/0/promises/1/id duplicate'],
    ['/handbook/0/promises/1', promise('q'), '/handbook/0/promises/1 promises-equally-specific'],
    ['/handbook/0/effectiveTo', '2025-01-01T00:00:00+08:00', '/handbook/0/effectiveTo ends-before-it-starts'],
    ['/handbook/1', { edition: 1, effectiveFrom: '2024-12-31T16:00:00Z', effectiveTo: null, promises: [] }, '/handbook/1/edition duplicate', '/handbook/1/effectiveFrom editions-overlap'],
    ['/handbook/0/sections', [{ id: 'firm', title: { zh: '公司', en: '' }, body: { zh: 'x' } }], '/handbook/0/sections/0/title/en too-short', '/handbook/0/sections/0/body/en missing'],
    ['/subject/severity', 'urgent', '/subject/severity not-allowed'],
    ['/subject', { type: 'request' }, '/subject/process missing'],
    ['/timeline/1', { at: at('09:59'), fact: 'note' }, '/timeline/1/at out-of-order'],
    ['/timeline/1', { at: at('11:00'), fact: 'received' }, '/timeline/1/fact second-received'],
    ['/timeline/1', { at: at('11:00'), fact: 'phoned' }, '/timeline/1/fact not-allowed'],
    ['/timeline/1', { at: at('11:00'), fact: 'outbound' }, '/timeline/1/by missing'],
    ['/timeline/1', { at: at('11:00'), fact: 'note', by: 'human' }, '/timeline/1/by unknown-member'],
    ['/timeline', [{ at: at('10:00'), fact: 'received' }, ...[3_000, 661].map((days) => ({ at: at('11:00'), fact: 'extended', promise: 'p', days }))], '/timeline/2/days out-of-range'],
    ['/timeline/1', { at: at('11:00'), fact: 'extended', promise: 'x', days: 0 }, '/timeline/1/promise unknown-promise', '/timeline/1/days out-of-range'],
    ['/timeline/1', { at: at('11:00'), fact: 'calendarRevised', calendar: 'X' }, '/timeline/1/calendar calendar-missing'],
    ['/timeline/1', { at: at('11:00'), fact: 'calendarRevised', calendar: 'DESK', special: { '2025-03-09': [['20:00', '10:00']] } }, '/timeline/1/special/2025-03-09/0 windows-overlap'],
    ['/timeline/1', { at: at('11:00'), fact: 'calendarRevised', calendar: 'DESK', closed: ['x'] }, '/timeline/1/closed/0 bad-format'],
  ])('%s = %j', (path, value, ...faults) => expect(faultsOf(changed(path, value))).toEqual(faults)); // prettier-ignore

  test('everything that is wrong with it, at once', () => {
    const document = changed('/asOf', []);
    document.subject = { type: 'order', process: '' };
    expect(faultsOf(document)).toEqual(['/subject/type not-allowed', '/subject/process too-short', '/asOf too-few']);
    expect(faultsOf({})).toEqual(['calendars', 'handbook', 'subject', 'timeline', 'asOf'].map((name) => `/${name} missing`));
  });
});

test.each<[string, unknown]>([
  [`${DESK}/week/mon`, [['13:00', '17:00'], ['09:00', '13:00']]],
  [`${DESK}/week/sun`, [['22:00', '09:00']]],
  [`${DESK}/week/sun`, [['00:00', '24:00']]],
  [`${DESK}/special`, { '2025-03-09': [['20:00', '09:00']], '2025-03-08': [] }],
  ['/timeline/1', { at: '2025-03-11T02:00:00Z', fact: 'note' }],
  ['/asOf', ['2025-03-12T00:00:00.5Z', '2025-03-11T00:00:00Z']],
  ['/expect', { anything: [null] }],
  [`${P}/appliesTo`, { process: ['account opening', '开户'] }],
])('is taken with %s = %j', (path, value) => expect(faultsOf(changed(path, value))).toEqual([])); // prettier-ignore

test('any value is answered, and none throws', () => {
  expect(faultsOf(null)).toEqual([' wrong-type']);
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => faultsOf(value).length > 0));
  fc.assert(fc.property(fc.constantFrom('/calendars', '/handbook', '/subject', '/timeline', '/asOf', DESK, `${DESK}/week`, P, `${P}/appliesTo`), fc.jsonValue(), (path, value) => Array.isArray(faultsOf(changed(path, value))))); // prettier-ignore
});

test.each(readdirSync(new URL('../what-if/samples', import.meta.url)))('the published sample %s is taken', (name) => {
  expect(faultsOf(JSON.parse(readFileSync(new URL(`../what-if/samples/${name}`, import.meta.url), 'utf8')))).toEqual([]);
});

describe('an edition cannot be used where', () => {
  const calendars = { DESK: desk as never, EMPTY: { zone: 'UTC', week: {}, special: { '2025-01-01': [['09:00', '10:00']] } } as never };
  const faults = (...promises: ServicePromise[]) =>
    handbookFaults({ promises }, calendars).map(({ pointer, code }) => `${pointer} ${code}`);
  const picks = (...selectors: object[]) => faults(...selectors.map((appliesTo, i) => promise(`p${i}`, { appliesTo })));
  const clash = (i: number) => [`/promises/${i} promises-equally-specific`];

  test('two promises are equally specific for some case', () => {
    expect(picks({ tier: ['GOLD'] }, { channel: ['phone'] })).toEqual(clash(1));
    expect(picks({ tier: ['GOLD'] }, { tier: ['SILVER', 'GOLD'] })).toEqual(clash(1));
    expect(picks({ tier: ['GOLD'] }, { tier: ['SILVER'] }, {}, { process: ['x'], tier: ['GOLD'] })).toEqual([]);
    expect(faults(promise('a'), promise('b', { class: 'regulatory' }), promise('c', { metric: 'decision' }))).toEqual([]);
    const steps = ['check', 'approval'].map((step) => promise(step, { metric: 'step', step }));
    expect(faults(...steps)).toEqual([]);
  });

  test('unless more specific ones win every such case', () => {
    const pair = [{ tier: ['GOLD', 'SILVER'] }, { channel: ['phone', 'app'] }];
    const both = (tier: string[], channel: string[]) => ({ tier, channel });
    expect(picks(...pair, both(['GOLD', 'SILVER'], ['phone', 'app']))).toEqual([]);
    expect(picks(...pair, both(['GOLD'], ['phone', 'app']), both(['SILVER'], ['app', 'phone', 'web']))).toEqual([]);
    expect(picks(...pair, both(['GOLD'], ['phone', 'app']), both(['SILVER'], ['app']))).toEqual(clash(1));
  });

  test('a thousand promises that all overlap end in an answer', () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({ tier: [`T${i % 31}`, `T${i % 37}`], channel: [`C${i % 29}`, `C${i % 23}`] }));
    expect(picks(...many).length).toBeGreaterThan(0);
  });

  test('its calendar is missing, or has no window that the target could be met in', () => {
    expect(faults(promise('p', { calendar: 'NONE' }))).toEqual(['/promises/0/calendar calendar-missing']);
    const never = ['/promises/0/target target-never-met'];
    const target = (kind: string, more: object) => faults(promise('p', { calendar: 'EMPTY', target: { kind, ...more } }));
    expect(target('businessMinutes', { minutes: 1 })).toEqual(never);
    expect(target('businessDays', { days: 1 })).toEqual(never);
    expect(target('calendarDays', { days: 1, roll: 'following_business_day' })).toEqual(never);
    expect(target('calendarDays', { days: 1 })).toEqual([]);
    expect(faults(promise('p', { target: { kind: 'businessMinutes', minutes: 5_256_000 } }))).toEqual(never); // 250 years of Mondays
  });

  test('a process that it claims to cover has a case without a promise', () => {
    const gaps = (covers: string[], ...selectors: object[]) =>
      coverageFaults({ covers, promises: selectors.map((appliesTo, i) => promise(`p${i}`, { appliesTo })) }).map(({ pointer }) => pointer);
    expect(gaps(['trading'])).toEqual(['/covers/0']);
    expect(gaps(['trading'], {})).toEqual([]);
    expect(gaps(['trading', 'settlement'], { process: ['trading'] })).toEqual(['/covers/1']);
    expect(gaps(['trading'], { tier: ['GOLD'] })).toEqual(['/covers/0']);
    expect(gaps(['trading'], { severity: ['low', 'normal'] }, { severity: ['high', 'critical'] })).toEqual([]);
    expect(gaps(['trading'], { severity: ['low', 'normal'] }, { severity: ['high'] })).toEqual(['/covers/0']);
  });
});

test('a calendar of its own names places from the pointer given', () => {
  expect(checkCalendar({ zone: 'UTC' }, '/calendar')).toEqual({ faults: [{ pointer: '/calendar/week', code: 'missing' }] });
});
