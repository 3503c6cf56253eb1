import type { Direction, EventMetadata, Instant, Severity, StaffId, SubjectKind, Uuid, When } from '#event-sourcing';
import { dayOf, Zone } from '../calendar/zone.js';
import type { CaseFact, FactInCase } from './case.js';
import type { CommitmentEvent } from './commitment-events.js';
import type { FactBody, Metric, Subject } from '../format/format.js';
import type { RequestEvent } from '../request/request-events.js';

type Data<E, T> = Extract<E, { type: T }> extends { data: infer D } ? D : never;

/** What the clocks read of complaints and contacts, which are other contexts: their events have these members. */
export type ComplaintFactEvent =
  | {
      type: 'ComplaintRegistered';
      data: { clientId: Uuid; receivedAt: When; channel: string; provisionalSeverity?: Severity; forwarding?: { forwardedAt: When } };
    }
  | { type: 'ComplaintSourceNoted'; data: { silentOn: readonly Metric[] } }
  | { type: 'ComplaintAcknowledged'; data: { acknowledgedAt: When; automated: boolean } }
  | { type: 'FinalResponseSent'; data: { sentAt: When } }
  | { type: 'ComplaintReopened'; data: { reopenedAt: When } };
export type ContactFactEvent = {
  type: 'ContactLinked';
  data: { to: { kind: SubjectKind; id: Uuid }; direction: Direction; automated: boolean; startedAt: When };
};
export type CaseEvent =
  | RequestEvent
  | ComplaintFactEvent
  | ContactFactEvent
  | { type: 'CommitmentExtended'; data: Data<CommitmentEvent, 'CommitmentExtended'> }
  | { type: 'LateEvidenceConfirmed'; data: Data<CommitmentEvent, 'LateEvidenceConfirmed'> };

/** Where an event stands in the log. */
export interface LoggedAt {
  eventId: Uuid;
  position: number;
  streamId: Uuid;
  actorId: StaffId;
  recordedAt: Instant;
  /** A system of record states it, with its own record id: an import, the back office, a gateway. */
  ofSystem: boolean;
}

/** Whether a system of record states an event: what was imported or delivered has its source's record, a gateway speaks for itself. */
export const isOfSystem = ({ actor, source }: Pick<EventMetadata, 'actor' | 'source'>): boolean =>
  source !== undefined || actor.role === 'system' || actor.role === 'integrationClient';

/** A fact as it is kept: JSON, with what it replaces. */
export type StoredFact = Exclude<CaseFact, { fact: 'calendarRevised' | 'waitingBegins' }>;

export interface CaseFacts {
  subjectId: Uuid;
  /** Of the event that opens a case. */
  opens?: { clientId: Uuid; kind: SubjectKind; subject: Omit<Subject, 'tier'> };
  /** Facts of one source replace those it gave before: an amended contact is another fact, not a further one. */
  source: Uuid;
  facts: StoredFact[];
}

const everyCaseEvent: Readonly<Record<CaseEvent['type'], true>> = {
  RequestReceived: true,
  RequestStarted: true,
  RequestStepStarted: true,
  RequestStepCompleted: true,
  ClientInputRequested: true,
  ClientInputReceived: true,
  RequestCompleted: true,
  RequestCancelled: true,
  RequestReopened: true,
  RequestSeverityRaised: true,
  ComplaintRegistered: true,
  ComplaintSourceNoted: true,
  ComplaintAcknowledged: true,
  FinalResponseSent: true,
  ComplaintReopened: true,
  ContactLinked: true,
  CommitmentExtended: true,
  LateEvidenceConfirmed: true,
};
/** Types of the events that say something to the clocks of a case. */
export const caseEvents: readonly string[] = Object.keys(everyCaseEvent);

/** A step of complaints that another body took first: from its receipt there to its arrival here. */
export const FORWARDING_STEP = 'forwarding';

/** What an event says to the clocks of its case (clocks.md, "Which event is which fact"); undefined where nothing. */
export function caseFactsOf(event: { type: string; data: object }, logged: LoggedAt): CaseFacts | undefined {
  if (!Object.hasOwn(everyCaseEvent, event.type)) return undefined;
  const { type, data } = event as CaseEvent;
  const ofStream = (...facts: StoredFact[]): CaseFacts => ({ subjectId: logged.streamId, source: logged.eventId, facts });
  const fact = (when: When, body: Exclude<FactBody, { fact: 'calendarRevised' }>): StoredFact => factAt(when, body, logged);
  switch (type) {
    case 'RequestReceived': {
      const { clientId, receivedAt, process, channel, severity } = data;
      const subject = { type: 'request' as const, process, channel, severity };
      return { ...ofStream(fact(receivedAt, { fact: 'received' })), opens: { clientId, kind: 'request', subject } };
    }
    case 'RequestStarted':
      return ofStream(fact(data.at, { fact: 'note' }));
    case 'RequestStepStarted':
      return ofStream(fact(data.at, { fact: 'stepStarted', step: data.step }));
    case 'RequestStepCompleted':
      return ofStream(fact(data.at, { fact: 'stepCompleted', step: data.step }));
    case 'ClientInputRequested':
      return ofStream(fact(data.at, { fact: 'clientAsked' }));
    case 'ClientInputReceived':
      return ofStream(fact(data.at, { fact: 'clientReplied' }));
    case 'RequestCompleted':
      return ofStream(fact(data.at, { fact: 'completed' }));
    case 'RequestCancelled':
      return ofStream(fact(data.at, { fact: 'cancelled' }));
    case 'RequestReopened':
      return ofStream(fact(data.at, { fact: 'reopened' }));
    case 'RequestSeverityRaised':
      return ofStream(fact(data.at, { fact: 'severityChanged', to: data.to }));
    case 'ComplaintRegistered': {
      const { clientId, receivedAt, channel, provisionalSeverity: severity = 'normal', forwarding } = data;
      const subject = { type: 'complaint' as const, process: 'complaint', channel, severity };
      const facts = [fact(receivedAt, { fact: 'received' })];
      // a source that says it was sent on before it came contradicts itself, and measures nothing
      if (forwarding && forwarding.forwardedAt.at >= receivedAt.at) {
        facts.push(fact(receivedAt, { fact: 'stepStarted', step: FORWARDING_STEP }));
        facts.push(fact(forwarding.forwardedAt, { fact: 'stepCompleted', step: FORWARDING_STEP }));
      }
      return { ...ofStream(...facts), opens: { clientId, kind: 'complaint', subject } };
    }
    case 'ComplaintSourceNoted':
      return ofStream(factAt({ precision: 'unknown', at: EPOCH }, { fact: 'unmeasured', metrics: data.silentOn }, logged));
    case 'ComplaintAcknowledged':
      return ofStream(fact(data.acknowledgedAt, { fact: 'outbound', by: data.automated ? 'automatic' : 'human' }));
    case 'FinalResponseSent':
      // it reaches the client, so it is a communication as well: whoever was answered has had a response; and it is the
      // last one, so that no further update is owed from it
      return ofStream(fact(data.sentAt, { fact: 'completed' }), fact(data.sentAt, { fact: 'outbound', by: 'human' }));
    case 'ComplaintReopened':
      return ofStream(fact(data.reopenedAt, { fact: 'reopened' }));
    case 'ContactLinked': {
      const { to, direction, automated, startedAt } = data;
      const body =
        direction === 'inbound' ? ({ fact: 'inbound' } as const) : ({ fact: 'outbound', by: automated ? 'automatic' : 'human' } as const);
      return { subjectId: to.id, source: logged.streamId, facts: [fact(startedAt, body)] };
    }
    case 'CommitmentExtended': {
      const { subject, promise, days, at } = data;
      return {
        subjectId: subject.id,
        source: logged.eventId,
        facts: [fact({ precision: 'instant', at }, { fact: 'extended', promise, days })],
      };
    }
    case 'LateEvidenceConfirmed': {
      const { subject, evidence, at } = data;
      const confirmed = factAt({ precision: 'instant', at }, { fact: 'evidenceConfirmed', evidence }, logged);
      return { subjectId: subject.id, source: logged.eventId, facts: [confirmed] };
    }
  }
}

/** It holds from the beginning, so it sorts before everything. */
const EPOCH = new Date(0).toISOString();

type StoredBody = StoredFact extends infer F ? (F extends { fact: string } ? Omit<F, keyof FactInCase> : never) : never;

function factAt(when: When, body: StoredBody, { eventId, position, actorId, recordedAt, ofSystem }: LoggedAt): StoredFact {
  const atMs = Date.parse(when.at);
  if (Number.isNaN(atMs)) throw new RangeError('no instant'); // a clock that took it would run from 1970
  const fact: StoredFact = { atMs, recordedMs: Date.parse(recordedAt), eventId, position, actorId, ...body };
  if (ofSystem) fact.ofSystem = true;
  if (when.precision !== 'instant') fact.precision = when.precision;
  if (when.precision !== 'day') return fact;
  return { ...fact, date: when.date, untilMs: Zone.of(when.zone).instantOf(dayOf(when.date) + 1, 0) };
}

/** In order of when they happened, and as recorded where that is the same. */
export const inOrder = <F extends CaseFact>(facts: readonly F[]): F[] =>
  [...facts].sort((a, b) => a.atMs - b.atMs || (a.position ?? 0) - (b.position ?? 0)); // a stable sort: facts of one event keep their order

/**
 * What a source says now, where it has said it before: a contact whose note is amended was recorded when it was first, unless
 * the amendment says otherwise of what happened.
 */
export function restated(before: readonly StoredFact[], now: readonly StoredFact[]): readonly StoredFact[] {
  return before.length > 0 && JSON.stringify(before.map(saidOf)) === JSON.stringify(now.map(saidOf)) ? before : now;
}

function saidOf(fact: StoredFact): object {
  const { eventId: _eventId, position: _position, recordedMs: _recordedMs, actorId: _actorId, ofSystem: _ofSystem, ...said } = fact;
  return Object.fromEntries(Object.entries(said).sort(([a], [b]) => (a < b ? -1 : 1)));
}
