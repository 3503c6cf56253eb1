import { clientChannels, severities } from '#event-sourcing';
import { absentDimensions, type CommitmentFilter, commitmentOutcomes, type InstantRange, lateEvidenceStatuses } from '#read-models';
import { commitmentStates, dayOf, metrics, promiseClasses, requestProcesses, STEP_NAME, Zone } from '#service-levels';
import { ladder } from '#tiers';
import {
  CodeField,
  EnumField,
  InstantField,
  instantOf,
  LocalDateField,
  patterned,
  QueryInteger,
  StaffField,
  Text,
  UuidField,
} from '../fields/index.js';
import { invalidRequest } from '../problems/problem.js';
import { PAGE_MAX } from '../reads/read-dispatcher.js';
import { ListQuestion } from '../reads/view-fields.js';

const optional = { optional: true };
const processes = [...requestProcesses, 'complaint'];
const EDITION_MAX = 1_000_000;
const PROMISE_MAX = 100;
const absent = `(?:${absentDimensions.join('|')})`;

/** What commitments may be narrowed to, in lists and in figures alike. */
export class CommitmentNarrowing {
  @EnumField(metrics, optional) metric?: (typeof metrics)[number];
  @EnumField(promiseClasses, optional) class?: (typeof promiseClasses)[number];
  @patterned(STEP_NAME, { optional: true, description: 'Of the metric step' }) step?: string;
  @EnumField(processes, optional) process?: string;
  @EnumField(ladder, { optional: true, description: 'The tier used at the start' }) tier?: string;
  @EnumField(clientChannels, optional) channel?: string;
  @EnumField(severities, optional) severity?: string;
  @Text({ max: PROMISE_MAX, optional: true, description: 'As the handbook names it' }) promise?: string;
  @QueryInteger({ min: 0, max: EDITION_MAX, optional: true }) edition?: number;
  @CodeField({ optional: true, description: 'Branch of the client' }) branch?: string;
  @StaffField({ optional: true, description: 'Who stopped it; until then, who recorded what started it' }) staff?: string;
  @patterned(`^${absent}(?:,${absent}){0,${absentDimensions.length - 1}}$`, {
    optional: true,
    description: 'Only those that have no tier, channel, severity or staff; several are separated by commas',
    example: 'tier',
  })
  without?: string;
}

class NarrowedListQuestion extends CommitmentNarrowing {
  @QueryInteger({ min: 1, max: PAGE_MAX, optional: true, description: 'Items on a page, default 50' }) limit?: number;
  @Text({ max: 1024, optional: true, description: '`next` of the page before' }) cursor?: string;
}

export class CommitmentListQuestion extends NarrowedListQuestion {
  @EnumField(commitmentStates, optional) state?: (typeof commitmentStates)[number];
  @EnumField(commitmentOutcomes, {
    optional: true,
    description:
      'Of what is due by `dueBy`: all (due), kept (met), missed, and of the missed excused, open, or stopped late; stopped: kept or late, with its minutes measured; keptByLateEvidence and startKnownByDay of these; beside the percentage cancelledAfterBreach and notMeasured',
  })
  outcome?: (typeof commitmentOutcomes)[number];
  @EnumField(lateEvidenceStatuses, {
    optional: true,
    description: 'What was recorded after the deadline, and waits for a second person or has been decided by one',
  })
  lateEvidence?: (typeof lateEvidenceStatuses)[number];
  @InstantField({ optional: true, description: 'Only deadlines up to it; with an outcome, default now' }) dueBy?: string;
  @LocalDateField({ optional: true, description: 'First day of the deadline; the midnight that begins it is of the day before' })
  deadlineFrom?: string;
  @LocalDateField({ optional: true, description: 'Last day of the deadline, with the midnight that ends it' }) deadlineTo?: string;
  @LocalDateField({ optional: true, description: 'First day of the stop' }) stoppedFrom?: string;
  @LocalDateField({ optional: true, description: 'Last day of the stop' }) stoppedTo?: string;
  @InstantField({ optional: true, description: 'Only stops up to it' }) stoppedBy?: string;
  @UuidField(optional) clientId?: string;
  @UuidField({ optional: true, description: 'The request or the complaint' }) subjectId?: string;
}

/** Whose work it is: what runs or is late, or what waits for the client. */
export class QueueQuestion extends NarrowedListQuestion {
  @EnumField(['due', 'waiting'], { optional: true, description: 'waiting: paused, longest first. Default: due, by deadline' })
  part?: 'due' | 'waiting';
}

export class LateEvidenceQuestion extends NarrowedListQuestion {
  @EnumField(lateEvidenceStatuses, { optional: true, description: 'Default: waiting' }) status?: (typeof lateEvidenceStatuses)[number];
}

export class OfCaseQuestion extends ListQuestion {}

/** The members of a question that narrow, as the read model takes them. */
export function narrowed({ without, ...rest }: CommitmentNarrowing): CommitmentFilter {
  return { ...rest, ...(without !== undefined && { without: without.split(',') as CommitmentFilter['without'] & object }) };
}

/** A list's filter; `now`: where an outcome names no other time. */
export function filterOf(question: Omit<CommitmentListQuestion, 'limit' | 'cursor'>, zone: string, now: string): CommitmentFilter {
  const { outcome, dueBy, deadlineFrom, deadlineTo, stoppedFrom, stoppedTo, stoppedBy, ...rest } = question;
  const { state, lateEvidence, clientId, subjectId, ...narrowing } = rest;
  const by = dueBy === undefined ? (outcome === undefined ? undefined : now) : instantOf(dueBy);
  return {
    ...narrowed(narrowing),
    state,
    lateEvidence,
    clientId,
    subjectId,
    outcome,
    dueBy: by,
    ...(stoppedBy !== undefined && { stoppedBy: instantOf(stoppedBy) }),
    deadline: rangeOf(deadlineFrom, deadlineTo, zone, 'deadlineTo'),
    stopped: rangeOf(stoppedFrom, stoppedTo, zone, 'stoppedTo'),
  };
}

/** `(midnight that begins from, midnight that ends to]` in a zone. Throws a Problem where it ends before it begins. */
export function rangeOf(from: string | undefined, to: string | undefined, zone: string, toName: string): InstantRange {
  if (from !== undefined && to !== undefined && to < from) throw invalidRequest({ pointer: `#/query/${toName}`, code: 'out-of-range' });
  const midnight = (date: string, daysLater: number): string => new Date(Zone.of(zone).instantOf(dayOf(date) + daysLater, 0)).toISOString();
  return { ...(from !== undefined && { after: midnight(from, 0) }), ...(to !== undefined && { upTo: midnight(to, 1) }) };
}
