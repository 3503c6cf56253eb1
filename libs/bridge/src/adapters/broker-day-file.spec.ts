import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { brokerDayFile } from './broker-day-file.js';

interface Stated {
  version: unknown;
  sequence?: number;
  kind: string;
  data: Record<string, unknown>;
}

function stated(row: string): unknown {
  const translated = brokerDayFile.translate(Buffer.from(row));
  return 'statements' in translated ? translated.statements[0] : translated.refused;
}
const cny = (amountMinor: number) => ({ amountMinor, currency: 'CNY' });

describe('rows of a broker’s end of day', () => {
  it('say what is written, and a part that is not written is absent', () => {
    expect(stated('P;A1;7;20250311;9996.79;10000.00;-3.21;b')).toEqual({
      source: 'b',
      accountId: 'A1',
      sequence: 7,
      record: 'A1/2025-03-11',
      version: 'next',
      kind: 'assetsObserved',
      data: { on: '2025-03-11', total: cny(999_679), securities: cny(1_000_000), cash: cny(-321) },
    });
    expect(stated('p;A1;;20250311;0;;0.00;b')).toMatchObject({ data: { total: cny(0), cash: cny(0) } });
    expect(stated('P;A1;;20250311;0;;0.00;b')).not.toHaveProperty('data.securities');
    expect(stated('P;A1;;20250311;0;;0.00;b')).not.toHaveProperty('sequence');
  });

  it.each([
    ['P;A1;;20250311;;1.00;1.00;b', 'missing', '/4'],
    ['P;A1;;;1.00;1.00;1.00;b', 'missing', '/3'],
    ['P;;;20250311;1.00;1.00;1.00;b', 'missing', '/1'],
    ['P;A1;;20250311;1.00;1.00;1.00;', 'missing', '/7'],
    ['P;A1;;20250231;1.00;1.00;1.00;b', 'bad-date', '/3'],
    ['P;A1;1.5;20250311;1.00;1.00;1.00;b', 'bad-number', '/2'],
    ['P;A1;;20250311;1,5;1.00;1.00;b', 'bad-number', '/4'],
    ['P;A1;;20250311;1.005;1.00;1.00;b', 'too-many-decimals', '/4'],
    ['P;A1;;20250311;1.00;1.00;b', 'wrong-columns', ''],
    ['X;A1', 'wrong-columns', '/0'],
    ['T;A1;;T1;1;20250311;S;600000;stock;;;;;b', 'missing', '/10'],
    ['T;A1;;T1;;20250311;S;600000;stock;1;1;1;1;b', 'missing', '/4'],
    ['T;A1;;T1;1;20250311;S;600000;stock;1;1;;1;b', 'missing', '/11'],
    ['T;A1;;T1;1;20250311;S;600000;stock;1;1;1;;b', 'missing', '/12'],
    ['T;A1;;T1;1;20250311;S;600000;;1;1;1;1;b', 'missing', '/8'],
    ['T;A1;;T1;1;20250311;B;600000;stock;100.0000001;1;1;1;b', 'too-many-decimals', '/9'],
    ['T;A1;;T1;1;20250311;B;600000;stock;1e3;1;1;1;b', 'bad-number', '/9'],
  ])('%s is refused as %s at %s', (row, code, pointer) => {
    expect(stated(row)).toEqual({ code, pointer });
  });

  it('have quantities of six decimals, exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: 0, max: 6 }), (millionths, dropped) => {
        const whole = millionths - (millionths % 10 ** dropped);
        const digits = String(whole).padStart(7, '0');
        const text = `${digits.slice(0, -6)}.${digits.slice(-6, digits.length - dropped)}`.replace(/\.$/, '');
        expect(stated(`T;A1;;T1;1;20250311;B;110011.OF;fund;${text};1000.00;5;0;b`)).toMatchObject({
          kind: 'tradeBooked',
          data: { side: 'buy', quantityMillionths: whole },
        });
      }),
    );
    const cash = stated('T;A1;;T1;2;20250311;;;;;1000.00;5.00;0.00;b') as Stated;
    expect([cash.kind, Object.keys(cash.data)]).toEqual(['tradeCorrected', ['kind', 'on', 'gross', 'commission', 'passedOn']]);
  });

  it('may be quoted', () => {
    expect(stated('"T";"A1";;"T;1";1;20250311;S;600000;stock;1;1;1;1;"b"')).toMatchObject({ record: 'T;1', source: 'b' });
  });
});
