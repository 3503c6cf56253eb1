import {
  type Decider,
  DomainError,
  type EventDefinitions,
  firmStream,
  type ProblemTitle,
  samePerson,
  type StaffId,
  type StreamRef,
} from '#event-sourcing';
import type { FactKind } from './fact-words.js';

export const sourceEncodings = ['utf-8', 'utf-16', 'gbk', 'gb18030'] as const;

/** Who may speak for a source, and of what. */
export interface SourceTerms {
  /** Subjects of tokens: over HTTP. */
  subjects: readonly string[];
  /** What a record on Kafka names as its `ce_source`. */
  senders: readonly string[];
  /** Whether an operator may bring files of it. */
  files: boolean;
  kinds: readonly FactKind[];
  /** Branches of the clients whose accounts it may tell of; absent: all. */
  branches?: readonly string[];
  /** Of its files. */
  encoding: (typeof sourceEncodings)[number];
  /** IANA zone in which its dates are. */
  zone: string;
}

/** A source of the back office is registered, and changed, by two persons. */
export type SourceRegistrationEvent =
  | { type: 'SourceRegistrationRequested'; data: { source: string; terms: SourceTerms; requestedBy: StaffId } }
  | { type: 'SourceRegistered'; data: { source: string; terms: SourceTerms; requestedBy: StaffId; approvedBy: StaffId } }
  | { type: 'SourceRegistrationRefused'; data: { source: string; requestedBy: StaffId; refusedBy: StaffId } };

export const sourceRegistrationEvents: EventDefinitions<SourceRegistrationEvent> = {
  SourceRegistrationRequested: { version: 1, fields: { source: 'P1', terms: 'P1', requestedBy: 'P1' } },
  SourceRegistered: { version: 1, fields: { source: 'P1', terms: 'P1', requestedBy: 'P1', approvedBy: 'P1' } },
  SourceRegistrationRefused: { version: 1, fields: { source: 'P1', requestedBy: 'P1', refusedBy: 'P1' } },
};

export type SourceRegistrationCommand =
  | { type: 'RequestRegistration'; source: string; terms: SourceTerms; by: StaffId }
  | { type: 'ApproveRegistration'; by: StaffId }
  | { type: 'RefuseRegistration'; by: StaffId };

export interface SourceRegistrationState {
  source?: string;
  /** In force. */
  terms?: SourceTerms;
  approvedBy?: StaffId;
  pending?: { terms: SourceTerms; requestedBy: StaffId };
}

export const sourceProblems = {
  'source-request-missing': { en: 'Nothing was requested that could be decided', zh: '没有待审批的申请' },
  'source-self-approval': { en: 'A request is decided by another person', zh: '申请须由他人审批' },
  'source-zone-unknown': { en: 'There is no such time zone', zh: '时区不存在' },
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(sourceProblems);

export const sourceRegistration: Decider<SourceRegistrationState, SourceRegistrationCommand, SourceRegistrationEvent> = {
  kind: 'sourceRegistration',
  initial: {},
  decide(command, state): SourceRegistrationEvent[] {
    if (command.type === 'RequestRegistration') {
      const { source, terms, by } = command;
      if (!isZone(terms.zone)) throw refusal('source-zone-unknown', ['/zone']);
      return [{ type: 'SourceRegistrationRequested', data: { source, terms, requestedBy: by } }];
    }
    const { pending } = state;
    if (!pending) throw refusal('source-request-missing');
    const { requestedBy, terms } = pending;
    const source = state.source!;
    if (command.type === 'RefuseRegistration')
      return [{ type: 'SourceRegistrationRefused', data: { source, requestedBy, refusedBy: command.by } }];
    if (samePerson(requestedBy, command.by)) throw refusal('source-self-approval');
    return [{ type: 'SourceRegistered', data: { source, terms, requestedBy, approvedBy: command.by } }];
  },
  evolve(state, event): SourceRegistrationState {
    const { pending: _pending, ...settled } = state;
    switch (event.type) {
      case 'SourceRegistrationRequested': {
        const { source, terms, requestedBy } = event.data;
        return { ...state, source, pending: { terms, requestedBy } };
      }
      case 'SourceRegistered':
        return { ...settled, terms: event.data.terms, approvedBy: event.data.approvedBy };
      case 'SourceRegistrationRefused':
        return settled;
    }
  },
};

function isZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

export const sourceRegistrationStream = (source: string): StreamRef => firmStream('sourceRegistration', `source-registration|${source}`);
