import { describe, expect, it } from '@jest/globals';
import { given, instant, newId, type When } from '#event-sourcing';
import { complaint, type ComplaintCommand } from './complaint.js';
import type { ComplaintEvent } from './complaint-events.js';

const at = (day: number, hour = 9): When => instant(new Date(Date.UTC(2026, 2, day, hour)).toISOString());
const now = at(30).at;
const day = (date: string, zone = 'America/New_York', midnight = `${date}T04:00:00.000Z`): When => ({
  precision: 'day',
  date,
  zone,
  at: midnight,
});

const clientId = newId();
const facts = { clientId, receivedAt: at(1), channel: 'phone', subject: { product: 'trading' }, staffInvolved: [] } as const;
const registered: ComplaintEvent = { type: 'ComplaintRegistered', data: facts };
const answered: ComplaintEvent = { type: 'FinalResponseSent', data: { sentAt: at(3), cycle: 1, resolution: 'explanation' } };
const closed: ComplaintEvent = { type: 'ComplaintClosed', data: { closedAt: at(4), cycle: 1, basis: 'finalResponse' } };
const reopened: ComplaintEvent = { type: 'ComplaintReopened', data: { reopenedAt: at(5), reason: 'newEvidence', cycle: 2 } };

const respond = (when: When): ComplaintCommand => ({ type: 'SendFinalResponse', at: when, now, resolution: 'explanation' });
const close = (when: When): ComplaintCommand => ({ type: 'CloseComplaint', at: when, now });
const types = (result: unknown) => (Array.isArray(result) ? (result as ComplaintEvent[]).map((event) => event.type) : result);

describe('a complaint', () => {
  it('runs its main line from receipt to close', () => {
    expect(types(given(complaint).when({ type: 'RegisterComplaint', now, ...facts }))).toEqual(['ComplaintRegistered']);
    expect(types(given(complaint, registered).when(respond(at(3))))).toEqual(['FinalResponseSent']);
    expect(types(given(complaint, registered, answered).when({ type: 'RecordAcceptance', at: at(4), now }))).toEqual(['ResponseAccepted']);
    expect(types(given(complaint, registered, answered).when(close(at(4))))).toEqual(['ComplaintClosed']);
  });

  it('notes once what its source is silent on', () => {
    const note: ComplaintCommand = { type: 'NoteComplaintSource', system: 'cfpb', silentOn: ['resolution'] };
    const noted: ComplaintEvent = { type: 'ComplaintSourceNoted', data: { system: 'cfpb', silentOn: ['resolution'] } };
    expect(given(complaint).when(note)).toEqual({ refused: 'complaint-not-registered' });
    expect(given(complaint, registered).when(note)).toEqual([noted]);
    expect(given(complaint, registered, noted).when(note)).toEqual([]);
  });

  it('is restated by its source at any time, with what it says otherwise alone', () => {
    const restate = (said: object): ComplaintCommand => ({ type: 'RestateComplaint', system: 'cfpb', ...said });
    const restated: ComplaintEvent = { type: 'ComplaintRestated', data: { system: 'cfpb', respondent: 'Acme' } };
    expect(given(complaint).when(restate({ respondent: 'Acme' }))).toEqual({ refused: 'complaint-not-registered' });
    expect(given(complaint, registered, answered, closed).when(restate({ respondent: 'Acme' }))).toEqual([restated]);
    expect(given(complaint, registered, restated).when(restate({}))).toEqual([]);
  });

  it('closes only after a final response of its cycle', () => {
    expect(given(complaint, registered).when(close(at(4)))).toEqual({ refused: 'complaint-not-answered' });
    expect(given(complaint, registered, answered, closed, reopened).when(close(at(6)))).toEqual({ refused: 'complaint-not-answered' });
  });

  it('reopens as the next cycle, and answers again in it', () => {
    expect(given(complaint, registered, answered, closed).when({ type: 'ReopenComplaint', at: at(5), now, reason: 'newEvidence' })).toEqual(
      [reopened],
    );
    expect(given(complaint, registered, answered, closed, reopened).when(respond(at(6)))).toMatchObject([{ data: { cycle: 2 } }]);
    expect(given(complaint, registered).when({ type: 'ReopenComplaint', at: at(5), now, reason: 'other' })).toEqual({
      refused: 'complaint-not-closed',
    });
  });

  it('is answered once in a cycle, and not at all while closed', () => {
    expect(given(complaint, registered, answered).when(respond(at(4)))).toEqual({ refused: 'complaint-already-answered' });
    expect(given(complaint, registered, answered, closed).when(respond(at(5)))).toEqual({ refused: 'complaint-closed' });
  });

  it('changes nothing when a step is repeated', () => {
    expect(given(complaint, registered, answered, closed).when(close(at(9)))).toEqual([]);
    const acknowledge = { type: 'AcknowledgeComplaint', at: at(2), now, by: 'amy', automated: false } as const;
    const [acknowledged] = given(complaint, registered).when(acknowledge) as ComplaintEvent[];
    expect(given(complaint, registered, acknowledged!).when(acknowledge)).toEqual([]);
  });

  it('lets a client dispute after closing, and not after accepting', () => {
    expect(types(given(complaint, registered, answered, closed).when({ type: 'RecordDispute', at: at(6), now }))).toEqual([
      'ResponseDisputed',
    ]);
    const accepted: ComplaintEvent = { type: 'ResponseAccepted', data: { acceptedAt: at(4), cycle: 1 } };
    expect(given(complaint, registered, answered, accepted).when({ type: 'RecordDispute', at: at(6), now })).toEqual({
      refused: 'response-already-accepted',
    });
  });

  it('refuses acts in the future or before what they follow', () => {
    expect(given(complaint, registered).when(respond(at(31)))).toEqual({ refused: 'act-in-the-future' });
    expect(given(complaint, registered).when(respond(at(1, 8)))).toEqual({ refused: 'act-before-receipt' });
    expect(given(complaint, registered, answered).when(close(at(2)))).toEqual({ refused: 'act-before-earlier-act' });
  });

  it('takes facts known by their date for any time of that day, and compares no undated one', () => {
    const onTheDay = { ...facts, receivedAt: at(1, 20) };
    expect(types(given(complaint, { type: 'ComplaintRegistered', data: onTheDay }).when(respond(day('2026-03-01'))))).toEqual([
      'FinalResponseSent',
    ]);
    expect(given(complaint, registered).when(respond(day('2026-02-27')))).toEqual({ refused: 'act-before-receipt' });
    expect(types(given(complaint, registered).when(respond({ precision: 'unknown', at: at(1, 1).at })))).toEqual(['FinalResponseSent']);
  });
});
