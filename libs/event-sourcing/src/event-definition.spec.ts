import { describe, expect, it } from '@jest/globals';
import { EventRegistry, UnknownEvent } from './event-definition.js';

const renamed = {
  version: 3,
  fields: { total: 'P1' },
  upcasters: {
    1: ({ sum, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, amount: sum }),
    2: ({ amount, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, total: amount }),
  },
} as const;

describe('EventRegistry', () => {
  it('leads data of every stored version to the current one', () => {
    const registry = new EventRegistry({ Renamed: renamed });
    expect(registry.upcast('Renamed', 1, { sum: 7 })).toEqual({ total: 7 });
    expect(registry.upcast('Renamed', 2, { amount: 7 })).toEqual({ total: 7 });
    expect(registry.upcast('Renamed', 3, { total: 7 })).toEqual({ total: 7 });
  });

  it('refuses to read a type or version it does not know', () => {
    const registry = new EventRegistry({ Renamed: renamed });
    expect(() => registry.upcast('Renamed', 4, {})).toThrow(UnknownEvent);
    expect(() => registry.upcast('Other', 1, {})).toThrow(UnknownEvent);
    expect([0, 1, 3, 4, 1.5].map((version) => registry.canRead('Renamed', version))).toEqual([false, true, true, false, false]);
  });

  it('refuses to start with a missing upcaster, or with a type defined twice', () => {
    expect(() => new EventRegistry({ Renamed: { ...renamed, upcasters: { 1: renamed.upcasters[1] } } })).toThrow(
      'no upcaster from version 2',
    );
    expect(() => new EventRegistry({ A: renamed }, { A: renamed })).toThrow('defined twice');
  });
});
