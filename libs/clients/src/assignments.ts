import {
  type Decider,
  derivedId,
  DomainError,
  type EventDefinitions,
  type LocalDate,
  type ProblemTitle,
  type StaffId,
  type Uuid,
} from '#event-sourcing';

export const assignmentRoles = ['manager', 'adviser'] as const;
export type AssignmentRole = (typeof assignmentRoles)[number];

export const openItemKinds = ['complaint', 'followUp'] as const;

/** Work that goes over to the next manager. */
export interface OpenItem {
  kind: (typeof openItemKinds)[number];
  id: Uuid;
}

/** Dates are local dates of the firm; intervals are half-open `[from, to)`, open where `to` is absent. */
export type AssignmentEvent =
  | { type: 'RelationshipAssigned'; data: { staffId: StaffId; role: AssignmentRole; primary: boolean; from: LocalDate } }
  | {
      type: 'HandedOver';
      data: { from: StaffId; to: StaffId; role: AssignmentRole; primary: boolean; on: LocalDate; openItems: readonly OpenItem[] };
    }
  | { type: 'AssignmentEnded'; data: { staffId: StaffId; to: LocalDate } };

export const assignmentEvents: EventDefinitions<AssignmentEvent> = {
  RelationshipAssigned: { version: 1, fields: { staffId: 'P1', role: 'P1', primary: 'P1', from: 'P1' } },
  HandedOver: { version: 1, fields: { from: 'P1', to: 'P1', role: 'P1', primary: 'P1', on: 'P1', openItems: 'P1' } },
  AssignmentEnded: { version: 1, fields: { staffId: 'P1', to: 'P1' } },
};

export type AssignmentCommand =
  | { type: 'AssignRelationship'; staffId: StaffId; role: AssignmentRole; primary: boolean; from: LocalDate }
  | { type: 'HandOver'; from: StaffId; to: StaffId; on: LocalDate; openItems: readonly OpenItem[] }
  | { type: 'EndAssignment'; staffId: StaffId; to: LocalDate };

export interface Assignment {
  staffId: StaffId;
  role: AssignmentRole;
  primary: boolean;
  from: LocalDate;
  to?: LocalDate;
}

export const assignmentProblems = {
  'primary-manager-exists': { en: 'The client has a primary manager on a day of that interval', zh: '该期间已有主办客户经理' },
  'already-assigned': { en: 'The person is assigned to the client on a day of that interval', zh: '该人员在该期间已被指派' },
  'not-assigned': { en: 'The person is not assigned to the client on that day', zh: '该人员当日未被指派' },
  'assignment-ends-before-it-begins': { en: 'An assignment ends no earlier than it begins', zh: '指派结束日期不能早于开始日期' },
  'open-item-unknown': { en: 'The client has no such complaint or follow-up', zh: '该客户没有此未结事项' },
  'hand-over-to-oneself': { en: 'A hand-over needs another person', zh: '不能移交给本人' },
  'only-a-manager-is-primary': { en: 'Only a manager can be primary', zh: '只有客户经理可为主办' },
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(assignmentProblems);

/** All assignments of a client are one stream, so that "one primary manager per client and day" is decided in one place. */
export const assignmentsStream = (clientId: Uuid) => ({ id: derivedId(clientId, 'assignments'), kind: 'assignments', key: clientId });

export const assignments: Decider<readonly Assignment[], AssignmentCommand, AssignmentEvent> = {
  kind: 'assignments',
  initial: [],
  decide(command, state): AssignmentEvent[] {
    switch (command.type) {
      case 'AssignRelationship': {
        const { type: _type, ...data } = command;
        if (data.primary && data.role !== 'manager') throw refusal('only-a-manager-is-primary', ['/primary']);
        const later = state.filter((a) => reaches(a, data.from));
        if (later.some((a) => a.staffId === data.staffId && a.role === data.role && a.primary === data.primary && a.from === data.from))
          return [];
        if (later.some((a) => a.staffId === data.staffId)) throw refusal('already-assigned', ['/staffId']);
        if (data.primary && later.some((a) => a.primary)) throw refusal('primary-manager-exists', ['/primary']);
        return [{ type: 'RelationshipAssigned', data }];
      }
      case 'HandOver': {
        const { from, to, on, openItems } = command;
        if (from === to) throw refusal('hand-over-to-oneself', ['/to']);
        const current = running(state, from, on, '/from');
        if (state.some((a) => a !== current && a.staffId === to && reaches(a, on))) throw refusal('already-assigned', ['/to']);
        return [{ type: 'HandedOver', data: { from, to, role: current.role, primary: current.primary, on, openItems } }];
      }
      case 'EndAssignment':
        // ended on the day that it begins, it covers none: so one that was a mistake, or has not begun, is taken back
        if (!state.some((a) => a.staffId === command.staffId && a.to === undefined)) throw refusal('not-assigned', ['/staffId']);
        if (!state.some((a) => a.staffId === command.staffId && a.to === undefined && a.from <= command.to)) {
          throw refusal('assignment-ends-before-it-begins', ['/to']);
        }
        return [{ type: 'AssignmentEnded', data: { staffId: command.staffId, to: command.to } }];
    }
  },
  evolve(state, event): readonly Assignment[] {
    switch (event.type) {
      case 'RelationshipAssigned':
        return [...state, event.data];
      case 'HandedOver': {
        const { to: staffId, role, primary, on } = event.data;
        return [...ended(state, event.data.from, on), { staffId, role, primary, from: on }];
      }
      case 'AssignmentEnded':
        return ended(state, event.data.staffId, event.data.to);
    }
  },
};

/** The assignments in force on a local date. */
export const assignedOn = (state: readonly Assignment[], date: LocalDate): Assignment[] =>
  state.filter((a) => a.from <= date && reaches(a, date));

const reaches = (a: Assignment, date: LocalDate): boolean => a.to === undefined || (a.to > date && a.to > a.from);

/** The open-ended assignment of this person that began on or before the date. */
function running(state: readonly Assignment[], staffId: StaffId, date: LocalDate, pointer: string): Assignment {
  const found = state.find((a) => a.staffId === staffId && a.to === undefined && a.from <= date);
  if (!found) throw refusal('not-assigned', [pointer]);
  return found;
}

const ended = (state: readonly Assignment[], staffId: StaffId, to: LocalDate): Assignment[] =>
  state.map((a) => (a.staffId === staffId && a.to === undefined ? { ...a, to } : a));
