import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Fact, ServicePromise, WhatIfDocument, Window } from '../format/format.js';
import { checkWhatIf } from '../format/format-checks.js';
import { whatIfEffort } from './what-if-effort.js';

const at = (minute: number) => new Date(Date.UTC(2025, 2, 10) + minute * 60_000).toISOString();

interface Size {
  facts: number;
  asOf: number;
  minutes: number;
  week: Window[];
  promises: number;
  warnings: number;
  revisions: boolean;
  late: boolean;
}

/** A case of some length under a handbook of some size. */
function documentOf(changed: Partial<Size> = {}): WhatIfDocument {
  const size: Size = { facts: 60, asOf: 10, minutes: 2_400, week: [['09:00', '11:30'], ['13:00', '17:00']], promises: 50, warnings: 3, revisions: false, late: false, ...changed }; // prettier-ignore
  const { facts, asOf, minutes, week, promises, warnings, revisions, late } = size;
  const promise = (i: number): ServicePromise => ({
    id: `p${i}`,
    metric: 'resolution',
    calendar: 'DESK',
    appliesTo: { process: [`process ${i}`] },
    target: { kind: 'businessMinutes', minutes },
    warnings: Array.from({ length: warnings }, (_, percent) => percent + 1),
  });
  const fact = (i: number): Fact =>
    revisions
      ? { at: at(i), fact: 'calendarRevised', calendar: 'DESK', closed: ['2025-05-01'] }
      : { at: at(i), fact: 'note', ...(late && { recordedAt: at(facts) }) };
  return {
    calendars: { DESK: { zone: 'Asia/Shanghai', week: { mon: week, tue: week, wed: week, thu: week, fri: week } } },
    handbook: [{ edition: 1, effectiveFrom: at(0), effectiveTo: null, promises: Array.from({ length: promises }, (_, i) => promise(i)) }],
    subject: { type: 'request', process: 'process 1' },
    timeline: [{ at: at(0), fact: 'received' }, ...Array.from({ length: facts }, (_, i) => fact(i + 1))],
    asOf: Array.from({ length: asOf }, (_, i) => at(facts + i + 1)),
  };
}

describe('the effort of an answer, known before it is made', () => {
  const folder = path.join(import.meta.dirname, 'samples');
  it.each(readdirSync(folder))('is a blink for the sample %s', (file) => {
    expect(whatIfEffort(JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as WhatIfDocument)).toBeLessThan(20_000);
  });

  it('is well below three million steps for a long case under a large handbook', () => {
    expect(checkWhatIf(documentOf())).toHaveProperty('document');
    expect(whatIfEffort(documentOf())).toBeLessThan(1_000_000);
  });

  it.each<[string, Partial<Size>]>([
    ['thousands of facts', { facts: 3_000 }],
    ['hundreds of instants to answer', { asOf: 1_000 }],
    ['years of windows to list, many times', { minutes: 500_000, asOf: 100 }],
    ['decades of calendar, in many versions', { minutes: 40_000, revisions: true, week: [['00:00', '00:01'], ['01:00', '01:01']], asOf: 1 }], // prettier-ignore
    ['hundreds of facts written down late', { facts: 200, late: true, promises: 1 }],
    ['a hundred thresholds', { warnings: 100 }],
    ['a thousand promises to choose from', { promises: 1_000 }],
  ])('is more for %s', (_what, size) => {
    expect(checkWhatIf(documentOf(size))).toHaveProperty('document');
    expect(whatIfEffort(documentOf(size))).toBeGreaterThan(3_000_000);
  });
});
