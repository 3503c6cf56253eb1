import { describe, expect, it } from '@jest/globals';
import { CURRENCY_PATTERN, decimalsOf, isCurrency } from './currencies.js';

describe('currencies', () => {
  it('are those of ISO 4217 that an amount can be in', () => {
    for (const code of ['CNY', 'HKD', 'USD', 'EUR', 'JPY', 'CZK', 'KWD']) expect(isCurrency(code)).toBe(true);
    for (const code of ['ABC', 'XXX', 'XTS', 'XAU', 'RMB', 'CNH', 'cny', 'CN', 'CNYX', '', 'constructor'])
      expect(isCurrency(code)).toBe(false);
    expect(['CNY', 'ABC', 'xCNY', 'CNY '].map((code) => new RegExp(CURRENCY_PATTERN).test(code))).toEqual([true, false, false, false]);
  });

  it('have the decimals of their minor unit', () => {
    expect(['CNY', 'JPY', 'KWD', 'CLF', 'XXX'].map(decimalsOf)).toEqual([2, 0, 3, 4, undefined]);
  });
});
