import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dateOf, decimalOf, wholeOf } from './decimal.js';

describe('decimal numbers of a scale', () => {
  it('are exact, and read back as they were written', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 6 }), (units, decimals) => {
        const digits = String(Math.abs(units)).padStart(decimals + 1, '0');
        const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
        expect(decimalOf(`${units < 0 ? '-' : ''}${text}`, { decimals })).toBe(units);
      }),
    );
  });

  it('with fewer decimals are filled, with more refused', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 9 }),
        (whole, decimals, stated) => {
          const text = stated === 0 ? String(whole) : `${whole}.${'7'.repeat(stated)}`;
          const expected = stated > decimals ? 'too-many-decimals' : Number(`${whole}${'7'.repeat(stated).padEnd(decimals, '0')}`);
          expect(decimalOf(text, { decimals })).toBe(expected);
        },
      ),
    );
  });

  it.each([
    ['', 'missing'],
    ['  ', 'missing'],
    ['0', 0],
    ['-0.00', 0],
    ['0.00', 0],
    ['+1.5', 150],
    ['1,234.50', 'bad-number'],
    ['1.', 'bad-number'],
    ['.5', 'bad-number'],
    ['1e3', 'bad-number'],
    ['NaN', 'bad-number'],
    ['--', 'bad-number'],
    ['１２', 'bad-number'],
    ['1.500', 'too-many-decimals'],
    ['90071992547409.92', 'out-of-range'],
  ])('%p is %p', (text, expected) => {
    const found = decimalOf(text, { decimals: 2 });
    expect(found).toBe(expected);
  });

  it('may have zeros behind, and commas between thousands, where the source writes so', () => {
    const form = { decimals: 2, zerosBehind: true, thousands: true };
    expect(['1.5000', '1.5001', '1,234,567.00', '12,34', '1,2345'].map((text) => decimalOf(text, form))).toEqual([
      150,
      'too-many-decimals',
      123_456_700,
      'bad-number',
      'bad-number',
    ]);
  });

  it('that are whole have no decimals', () => {
    expect(['7', '', '1.0', 'x'].map(wholeOf)).toEqual([7, 'missing', 'bad-number', 'bad-number']);
  });
});

describe('dates', () => {
  it('are real days', () => {
    expect(['20250311', '2025-03-11', '2025/3/1', '20250230', '2025031', '250311', '0'].map(dateOf)).toEqual([
      '2025-03-11',
      '2025-03-11',
      '2025-03-01',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
