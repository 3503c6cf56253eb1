import { absentDimensions, type AbsentDimension, type CommitmentDimension, type ComplianceCell } from '#read-models';
import { dateOf, dayOf } from '#service-levels';
import type { ComplianceQuestion } from './figure-questions.js';

type Asked = Omit<ComplianceQuestion, 'by'>;

/** A cell with the addresses of exactly the commitments behind each of its figures. */
export function withDrillDown(cell: ComplianceCell, asked: Asked, dueBy: string) {
  const { from, to, ...narrowing } = asked;
  const { month, ...group } = cell.group;
  const absent = new Set([...(narrowing.without?.split(',') ?? []), ...absentIn(group)]);
  const values = Object.entries(group).filter(([, value]) => value !== null);
  const of = { ...narrowing, ...Object.fromEntries(values), without: absent.size > 0 ? [...absent].join(',') : undefined };
  const [first, last] = typeof month === 'string' ? monthWithin(month, from, to) : [from, to];
  const due = { ...of, deadlineFrom: first, deadlineTo: last, dueBy };
  const stopped = { ...of, stoppedFrom: first, stoppedTo: last };
  const at = (parameters: object): string => addressOf('/v1/commitments', parameters);
  return {
    ...cell,
    drillDown: {
      due: at({ ...due, outcome: 'due' }),
      met: at({ ...due, outcome: 'met' }),
      missed: at({ ...due, outcome: 'missed' }),
      excused: at({ ...due, outcome: 'excused' }),
      stillOpen: at({ ...due, outcome: 'open' }),
      keptByLateEvidence: at({ ...due, outcome: 'keptByLateEvidence' }),
      startKnownByDay: at({ ...due, outcome: 'startKnownByDay' }),
      cancelledAfterBreach: at({ ...due, outcome: 'cancelledAfterBreach' }),
      notMeasured: at({ ...due, outcome: 'notMeasured' }),
      measured: at({ ...due, outcome: 'stopped' }),
      closedCohort: at({ ...stopped, stoppedBy: dueBy }),
      closedCohortMet: at({ ...stopped, stoppedBy: dueBy, state: 'met' }),
    },
  };
}

/** An address whose parameters that are absent are left out. */
export function addressOf(path: string, parameters: object): string {
  const stated = Object.entries(parameters as Record<string, unknown>).filter(([, value]) => value !== undefined);
  return `${path}?${new URLSearchParams(stated.map(([name, value]) => [name, String(value)])).toString()}`;
}

const absentIn = (group: Partial<Record<CommitmentDimension, unknown>>): AbsentDimension[] =>
  absentDimensions.filter((dimension) => group[dimension] === null);

/** First and last day of the part of a month that is in the period. */
function monthWithin(month: string, from: string | undefined, to: string | undefined): [string, string] {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const first = `${month}-01`;
  const next = number === 12 ? `${year + 1}-01-01` : `${year}-${String(number + 1).padStart(2, '0')}-01`;
  const last = dateOf(dayOf(next) - 1);
  return [from !== undefined && from > first ? from : first, to !== undefined && to < last ? to : last];
}
