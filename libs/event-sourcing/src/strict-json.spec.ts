import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isReservedName, JSON_FAULTS_MAX, readStrictJson } from './strict-json.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

function refusalOf(text: string | Uint8Array): unknown {
  const read = readStrictJson(typeof text === 'string' ? bytes(text) : text);
  return read === undefined ? 'malformed-json' : (read.faults[0] ?? { parsed: read.value });
}

describe('a JSON text', () => {
  test('means what JSON.parse says, where it is well-formed', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme', depthSize: 'medium' }), fc.constantFrom(0, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const taken = !/\\u0000/.test(text) && ![...text.matchAll(/"([^"]*)"\s*:/g)].some(([, name]) => isReservedName(name!));
        fc.pre(taken && !/\\ud[89a-f]/i.test(text));
        expect(readStrictJson(bytes(text))).toEqual({ value: JSON.parse(text), faults: [] });
      }),
      { numRuns: 500 },
    );
  });

  test('states each member once, at every level and however it is spelled', () => {
    expect(refusalOf('{"a":1,"b":{"c":[{"d":1},{"d":1,"\\u0064":2}]}}')).toEqual({ pointer: '/b/c/1/d', code: 'duplicate-member' });
    expect(refusalOf('{"a":1,"a":1}')).toEqual({ pointer: '/a', code: 'duplicate-member' });
    expect(refusalOf('{"a":{"a":[1,2,{"a":3}]},"b":"a"}')).toHaveProperty('parsed');
    expect(refusalOf('[{"a":1},{"a":1}]')).toHaveProperty('parsed');
  });

  test('is told of every fault in it, up to a bound', () => {
    expect(readStrictJson(bytes('{"a":1,"a":{"b":"\\u0000","__proto__":1},"c":[{"d":1,"d":2}]}'))!.faults).toEqual([
      { pointer: '/a', code: 'duplicate-member' },
      { pointer: '/a/b', code: 'nul-character' },
      { pointer: '/a/__proto__', code: 'unknown-member' },
      { pointer: '/c/0/d', code: 'duplicate-member' },
    ]);
    expect(readStrictJson(bytes(`[${Array(1000).fill('"\\u0000"').join()}]`))!.faults).toHaveLength(JSON_FAULTS_MAX);
  });

  test('is at most 32 levels deep', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    expect(refusalOf(nested(32))).toHaveProperty('parsed');
    expect(refusalOf(nested(33))).toMatchObject({ code: 'too-deep' });
    expect(refusalOf(`{"a":${nested(32)}}`)).toMatchObject({ code: 'too-deep' });
    expect(refusalOf(nested(500_000))).toMatchObject({ code: 'too-deep' });
    expect(refusalOf('{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000))).toMatchObject({ code: 'too-deep' });
  });

  test('is not read where it holds more members and items than are taken', () => {
    const read = (text: string, valuesMax: number) => readStrictJson(bytes(text), valuesMax);
    const items = (count: number): string => `[${Array(count).fill('0').join()}]`;
    expect(read(items(1_000), 1_000)).toMatchObject({ faults: [] });
    expect(read(items(1_001), 1_000)).toEqual({ value: undefined, faults: [{ pointer: '', code: 'too-many' }] });
    expect(read(`{"a":${items(500)},"b":[${Array(501).fill('{}').join()}]}`, 1_000)!.faults).toEqual([{ pointer: '', code: 'too-many' }]);
    expect(read(`{"a":"${',{['.repeat(1_000)}\\",,,"}`, 10)).toMatchObject({ faults: [] }); // in a text they are text
    expect(read('[,'.repeat(2_000), 1_000)!.faults).toEqual([{ pointer: '', code: 'too-many' }]);
  });

  test('tells the same of a text whether its names and texts are spelled with escapes or without', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'toString', '__proto__');
    const { text } = fc.letrec<{ text: string; value: string }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.constantFrom('1', '"x"', '"a:b,{"', '[]', '{}'), tie('text')),
      text: fc
        .array(fc.tuple(names, tie('value')), { maxLength: 4 })
        .map((members) => `{${members.map(([n, v]) => `"${n}":${v}`).join()}}`),
    }));
    fc.assert(
      fc.property(text, (plain) => {
        // an escape anywhere makes the reader look at every member
        const escaped = `[${plain},"\\u0078"]`;
        const faultsOf = (one: string) => readStrictJson(bytes(one))!.faults.map(({ pointer, code }) => `${pointer} ${code}`);
        expect(faultsOf(`[${plain},"x"]`)).toEqual(faultsOf(escaped));
      }),
      { numRuns: 300 },
    );
  });

  test('holds no NUL and no half of a surrogate pair, in values and in names', () => {
    expect(refusalOf('{"a":["x","\\u0000"]}')).toEqual({ pointer: '/a/1', code: 'nul-character' });
    expect(refusalOf('{"a~/":"\\ud800"}')).toEqual({ pointer: '/a~0~1', code: 'lone-surrogate' });
    expect(refusalOf('{"a":"\\udc00\\ud800"}')).toEqual({ pointer: '/a', code: 'lone-surrogate' });
    expect(refusalOf('{"a":{"x\\u0000":1}}')).toMatchObject({ code: 'nul-character' });
    expect(refusalOf('{"\\udfff":1}')).toMatchObject({ code: 'lone-surrogate' });
    expect(refusalOf('{"a":"\\ud83d\\ude00 😀"}')).toHaveProperty('parsed');
  });

  test('names nothing that JavaScript gives a meaning of its own', () => {
    expect(refusalOf('{"a":{"__proto__":{"x":1}}}')).toEqual({ pointer: '/a/__proto__', code: 'unknown-member' });
    expect(refusalOf('{"constructor":{}}')).toEqual({ pointer: '/constructor', code: 'unknown-member' });
    expect(refusalOf('{"a":"__proto__"}')).toHaveProperty('parsed');
  });

  test.each(['', ' ', '{', '{"a":1,}', "{'a':1}", '{"a":01}', '{"a":NaN}', '{} {}', '"\t"', '\ufeff{}', 'undefined', '{"a":"\\x41"}'])(
    'is refused where it is not JSON: %j',
    (text) => expect(refusalOf(text)).toBe('malformed-json'),
  );

  test('is UTF-8', () => {
    expect(refusalOf(Uint8Array.from([0x22, 0xff, 0x22]))).toBe('malformed-json');
    expect(refusalOf(Uint8Array.from([0x22, 0xed, 0xa0, 0x80, 0x22]))).toBe('malformed-json'); // a surrogate in bytes
    expect(refusalOf(Uint8Array.from([0x22, 0xc0, 0x80, 0x22]))).toBe('malformed-json'); // NUL in two bytes
  });

  test('takes long strings and long escapes', () => {
    expect(refusalOf(JSON.stringify({ a: '\\'.repeat(400_000), b: 'x'.repeat(200_000) }))).toHaveProperty('parsed');
  });
});
