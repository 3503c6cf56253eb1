import {
  type Decider,
  derivedId,
  DomainError,
  type EventDefinitions,
  type ProblemTitle,
  type StaffId,
  type StreamRef,
  type Uuid,
} from '#event-sourcing';

export const conflictDecisions = ['keepFirst', 'takeOther'] as const;
export type ConflictDecision = (typeof conflictDecisions)[number];

/** A source has said two things under one key: a person decides which holds. Digests are SHA-256 of what was said, lower-case hex. */
export type InboxConflictEvent =
  | {
      type: 'InboxConflictFound';
      data: { source: string; record: string; version: number; firstSha256: string; otherSha256: string };
    }
  | { type: 'InboxConflictResolved'; data: { decision: ConflictDecision; resolvedBy: StaffId } };

export const inboxConflictEvents: EventDefinitions<InboxConflictEvent> = {
  InboxConflictFound: { version: 1, fields: { source: 'P1', record: 'P1', version: 'P1', firstSha256: 'P1', otherSha256: 'P1' } },
  InboxConflictResolved: { version: 1, fields: { decision: 'P1', resolvedBy: 'P1' } },
};

export type InboxConflictCommand = { type: 'ResolveConflict'; decision: ConflictDecision; resolvedBy: StaffId };
export type InboxConflictState = { status: 'none' } | { status: 'open' } | { status: 'resolved'; decision: ConflictDecision };

export const inboxConflict: Decider<InboxConflictState, InboxConflictCommand, InboxConflictEvent> = {
  kind: 'inboxConflict',
  initial: { status: 'none' },
  decide({ decision, resolvedBy }, state): InboxConflictEvent[] {
    if (state.status !== 'open') throw refusal('conflict-already-resolved');
    return [{ type: 'InboxConflictResolved', data: { decision, resolvedBy } }];
  },
  evolve(_, event): InboxConflictState {
    return event.type === 'InboxConflictFound' ? { status: 'open' } : { status: 'resolved', decision: event.data.decision };
  },
};

/** The stream of a conflict is the second message's own: it concerns no client. */
export const inboxConflictStream = (messageId: Uuid): StreamRef => ({ id: messageId, kind: 'inboxConflict', key: messageId });

/** A message that could not be applied: tried again after a fix, or given up. */
export type ParkedMessageEvent =
  | { type: 'ParkedMessageRetried'; data: { source: string; record: string; reason: string; retriedBy: StaffId } }
  | { type: 'ParkedMessageGivenUp'; data: { source: string; record: string; reason: string; rawSha256: string; givenUpBy: StaffId } };

export const parkedMessageEvents: EventDefinitions<ParkedMessageEvent> = {
  ParkedMessageRetried: { version: 1, fields: { source: 'P1', record: 'P1', reason: 'P1', retriedBy: 'P1' } },
  ParkedMessageGivenUp: { version: 1, fields: { source: 'P1', record: 'P1', reason: 'P1', rawSha256: 'P1', givenUpBy: 'P1' } },
};

export type ParkedMessageCommand =
  | { type: 'RetryParked'; source: string; record: string; reason: string; by: StaffId }
  | { type: 'GiveUpParked'; source: string; record: string; reason: string; rawSha256: string; by: StaffId };

export const parkedMessage: Decider<{ givenUp: boolean }, ParkedMessageCommand, ParkedMessageEvent> = {
  kind: 'parkedMessage',
  initial: { givenUp: false },
  decide(command, state): ParkedMessageEvent[] {
    if (state.givenUp) throw refusal('message-not-parked');
    const { type, by, ...data } = command;
    return type === 'RetryParked'
      ? [{ type: 'ParkedMessageRetried', data: { ...data, retriedBy: by } }]
      : [{ type: 'ParkedMessageGivenUp', data: { ...data, givenUpBy: by } as never }];
  },
  evolve(_, event) {
    return { givenUp: event.type === 'ParkedMessageGivenUp' };
  },
};

/** Apart from the stream of a conflict, which the same message may have been in before. */
export function parkedMessageStream(messageId: Uuid): StreamRef {
  const id = derivedId(messageId, 'parked');
  return { id, kind: 'parkedMessage', key: id };
}

export const inboxProblems = {
  'conflict-already-resolved': { en: 'The conflict is resolved already', zh: '该冲突已处理' },
  'message-not-parked': { en: 'The message is not parked', zh: '该消息未被搁置' },
  'gap-closed': { en: 'The gap is closed already', zh: '该序号缺口已关闭' },
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(inboxProblems);
