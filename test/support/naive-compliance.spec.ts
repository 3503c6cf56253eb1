import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compliance, complianceByCell, type MeasuredCommitment } from './naive-compliance.js';
import type { Period } from '#service-levels';

const shanghai = (text: string) => Date.parse(`${text}+08:00`);
const march: Period = { startMs: shanghai('2025-03-01T00:00'), endMs: shanghai('2025-04-01T00:00') };
const later = shanghai('2025-05-01T00:00');

function commitment(
  id: string,
  deadline: string | null,
  stopped: string | null,
  rest: Partial<MeasuredCommitment> = {},
): MeasuredCommitment {
  const at = (text: string | null) => (text === null ? null : shanghai(text));
  return { id, deadlineMs: at(deadline), stoppedMs: at(stopped), cancelled: false, pauses: [], excused: false, ...rest };
}

describe('compliance', () => {
  it('counts by due date: what is still open once due is missed, also where it is stopped later', () => {
    const answer = compliance(
      [
        commitment('kept', '2025-03-11T15:30', '2025-03-11T15:30'),
        commitment('late', '2025-03-11T15:30', '2025-03-11T15:31'),
        commitment('late, stopped in April', '2025-03-31T15:30', '2025-04-02T09:00'),
        commitment('open', '2025-03-20T17:00', null),
      ],
      march,
      later,
    );
    expect(answer.due).toEqual({
      numerator: ['kept'],
      denominator: ['kept', 'late', 'late, stopped in April', 'open'],
      basisPoints: 2500,
    });
    expect(answer.missed).toEqual(['late', 'late, stopped in April', 'open']);
  });

  it('counts a deadline at the midnight that ends March in March, and one at the midnight that began it in February', () => {
    const rows = [commitment('end', '2025-04-01T00:00', '2025-03-31T09:00'), commitment('start', '2025-03-01T00:00', '2025-02-28T09:00')];
    expect(compliance(rows, march, later).due.denominator).toEqual(['end']);
    expect(compliance(rows, { startMs: shanghai('2025-02-01T00:00'), endMs: march.startMs }, later).due.denominator).toEqual(['start']);
  });

  it('leaves out what was cancelled, was paused when the period ended, or is not due yet', () => {
    const pause = (from: string, to: string | null) => ({ fromMs: shanghai(from), toMs: to === null ? null : shanghai(to) });
    const rows = [
      commitment('cancelled', '2025-03-11T15:30', null, { cancelled: true }),
      commitment('paused', null, null, { pauses: [pause('2025-03-28T09:00', null)] }),
      commitment('paused at the end', '2025-03-31T17:00', '2025-04-02T09:00', { pauses: [pause('2025-03-31T17:00', '2025-04-01T09:00')] }),
      commitment('resumed at the end', '2025-04-01T00:00', '2025-03-31T23:00', { pauses: [pause('2025-03-28T09:00', '2025-04-01T00:00')] }),
      commitment('due tomorrow', '2025-03-21T17:00', '2025-03-20T09:00'),
      commitment('due now', '2025-03-20T17:00', null),
    ];
    expect(compliance(rows, march, later).due.denominator).toEqual(['resumed at the end', 'due tomorrow', 'due now']);
    expect(compliance(rows, march, shanghai('2025-03-20T17:00')).due.denominator).toEqual(['due now']);
  });

  it('shows excused breaches apart, and counts them as missed', () => {
    const rows = [
      commitment('excused', '2025-03-11T15:30', '2025-03-12T09:00', { excused: true }),
      commitment('kept', '2025-03-11T15:30', '2025-03-11T09:00'),
    ];
    expect(compliance(rows, march, later)).toMatchObject({ due: { basisPoints: 5000 }, missed: ['excused'], excused: ['excused'] });
  });

  it('has the closed cohort beside it, which open cases do not reach', () => {
    const rows = [commitment('open', '2025-03-11T15:30', null), commitment('kept', '2025-04-11T15:30', '2025-03-12T09:00')];
    const { due, closedCohort } = compliance(rows, march, later);
    expect([due.basisPoints, closedCohort.basisPoints]).toEqual([0, 10_000]);
    expect(closedCohort.denominator).toEqual(['kept']);
  });

  it('never rounds up to all, and says nothing of nothing', () => {
    const rows = Array.from({ length: 20_001 }, (_, i) => commitment(`c${i}`, '2025-03-11T15:30', i === 0 ? null : '2025-03-11T09:00'));
    expect(compliance(rows, march, later).due.basisPoints).toBe(9_999);
    expect(compliance([], march, later).due.basisPoints).toBeNull();
  });

  it('drills down to the commitments of each figure: kept and missed make up what was due, and cells make up the whole', () => {
    const instants = fc.option(fc.integer({ min: march.startMs - 5, max: march.startMs + 5 }));
    const rows = fc.array(
      fc.record({ deadlineMs: instants, stoppedMs: instants, cancelled: fc.boolean(), excused: fc.boolean(), pauses: fc.constant([]) }),
    );
    fc.assert(
      fc.property(rows, (records) => {
        const commitments = records.map((record, i) => ({ id: `${i}`, ...record }));
        const period = { startMs: march.startMs - 3, endMs: march.startMs + 3 };
        const whole = compliance(commitments, period, later);
        expect([...whole.due.numerator, ...whole.missed].sort()).toEqual([...whole.due.denominator].sort());
        expect(whole.missed).toEqual(expect.arrayContaining([...whole.excused]));
        const cells = complianceByCell(commitments, ({ excused }) => String(excused), period, later);
        expect([...cells.values()].flatMap(({ due }) => due.denominator).sort()).toEqual([...whole.due.denominator].sort());
        expect([...cells.values()].flatMap(({ due }) => due.numerator).sort()).toEqual([...whole.due.numerator].sort());
      }),
    );
  });
});
