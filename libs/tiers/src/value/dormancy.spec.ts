import { describe, expect, it } from '@jest/globals';
import { rational, zero } from '#event-sourcing';
import { defaultDormancyScales, dormancy, type DormancyFacts } from './dormancy.js';

const idle: DormancyFacts = { securities: zero, cash: rational(9_999), lastActivityOn: '2023-02-28' };
const isDormant = (more: Partial<DormancyFacts>, asOf = '2026-02-28', scales = {}) =>
  dormancy({ ...idle, ...more }, asOf, { ...defaultDormancyScales, ...scales }).dormant;

describe('a dormant client', () => {
  it('was idle for 36 calendar months, the day clamped to the month’s end', () => {
    expect(isDormant({})).toBe(true);
    expect(isDormant({}, '2026-02-27')).toBe(false);
    expect(isDormant({ lastActivityOn: '2024-02-29' }, '2027-02-27')).toBe(false);
    expect(isDormant({ lastActivityOn: '2024-02-29' }, '2027-02-28')).toBe(true);
    expect(dormancy({ ...idle, lastActivityOn: '2023-08-31' }, '2026-02-28').idleFrom).toBe('2026-08-31');
  });

  it('has no securities and less than 100.00 in cash', () => {
    expect(isDormant({ cash: rational(10_000) })).toBe(false);
    expect(isDormant({ cash: rational(29_999, 3) })).toBe(true);
    expect(isDormant({ securities: rational(1) })).toBe(false);
  });

  it('is nobody whose assets are not known in parts, and nobody without an account', () => {
    expect(dormancy({ ...idle, securities: null }, '2026-02-28')).toMatchObject({ dormant: false, noSecurities: null });
    expect(isDormant({ cash: null })).toBe(false);
    expect(dormancy({ ...idle, lastActivityOn: null }, '2026-02-28')).toMatchObject({ dormant: false, idleFrom: null });
  });

  it('bounds and their strictness are configuration', () => {
    expect(isDormant({}, '2026-02-28', { since: 'moreThan' })).toBe(false);
    expect(isDormant({}, '2026-03-01', { since: 'moreThan' })).toBe(true);
    expect(isDormant({ cash: rational(10_000) }, '2026-02-28', { cash: 'atMost' })).toBe(true);
    expect(isDormant({ cash: rational(10_001) }, '2026-02-28', { cash: 'atMost' })).toBe(false);
    expect(isDormant({}, '2026-02-27', { months: 35 })).toBe(true);
  });
});
