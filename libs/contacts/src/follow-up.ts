import {
  type Decider,
  DomainError,
  type EventDefinitions,
  type Instant,
  type ProblemTitle,
  type StaffId,
  type Uuid,
} from '#event-sourcing';

export const followUpPurposes = ['callBack', 'sendDocument', 'review', 'meeting', 'complaintUpdate', 'other'] as const;
export type FollowUpPurpose = (typeof followUpPurposes)[number];

export type FollowUpEvent =
  | {
      type: 'FollowUpScheduled';
      data: { clientId: Uuid; contactId?: Uuid; dueAt: Instant; purpose: FollowUpPurpose; owner: StaffId; note?: string };
    }
  | { type: 'FollowUpCompleted'; data: { completedAt: Instant; completedBy: StaffId; note?: string } };

export const followUpEvents: EventDefinitions<FollowUpEvent> = {
  FollowUpScheduled: { version: 1, fields: { clientId: 'P1', contactId: 'P1', dueAt: 'P1', purpose: 'P1', owner: 'P1', note: 'P3' } },
  FollowUpCompleted: { version: 1, fields: { completedAt: 'P1', completedBy: 'P1', note: 'P3' } },
};

export type FollowUpCommand =
  | ({ type: 'ScheduleFollowUp'; now: Instant } & Extract<FollowUpEvent, { type: 'FollowUpScheduled' }>['data'])
  | ({ type: 'CompleteFollowUp'; now: Instant; scheduledAt?: Instant } & Extract<FollowUpEvent, { type: 'FollowUpCompleted' }>['data']);

type FollowUp = { status: 'none' } | { status: 'scheduled' } | { status: 'completed' };

export const followUpProblems = {
  'follow-up-already-scheduled': { en: 'The follow-up is scheduled already', zh: '跟进已安排' },
  'follow-up-not-scheduled': { en: 'There is no such follow-up', zh: '跟进不存在' },
  'follow-up-due-in-the-past': { en: 'A follow-up is due in the future', zh: '跟进时间不能早于现在' },
  'follow-up-completed-before-scheduled': { en: 'A follow-up is completed after it was scheduled', zh: '完成时间不能早于安排时间' },
  'follow-up-completed-in-the-future': { en: 'A follow-up cannot be completed in the future', zh: '完成时间不能晚于现在' },
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(followUpProblems);

export const followUpStream = (followUpId: Uuid, clientId: Uuid) => ({ id: followUpId, kind: 'followUp', key: clientId });

export const followUp: Decider<FollowUp, FollowUpCommand, FollowUpEvent> = {
  kind: 'followUp',
  initial: { status: 'none' },
  decide(command, state): FollowUpEvent[] {
    switch (command.type) {
      case 'ScheduleFollowUp': {
        const { type: _type, now, ...data } = command;
        if (state.status !== 'none') throw refusal('follow-up-already-scheduled');
        if (data.dueAt < now) throw refusal('follow-up-due-in-the-past', ['/dueAt']);
        return [{ type: 'FollowUpScheduled', data }];
      }
      case 'CompleteFollowUp': {
        const { type: _type, now, scheduledAt = '', ...data } = command;
        if (state.status === 'none') throw refusal('follow-up-not-scheduled');
        if (state.status === 'completed') return []; // a repeat changes nothing
        if (data.completedAt > now) throw refusal('follow-up-completed-in-the-future', ['/completedAt']);
        if (data.completedAt < scheduledAt) throw refusal('follow-up-completed-before-scheduled', ['/completedAt']);
        return [{ type: 'FollowUpCompleted', data }];
      }
    }
  },
  evolve(_state, event): FollowUp {
    switch (event.type) {
      case 'FollowUpScheduled':
        return { status: 'scheduled' };
      case 'FollowUpCompleted':
        return { status: 'completed' };
    }
  },
};
