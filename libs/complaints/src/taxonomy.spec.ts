import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ComplaintSubject, parted, problems, products, wholeSubject } from './taxonomy.js';

describe('what a complaint is about', () => {
  it.each([...products.map((word) => ['product', word] as const), ...problems.map((word) => ['problem', word] as const)])(
    'knows a %s by its code and in both languages, however it is written: %o',
    (member, { code, zh, en }) => {
      for (const word of [code, zh, en, en.toUpperCase(), ` ${zh} `]) {
        expect(parted({ [member]: word })).toEqual({ subject: {}, classified: { taxonomy: 'firm-1', [member]: code } });
      }
    },
  );

  it('leaves what is of no list where it is kept encrypted, and loses no word', () => {
    const member = fc.constantFrom<keyof ComplaintSubject>('product', 'subProduct', 'problem', 'subProblem');
    const word = fc.oneof(fc.string(), fc.constantFrom('fund', 'fees', '王经理收了我的钱'));
    fc.assert(
      fc.property(fc.dictionary(member, word), (stated) => {
        const { subject, classified, ...others } = parted(stated);
        expect(others).toEqual({});
        expect(wholeSubject({ subject, classified })).toEqual(
          Object.fromEntries(Object.entries(stated).map(([name, said]) => [name, subject[name as keyof ComplaintSubject] ?? said.trim()])),
        );
        const codes = new Set([...products, ...problems].map(({ code }) => code));
        const { taxonomy: _, ...known } = classified ?? { taxonomy: '' };
        for (const plain of Object.values(known)) expect(codes).toContain(plain);
      }),
    );
    // a code of one list is no word of another
    expect(parted({ product: 'fees', problem: 'fund' })).toEqual({ subject: { product: 'fees', problem: 'fund' } });
  });

  it('takes the words of a source with lists of its own as they are', () => {
    const stated = { product: 'Mortgage', problem: 'Loan servicing' };
    expect(parted(stated, 'cfpb')).toEqual({ subject: {}, classified: { taxonomy: 'cfpb', ...stated } });
  });
});
