import { expect, test } from '@jest/globals';
import { DomainError } from './domain-error.js';

const refusal = DomainError.of({ 'case-closed': { en: 'The case is closed', zh: '已结案' } });

test('a refusal says its code, and the fields at fault', () => {
  expect(refusal('case-closed', ['/at'])).toMatchObject({ code: 'case-closed', pointers: ['/at'], faults: [] });
});

// checked by the compiler: a directive that forbids nothing fails the build
test('a code that its catalogue does not have does not compile', () => {
  // @ts-expect-error misspelt
  expect(refusal('case-clsoed')).toBeInstanceOf(DomainError);
  // @ts-expect-error misspelt, at one of several places
  expect(refusal('case-closed', ['/at'], [{ pointer: '/at', code: 'case-clsoed' }])).toBeInstanceOf(DomainError);
  // @ts-expect-error of no catalogue
  expect(new DomainError('case-closed', [], [])).toBeInstanceOf(DomainError);
});
