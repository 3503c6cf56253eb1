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
import type { AccountFactKind } from './fact-words.js';

/** A kind of fact of an account, or the rates of one currency in another: what one source counts for. */
export type AuthorityOver = { kind: AccountFactKind; accountId: string } | { kind: 'rates'; currency: string; base: string };

/** Which source counts is the first that told, until two persons name another. */
export type AuthorityEvent =
  | { type: 'AuthorityRequested'; data: { over: AuthorityOver; source: string; requestedBy: StaffId } }
  | { type: 'AuthorityGiven'; data: { over: AuthorityOver; source: string; requestedBy: StaffId; approvedBy: StaffId } }
  | { type: 'AuthorityRefused'; data: { over: AuthorityOver; source: string; requestedBy: StaffId; refusedBy: StaffId } };

const fields = { over: 'P1', source: 'P1', requestedBy: 'P1' } as const;
export const authorityEvents: EventDefinitions<AuthorityEvent> = {
  AuthorityRequested: { version: 1, fields },
  AuthorityGiven: { version: 1, fields: { ...fields, approvedBy: 'P1' } },
  AuthorityRefused: { version: 1, fields: { ...fields, refusedBy: 'P1' } },
};

export type AuthorityCommand =
  | { type: 'RequestAuthority'; over: AuthorityOver; source: string; by: StaffId }
  | { type: 'ApproveAuthority'; by: StaffId }
  | { type: 'RefuseAuthority'; by: StaffId };

export interface AuthorityState {
  over?: AuthorityOver;
  /** Named by two persons. */
  source?: string;
  approvedBy?: StaffId;
  /** How often one was named. */
  given: number;
  pending?: { source: string; requestedBy: StaffId };
}

export const authorityProblems = {
  'authority-request-missing': { en: 'Nothing was requested that could be decided', zh: '没有待审批的申请' },
  'authority-self-approval': { en: 'A request is decided by another person', zh: '申请须由他人审批' },
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(authorityProblems);

export const authority: Decider<AuthorityState, AuthorityCommand, AuthorityEvent> = {
  kind: 'authority',
  initial: { given: 0 },
  decide(command, state): AuthorityEvent[] {
    if (command.type === 'RequestAuthority') {
      const { over, source, by } = command;
      return [{ type: 'AuthorityRequested', data: { over, source, requestedBy: by } }];
    }
    if (!state.pending) throw refusal('authority-request-missing');
    const asked = { over: state.over!, ...state.pending };
    if (command.type === 'RefuseAuthority') return [{ type: 'AuthorityRefused', data: { ...asked, refusedBy: command.by } }];
    if (samePerson(asked.requestedBy, command.by)) throw refusal('authority-self-approval');
    return [{ type: 'AuthorityGiven', data: { ...asked, approvedBy: command.by } }];
  },
  evolve(state, event): AuthorityState {
    const { pending: _pending, ...settled } = state;
    switch (event.type) {
      case 'AuthorityRequested': {
        const { over, source, requestedBy } = event.data;
        return { ...state, over, pending: { source, requestedBy } };
      }
      case 'AuthorityGiven':
        return { ...settled, source: event.data.source, approvedBy: event.data.approvedBy, given: state.given + 1 };
      case 'AuthorityRefused':
        return settled;
    }
  },
};

export function authorityStream(over: AuthorityOver): StreamRef {
  const what = over.kind === 'rates' ? `${over.currency}|${over.base}` : over.accountId;
  return firmStream('authority', `authority|${over.kind}|${what}`);
}
