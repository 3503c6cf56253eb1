import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { given, newId, riskLevels } from '#event-sourcing';
import { riskProfile, type RiskProfileCommand, type RiskProfileEvent } from './risk-profile.js';
import { productRiskLevels, suitabilityOf, validUntilOf } from './suitability.js';

const result = {
  questionnaireVersion: 'q-2024',
  score: 61,
  level: 'C3',
  lowestClass: false,
  assessedOn: '2024-02-29',
  source: 'desk',
} as const;
const record = (more: object = {}): RiskProfileCommand => ({ type: 'RecordRiskAssessment', today: '2026-03-10', ...result, ...more });
const assessed = (more: object = {}): RiskProfileEvent => ({
  type: 'RiskAssessed',
  data: { ...result, validUntil: '2026-02-28', ...more },
});
const checkId = newId();
const check = (today: string, more: object = {}): RiskProfileCommand => ({
  type: 'CheckSuitability',
  today,
  checkId,
  productId: 'F-1',
  riskLevel: 'R4',
  initiative: 'client',
  ...more,
});
const resultOf = (events: unknown): unknown => (events as { data: { result: string } }[])[0]!.data.result;

describe('a risk assessment', () => {
  it('is valid for 24 calendar months where nothing else is stated, clamped to the month’s last day', () => {
    expect(given(riskProfile).when(record())).toEqual([assessed()]);
    expect(validUntilOf('2024-08-31', 6)).toBe('2025-02-28');
    expect(validUntilOf('2024-03-31')).toBe('2026-03-31');
    expect(given(riskProfile).when(record({ validMonths: 12 }))).toEqual([assessed({ validUntil: '2025-02-28' })]);
  });

  it('is never made in the future, and told twice it is one', () => {
    expect(given(riskProfile).when(record({ assessedOn: '2026-03-11' }))).toEqual({ refused: 'assessment-in-the-future' });
    expect(given(riskProfile).when(record({ assessedOn: '2026-03-10' }))).toHaveLength(1);
    expect(given(riskProfile, assessed()).when(record())).toEqual([]);
    expect(given(riskProfile, assessed()).when(record({ score: 62 }))).toHaveLength(1);
  });

  it('counts from its day to the day before it lapses', () => {
    const on = (day: string) => resultOf(given(riskProfile, assessed()).when(check(day, { riskLevel: 'R3' })));
    expect(on('2024-02-28')).toBe('EXPIRED'); // not made yet
    expect(on('2024-02-29')).toBe('MATCH');
    expect(on('2026-02-27')).toBe('MATCH');
    expect(on('2026-02-28')).toBe('EXPIRED');
  });

  it('is superseded by a newer one, not by an older one that is told late', () => {
    const newer = assessed({ level: 'C5', assessedOn: '2025-06-01', validUntil: '2027-06-01' });
    const older = assessed({ level: 'C1', assessedOn: '2023-01-01', validUntil: '2099-01-01' });
    expect(resultOf(given(riskProfile, assessed(), newer, older).when(check('2025-07-01', { riskLevel: 'R5' })))).toBe('MATCH');
    expect(resultOf(given(riskProfile, assessed(), newer, older).when(check('2025-05-31', { riskLevel: 'R5' })))).toBe('WARN');
    // the newest counts even where an older one would still be valid
    expect(resultOf(given(riskProfile, older, assessed()).when(check('2026-03-01', { riskLevel: 'R1' })))).toBe('EXPIRED');
    // of two of one day, the one told last
    expect(resultOf(given(riskProfile, assessed(), assessed({ level: 'C4' })).when(check('2024-03-01')))).toBe('MATCH');
  });
});

describe('suitability', () => {
  const valid = { assessedOn: '2025-01-01', validUntil: '2027-01-01' };

  it('Cn covers R1 to Rn; what it does not cover is warned of, and forbidden to the lowest class', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.nat(4), fc.boolean(), (c, r, lowestClass) => {
        const expected = r <= c ? 'MATCH' : lowestClass ? 'PROHIBITED' : 'WARN';
        expect(suitabilityOf({ ...valid, level: riskLevels[c]!, lowestClass }, productRiskLevels[r]!, '2026-01-01')).toBe(expected);
      }),
    );
  });

  it('is told of the days on which the assessment is valid alone', () => {
    const on = (day: string) => suitabilityOf({ ...valid, level: 'C5', lowestClass: false }, 'R1', day);
    expect(['2024-12-31', '2025-01-01', '2026-12-31', '2027-01-01'].map(on)).toEqual(['EXPIRED', 'MATCH', 'MATCH', 'EXPIRED']);
  });

  it('a client who was never assessed matches nothing', () => {
    expect(given(riskProfile).when(check('2026-01-01', { riskLevel: 'R1' }))).toMatchObject([
      { data: { result: 'EXPIRED', validUntil: null } },
    ]);
  });
});

describe('a warning', () => {
  const confirmation = { kind: 'recordedCall', reference: 'REC-7' } as const;
  const accept = (today = '2025-05-02'): RiskProfileCommand => ({ type: 'AcceptSuitabilityWarning', checkId, confirmation, today });
  const checked = (more: object = {}): RiskProfileEvent => ({
    type: 'SuitabilityChecked',
    data: {
      checkId,
      productId: 'F-1',
      riskLevel: 'R4',
      initiative: 'client',
      checkedOn: '2025-05-01',
      result: 'WARN',
      validUntil: '2026-02-28',
      ...more,
    },
  });

  it('is accepted once, on the client’s own initiative, with their confirmation', () => {
    const [accepted] = given(riskProfile, assessed(), checked()).when(accept()) as RiskProfileEvent[];
    expect(accepted).toEqual({ type: 'SuitabilityWarningAccepted', data: { checkId, acceptedOn: '2025-05-02', confirmation } });
    expect(given(riskProfile, assessed(), checked(), accepted!).when(accept())).toEqual([]);
    expect(given(riskProfile, assessed(), checked({ initiative: 'firm' })).when(accept())).toEqual({
      refused: 'not-on-the-clients-initiative',
    });
    expect(given(riskProfile).when(accept())).toEqual({ refused: 'suitability-check-not-found' });
  });

  it('is accepted only where there is one, and still is', () => {
    for (const other of ['MATCH', 'PROHIBITED', 'EXPIRED'])
      expect(given(riskProfile, assessed(), checked({ result: other })).when(accept())).toEqual({ refused: 'no-warning-to-accept' });
    expect(given(riskProfile, assessed(), checked()).when(accept('2026-02-28'))).toEqual({ refused: 'suitability-changed' });
    const lowered = assessed({ level: 'C1', lowestClass: true, assessedOn: '2025-05-02' });
    expect(given(riskProfile, assessed(), checked(), lowered).when(accept())).toEqual({ refused: 'suitability-changed' });
  });
});
