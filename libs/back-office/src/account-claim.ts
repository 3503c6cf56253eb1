import {
  type Decider,
  derivedId,
  DomainError,
  type EventDefinitions,
  type ProblemTitle,
  samePerson,
  type StaffId,
  type StreamRef,
  type Uuid,
} from '#event-sourcing';

/** Why a person has to decide: another client holds the account, or its facts came before anybody who owns it. */
export const claimReasons = ['held', 'factsKnown'] as const;
export type ClaimReason = (typeof claimReasons)[number];

/** That a client owns an account which is not free. Approved where it is held, the account is a joint one. */
export type AccountClaimEvent =
  | { type: 'AccountClaimed'; data: { accountId: string; reason: ClaimReason; claimedBy: StaffId } }
  /** `basis`: a person decided, or the source has said that the account is this client's. */
  | { type: 'AccountClaimApproved'; data: { accountId: string; joint: boolean; basis: 'person' | 'source'; approvedBy: StaffId } }
  | { type: 'AccountClaimRefused'; data: { accountId: string; refusedBy: StaffId } };

export const accountClaimEvents: EventDefinitions<AccountClaimEvent> = {
  AccountClaimed: { version: 1, fields: { accountId: 'P1', reason: 'P1', claimedBy: 'P1' } },
  AccountClaimApproved: { version: 1, fields: { accountId: 'P1', joint: 'P1', basis: 'P1', approvedBy: 'P1' } },
  AccountClaimRefused: { version: 1, fields: { accountId: 'P1', refusedBy: 'P1' } },
};

export type AccountClaimCommand =
  | { type: 'ClaimAccount'; accountId: string; reason: ClaimReason; by: StaffId }
  /** `joint`: another client holds the account now. */
  | { type: 'ApproveClaim'; joint: boolean; basis: 'person' | 'source'; by: StaffId }
  | { type: 'RefuseClaim'; by: StaffId };

export interface AccountClaimState {
  accountId?: string;
  pending?: { reason: ClaimReason; claimedBy: StaffId };
}

export const claimProblems = {
  'claim-not-pending': { en: 'The claim is decided already', zh: '该认领已处理' },
  'claim-self-approval': { en: 'A claim is approved by another person', zh: '认领须由他人批准' },
  'claim-needs-both-branches': {
    en: 'The account is held in another branch: somebody who sees both decides',
    zh: '该账户由其他营业部客户持有，须由可见双方的人员决定',
  },
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(claimProblems);

export const accountClaim: Decider<AccountClaimState, AccountClaimCommand, AccountClaimEvent> = {
  kind: 'accountClaim',
  initial: {},
  decide(command, { accountId, pending }): AccountClaimEvent[] {
    if (command.type === 'ClaimAccount') {
      if (pending?.reason === command.reason) return []; // a repeat changes nothing
      return [{ type: 'AccountClaimed', data: { accountId: command.accountId, reason: command.reason, claimedBy: command.by } }];
    }
    if (!pending) throw refusal('claim-not-pending');
    if (command.type === 'RefuseClaim') return [{ type: 'AccountClaimRefused', data: { accountId: accountId!, refusedBy: command.by } }];
    const { joint, basis, by } = command;
    if (samePerson(pending.claimedBy, by)) throw refusal('claim-self-approval');
    return [{ type: 'AccountClaimApproved', data: { accountId: accountId!, joint, basis, approvedBy: by } }];
  },
  evolve(_, { type, data }): AccountClaimState {
    const { accountId } = data;
    return type === 'AccountClaimed' ? { accountId, pending: { reason: data.reason, claimedBy: data.claimedBy } } : { accountId };
  },
};

export const accountClaimStream = (clientId: Uuid, accountId: string): StreamRef => ({
  id: derivedId(clientId, `account-claim|${accountId}`),
  kind: 'accountClaim',
  key: clientId,
});
