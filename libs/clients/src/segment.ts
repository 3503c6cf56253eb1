import {
  type Decider,
  DomainError,
  type EventDefinitions,
  type LocalDate,
  type ProblemTitle,
  type StaffId,
  type Uuid,
} from '#event-sourcing';
import { checkSegmentQuery, type SegmentQuery, segmentQueryProblems } from './segment-query.js';

/** How many clients of a branch belong to it. */
export interface BranchCount {
  branchId: string;
  clients: number;
}

/** A saved query with a name, which is a code and no sentence. What it finds is a report, and never a tier. */
export type SegmentEvent =
  | { type: 'SegmentSaved'; data: { name: string; query: SegmentQuery; savedBy: StaffId } }
  | { type: 'SegmentRenamed'; data: { name: string } }
  | { type: 'SegmentRetired'; data: { retiredBy: StaffId } }
  /** `on`: the day that behaviour was looked at; `branches`: those that have any. */
  | { type: 'SegmentCounted'; data: { on: LocalDate; count: number; branches: readonly BranchCount[] } };

export const segmentEvents: EventDefinitions<SegmentEvent> = {
  SegmentSaved: {
    version: 1,
    fields: {
      name: 'P1',
      query: {
        external: { branch: 'P1', region: 'P3', organisation: 'P3' },
        internal: { ageBand: 'P1', occupation: 'P3', incomeBand: 'P3', riskPreference: 'P1' },
        behaviour: 'P1',
      },
      savedBy: 'P1',
    },
  },
  SegmentRenamed: { version: 1, fields: { name: 'P1' } },
  SegmentRetired: { version: 1, fields: { retiredBy: 'P1' } },
  SegmentCounted: { version: 1, fields: { on: 'P1', count: 'P1', branches: 'P1' } },
};

export type SegmentCommand =
  | { type: 'SaveSegment'; name: string; query: SegmentQuery; savedBy: StaffId }
  | { type: 'RenameSegment'; name: string }
  | { type: 'RetireSegment'; retiredBy: StaffId }
  | { type: 'CountSegment'; on: LocalDate; branches: readonly BranchCount[] };

export const segmentStatuses = ['active', 'retired'] as const;

export type SegmentState = { status: 'none' } | { status: (typeof segmentStatuses)[number]; name: string; counted: ReadonlySet<LocalDate> };

export const segmentProblems = {
  'segment-already-saved': { en: 'The segment is saved already', zh: '分群已保存' },
  'segment-not-saved': { en: 'There is no such segment', zh: '分群不存在' },
  'segment-retired': { en: 'The segment is retired', zh: '分群已停用' },
  'segment-name-taken': { en: 'Another segment has this name', zh: '分群名称已被使用' },
  ...segmentQueryProblems,
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(segmentProblems);

export const segmentStream = (segmentId: Uuid) => ({ id: segmentId, kind: 'segment', key: segmentId });

export const segment: Decider<SegmentState, SegmentCommand, SegmentEvent> = {
  kind: 'segment',
  initial: { status: 'none' },
  decide(command, state): SegmentEvent[] {
    if (command.type === 'SaveSegment') {
      if (state.status !== 'none') throw refusal('segment-already-saved');
      const { type: _type, ...data } = command;
      checkSegmentQuery(data.query);
      return [{ type: 'SegmentSaved', data }];
    }
    if (state.status === 'none') throw refusal('segment-not-saved');
    switch (command.type) {
      case 'RenameSegment':
        if (state.status === 'retired') throw refusal('segment-retired');
        return state.name === command.name ? [] : [{ type: 'SegmentRenamed', data: { name: command.name } }];
      case 'RetireSegment':
        return state.status === 'retired' ? [] : [{ type: 'SegmentRetired', data: { retiredBy: command.retiredBy } }];
      case 'CountSegment': {
        const { on, branches } = command;
        if (state.status === 'retired' || state.counted.has(on)) return []; // a day is counted once
        return [{ type: 'SegmentCounted', data: { on, count: branches.reduce((sum, { clients }) => sum + clients, 0), branches } }];
      }
    }
  },
  evolve(state, event): SegmentState {
    if (event.type === 'SegmentSaved') return { status: 'active', name: event.data.name, counted: new Set() };
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'SegmentRenamed':
        return { ...state, name: event.data.name };
      case 'SegmentRetired':
        return { ...state, status: 'retired' };
      case 'SegmentCounted':
        return { ...state, counted: new Set(state.counted).add(event.data.on) };
    }
  },
};
