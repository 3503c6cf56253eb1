import { describe, expect, test } from '@jest/globals';
import { fold } from '#event-sourcing';
import { inboxConflict, type InboxConflictEvent } from './inbox-decisions.js';
import { reconciliation, type ReconciliationBreak, type ReconciliationCommand, type ReconciliationEvent } from './reconciliation.js';

const found: InboxConflictEvent = {
  type: 'InboxConflictFound',
  data: { source: 'core', record: 'r', version: 1, firstSha256: 'a', otherSha256: 'b' },
};

test('a conflict is decided once', () => {
  const resolve = { type: 'ResolveConflict', decision: 'takeOther', resolvedBy: 'lin' } as const;
  const events = inboxConflict.decide(resolve, fold(inboxConflict, [found]));
  expect(events).toEqual([{ type: 'InboxConflictResolved', data: { decision: 'takeOther', resolvedBy: 'lin' } }]);
  expect(() => inboxConflict.decide(resolve, fold(inboxConflict, [found, ...events]))).toThrow('conflict-already-resolved');
  expect(() => inboxConflict.decide(resolve, inboxConflict.initial)).toThrow('conflict-already-resolved');
});

describe('a reconciled day', () => {
  const differs: ReconciliationBreak = { breakId: 'b1', code: 'value-differs', accountId: 'A', expected: '5 CNY', observed: '4 CNY' };
  const missing: ReconciliationBreak = { breakId: 'b2', code: 'missing-in-log', record: 'r' };
  const run = (...breaks: ReconciliationBreak[]): ReconciliationCommand => ({
    type: 'RunReconciliation',
    source: 'core',
    on: '2025-03-11',
    checked: 9,
    breaks,
  });
  const lived = (...commands: ReconciliationCommand[]): ReconciliationEvent[] =>
    commands.reduce<ReconciliationEvent[]>(
      (events, command) => [...events, ...reconciliation.decide(command, fold(reconciliation, events))],
      [],
    );
  const types = (events: ReconciliationEvent[]) => events.map(({ type }) => type);
  const explain: ReconciliationCommand = { type: 'ExplainBreak', breakId: 'b1', explanation: 'timing', reference: 'T-1', by: 'lin' };
  const close: ReconciliationCommand = { type: 'CloseBreak', breakId: 'b1', by: 'lin' };

  test('says each break once, however often it is run', () => {
    expect(types(lived(run(differs, missing), run(differs, missing)))).toEqual(['BreakFound', 'BreakFound', 'ReconciliationRun']);
  });

  test('says so when a break is there no more, and again when it is back', () => {
    const events = lived(run(differs), run(), run(differs));
    expect(events.filter(({ type }) => type !== 'ReconciliationRun')).toMatchObject([
      { type: 'BreakFound' },
      { type: 'BreakClosed', data: { cause: 'vanished' } },
      { type: 'BreakFound' },
    ]);
  });

  test('a break is explained, then closed by a person, and stays closed while it is the same', () => {
    expect(() => lived(run(differs), close)).toThrow('break-not-explained');
    expect(() => lived(run(differs), explain, close, explain)).toThrow('break-closed');
    expect(() => lived(run(), explain)).toThrow('break-not-found');
    expect(types(lived(run(differs), explain, close, run(differs)))).toEqual([
      'BreakFound',
      'ReconciliationRun',
      'BreakExplained',
      'BreakClosed',
    ]);
    expect(types(lived(run(differs), explain, close, run({ ...differs, observed: '3 CNY' }))).at(-2)).toBe('BreakFound');
  });
});
