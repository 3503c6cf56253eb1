import { describe, expect, it } from '@jest/globals';
import { DomainError, given } from '#event-sourcing';
import { segment, type SegmentCommand, type SegmentEvent } from './segment.js';
import { checkSegmentQuery, type SegmentQuery } from './segment-query.js';

const query: SegmentQuery = { external: { region: ['East'] }, behaviour: { recency: { min: 4 } } };
const save: SegmentCommand = { type: 'SaveSegment', name: 'eager-east', query, savedBy: 'amy' };
const saved: SegmentEvent = { type: 'SegmentSaved', data: { name: 'eager-east', query, savedBy: 'amy' } };
const retired: SegmentEvent = { type: 'SegmentRetired', data: { retiredBy: 'amy' } };

describe('a segment', () => {
  it('is saved once, renamed, and retired', () => {
    expect(given(segment).when(save)).toEqual([saved]);
    expect(given(segment, saved).when(save)).toEqual({ refused: 'segment-already-saved' });
    const rename = (name: string): SegmentCommand => ({ type: 'RenameSegment', name });
    expect(given(segment, saved).when(rename('east'))).toEqual([{ type: 'SegmentRenamed', data: { name: 'east' } }]);
    expect(given(segment, saved).when(rename('eager-east'))).toEqual([]);
    expect(given(segment, saved).when({ type: 'RetireSegment', retiredBy: 'amy' })).toEqual([retired]);
    expect(given(segment, saved, retired).when({ type: 'RetireSegment', retiredBy: 'bob' })).toEqual([]);
    expect(given(segment, saved, retired).when(rename('east'))).toEqual({ refused: 'segment-retired' });
    expect(given(segment).when(rename('east'))).toEqual({ refused: 'segment-not-saved' });
  });

  it('is counted once a day, by branch, while it is in use', () => {
    const branches = [
      { branchId: 'bj', clients: 2 },
      { branchId: 'sh', clients: 5 },
    ];
    const count: SegmentCommand = { type: 'CountSegment', on: '2026-03-31', branches };
    const counted: SegmentEvent = { type: 'SegmentCounted', data: { on: '2026-03-31', count: 7, branches } };
    expect(given(segment, saved).when(count)).toEqual([counted]);
    expect(given(segment, saved, counted).when({ ...count, branches: [] })).toEqual([]);
    expect(given(segment, saved, counted).when({ ...count, on: '2026-04-30' })).toHaveLength(1);
    expect(given(segment, saved, retired).when(count)).toEqual([]);
  });
});

describe('what a segment asks', () => {
  const faultOf = (asked: SegmentQuery): unknown => {
    try {
      checkSegmentQuery(asked);
      return undefined;
    } catch (error) {
      return error instanceof DomainError ? [error.code, ...error.pointers] : error;
    }
  };

  it('names criteria, values that there are, and ranges of something', () => {
    expect(faultOf(query)).toBeUndefined();
    expect(faultOf({ behaviour: { dormant: false } })).toBeUndefined();
    expect(faultOf({ behaviour: { churnScore: { min: 2, max: 2 } } })).toBeUndefined();
    expect(faultOf({})).toEqual(['segment-without-criteria', '/query']);
    expect(faultOf({ internal: {} })).toEqual(['segment-without-criteria', '/query']);
    expect(faultOf({ external: { branch: [] } })).toEqual(['segment-criterion-empty', '/query/external/branch']);
    expect(faultOf({ behaviour: { monetary: {} } })).toEqual(['segment-criterion-empty', '/query/behaviour/monetary']);
    expect(faultOf({ internal: { ageBand: ['25to34', 'young'] } })).toEqual(['segment-value-unknown', '/query/internal/ageBand']);
    expect(faultOf({ internal: { riskPreference: ['bold'] } })).toEqual(['segment-value-unknown', '/query/internal/riskPreference']);
    expect(faultOf({ behaviour: { recency: { min: 3, max: 2 } } })).toEqual(['segment-range-empty', '/query/behaviour/recency']);
  });
});
