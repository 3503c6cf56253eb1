import { describe, expect, it } from '@jest/globals';
import { fold, given } from '#event-sourcing';
import { assignedOn, type AssignmentEvent, assignments } from './assignments.js';
import { client, type ClientCommand } from './client.js';
import type { ClientEvent } from './client-events.js';

const facts = {
  clientNo: 'C-1',
  party: 'person',
  identity: { name: 'Li Wei' },
  reachableAt: [],
  branchId: 'shanghai',
  acquisitionSource: 'branch',
  provisional: false,
} as const;
const register: ClientCommand = { type: 'RegisterClient', ...facts };
const registered: ClientEvent = { type: 'ClientRegistered', data: facts };
const linked: ClientEvent = { type: 'AccountLinked', data: { accountId: 'A1', role: 'owner' } };

describe('a client', () => {
  it('is registered with what is known, and needs a name unless provisional', () => {
    expect(given(client).when(register)).toEqual([registered]);
    expect(given(client).when({ ...register, identity: {} })).toEqual({ refused: 'identity-missing' });
    expect(given(client).when({ ...register, identity: {}, provisional: true })).toHaveLength(1);
    expect(given(client, registered).when(register)).toEqual({ refused: 'client-already-registered' });
  });

  it('keeps a profile whose stated members replace, and others stay', () => {
    const updated: ClientEvent = { type: 'ClientProfileUpdated', data: { external: { region: 'SH' }, riskPreference: 'balanced' } };
    const update = (profile: object): ClientCommand => ({ type: 'UpdateProfile', profile });
    expect(given(client, registered, updated).when(update({ external: { region: 'SH' } }))).toEqual([]);
    expect(given(client, registered, updated).when(update({ external: { organisation: 'X' } }))).toHaveLength(1);
    expect(given(client, registered).when(update({ internal: {} }))).toEqual({ refused: 'nothing-stated' });
    expect(given(client, registered, updated).when({ type: 'RecordRiskPreference', riskPreference: 'balanced' })).toEqual([]);
  });

  it('keeps what is not stated of nested members too', () => {
    const credit: ClientEvent = { type: 'ClientProfileUpdated', data: { internal: { credit: { inDefault: true, housingLoan: true } } } };
    const change: ClientEvent = { type: 'ClientProfileUpdated', data: { internal: { credit: { personalLoan: false } } } };
    const state = [registered, credit, change].reduce(client.evolve, client.initial);
    expect(state).toMatchObject({ profile: { internal: { credit: { inDefault: true, housingLoan: true, personalLoan: false } } } });
  });

  it('links an account once, in one role', () => {
    const link = (role: 'owner' | 'disponent'): ClientCommand => ({ type: 'LinkAccount', link: { accountId: 'A1', role } });
    expect(given(client, registered).when(link('owner'))).toEqual([linked]);
    expect(given(client, registered, linked).when(link('owner'))).toEqual([]);
    expect(given(client, registered, linked).when(link('disponent'))).toEqual({ refused: 'account-linked-in-another-role' });
    expect(given(client, registered).when({ type: 'UnlinkAccount', accountId: 'A1' })).toEqual({ refused: 'account-not-linked' });
  });

  it('closes when no account is linked, once, and then takes no more', () => {
    const close: ClientCommand = { type: 'CloseClient', closedAt: '2026-01-01T00:00:00.000Z', closedBy: 'amy' };
    expect(given(client, registered, linked).when(close)).toEqual({ refused: 'accounts-still-linked' });
    const [closed] = given(client, registered).when(close) as ClientEvent[];
    expect(given(client, registered, closed!).when(close)).toEqual([]);
    expect(given(client, registered, closed!).when({ type: 'RecordNeeds', needs: { goals: 'x' } })).toEqual({ refused: 'client-closed' });
    const tooEarly = { ...close, registeredAt: '2026-01-01T00:00:00.001Z' };
    expect(given(client, registered).when(tooEarly)).toEqual({ refused: 'client-closed-before-registered' });
  });

  it('that was closed by mistake is what it was before', () => {
    const reopen: ClientCommand = { type: 'ReopenClient', reopenedBy: 'bob', reason: 'another client' };
    const close: ClientCommand = { type: 'CloseClient', closedAt: '2026-01-01T00:00:00.000Z', closedBy: 'amy' };
    const unlinked: ClientEvent = { type: 'AccountUnlinked', data: { accountId: 'A1' } };
    for (const before of [[registered], [registered, linked, unlinked]]) {
      const [closed] = given(client, ...before).when(close) as ClientEvent[];
      const reopened = given(client, ...before, closed!).when(reopen) as ClientEvent[];
      expect(fold(client, [...before, closed!, ...reopened])).toEqual(fold(client, before));
    }
    expect(given(client, registered).when(reopen)).toEqual({ refused: 'client-not-closed' });
    expect(given(client).when(reopen)).toEqual({ refused: 'client-not-registered' });
  });
});

describe('assignments', () => {
  const assigned: AssignmentEvent = {
    type: 'RelationshipAssigned',
    data: { staffId: 'amy', role: 'manager', primary: true, from: '2026-01-01' },
  };
  const assign = (staffId: string, primary: boolean, from = '2026-02-01') =>
    ({ type: 'AssignRelationship', staffId, role: 'manager', primary, from }) as const;

  it('have one primary manager per client and day', () => {
    expect(given(assignments, assigned).when(assign('bob', true))).toEqual({ refused: 'primary-manager-exists' });
    expect(given(assignments, assigned).when(assign('bob', true, '2025-01-01'))).toEqual({ refused: 'primary-manager-exists' });
    expect(given(assignments, assigned).when(assign('bob', false))).toHaveLength(1);
    const ended: AssignmentEvent = { type: 'AssignmentEnded', data: { staffId: 'amy', to: '2026-02-01' } };
    expect(given(assignments, assigned, ended).when(assign('bob', true))).toHaveLength(1);
    expect(given(assignments, assigned, ended).when(assign('bob', true, '2026-01-31'))).toEqual({ refused: 'primary-manager-exists' });
  });

  it('hand over with the open items, from one day on', () => {
    const handOver = { type: 'HandOver', from: 'amy', to: 'bob', on: '2026-03-01', openItems: [] } as const;
    const [handed] = given(assignments, assigned).when(handOver) as AssignmentEvent[];
    expect(handed).toMatchObject({ data: { primary: true, role: 'manager' } });
    const state = assignments.evolve(assignments.evolve([], assigned), handed!);
    expect(assignedOn(state, '2026-02-28').map((a) => a.staffId)).toEqual(['amy']);
    expect(assignedOn(state, '2026-03-01').map((a) => a.staffId)).toEqual(['bob']);
    expect(given(assignments, assigned).when({ ...handOver, to: 'amy' })).toEqual({ refused: 'hand-over-to-oneself' });
    expect(given(assignments, assigned).when({ ...handOver, from: 'eve' })).toEqual({ refused: 'not-assigned' });
  });

  it('that have not begun can be ended, and then stand in nobody’s way', () => {
    const end = { type: 'EndAssignment', staffId: 'amy', to: '2026-01-01' } as const;
    const [ended] = given(assignments, assigned).when(end) as AssignmentEvent[];
    expect(given(assignments, assigned, ended!).when(assign('bob', true, '2025-06-01'))).toHaveLength(1);
    expect(given(assignments, assigned, ended!).when(end)).toEqual({ refused: 'not-assigned' });
    expect(given(assignments, assigned).when({ ...end, to: '2025-12-31' })).toEqual({ refused: 'assignment-ends-before-it-begins' });
  });

  it('are corrected by their own acts: what was ended is assigned again, what was handed over is handed back on its day', () => {
    const end = { type: 'EndAssignment', staffId: 'amy', to: '2026-03-01' } as const;
    const over = { type: 'HandOver', from: 'amy', to: 'bob', on: '2026-03-01', openItems: [] } as const;
    const [ended] = given(assignments, assigned).when(end) as AssignmentEvent[];
    const again = given(assignments, assigned, ended!).when(assign('amy', true, '2026-03-01')) as AssignmentEvent[];
    const [handed] = given(assignments, assigned).when(over) as AssignmentEvent[];
    const back = given(assignments, assigned, handed!).when({ ...over, from: 'bob', to: 'amy' }) as AssignmentEvent[];
    for (const events of [
      [assigned, ended!, ...again],
      [assigned, handed!, ...back],
    ]) {
      const state = fold(assignments, events);
      for (const day of ['2026-01-01', '2026-02-28', '2026-03-01', '2027-01-01']) {
        expect(assignedOn(state, day).map(({ staffId, primary }) => [staffId, primary])).toEqual([['amy', true]]);
      }
    }
  });
});
