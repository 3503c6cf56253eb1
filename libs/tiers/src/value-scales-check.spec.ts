import { expect, test } from '@jest/globals';
import { sampleTierRules } from './sample-tier-rules.js';
import { checkTierRules } from './tier-rules-check.js';
import { defaultValueScales } from './value/scales.js';

const { currency: _, ...potential } = { currency: '', ...defaultValueScales.potential };
const defaults = { ...defaultValueScales, potential };
const faultsOf = (value: unknown): string[] => {
  const checked = checkTierRules({ ...sampleTierRules, value });
  return 'faults' in checked ? checked.faults.map(({ pointer, code }) => `${pointer} ${code}`) : [];
};

test('the defaults are sound, whole or a group of them', () => {
  expect(faultsOf(defaults)).toEqual([]);
  expect(faultsOf({})).toEqual([]);
  for (const [name, group] of Object.entries(defaults)) expect(faultsOf({ [name]: group })).toEqual([]);
});

/** Every place of a document, with another one in which something else stands there. */
function* places(value: unknown, put: (other: unknown) => unknown, at: string): Generator<[string, unknown, (other: unknown) => unknown]> {
  yield [at, value, put];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inside] of Object.entries(value)) {
    const changed = (other: unknown): unknown =>
      put(Array.isArray(value) ? value.map((one: unknown, nth) => (String(nth) === name ? other : one)) : { ...value, [name]: other });
    yield* places(inside, changed, `${at}/${name}`);
  }
}

test('what is wrong anywhere in them is told at its place', () => {
  let tried = 0;
  for (const [at, value, put] of places(defaults, (other) => other, '/value')) {
    for (const other of [null, true, -1, 1.5, 1e300, 'x', [], [1]]) {
      if (Array.isArray(value) && Array.isArray(other) && typeof value[0] === 'object' && other.length === 0) continue; // no steps are none
      tried++;
      const faults = faultsOf(put(other));
      expect({ at, other, told: faults.some((fault) => fault.startsWith(at)) }).toEqual({ at, other, told: true });
    }
    if (typeof value === 'object' && !Array.isArray(value) && !/incomeBand|occupation|ageBand|referralSource$/.test(at)) {
      expect(faultsOf(put({ ...value, more: 1 }))).toContain(`${at}/more unknown-member`);
    }
  }
  expect(tried).toBeGreaterThan(300);
});

test('bounds stay in their order, and no more points than there are', () => {
  const rfm = defaultValueScales.rfm;
  expect(faultsOf({ rfm: { ...rfm, recencyDays: [30, 7, 90, 180] } })).toEqual(['/value/rfm/recencyDays/1 out-of-range']);
  expect(faultsOf({ rfm: { ...rfm, tradeDates: [5, 20, 50, 100] } })).toHaveLength(3);
  expect(faultsOf({ potential: { ...potential, occupation: { 农民: 7, chef: 101 } } })).toEqual([
    '/value/potential/occupation/chef out-of-range',
  ]);
});
