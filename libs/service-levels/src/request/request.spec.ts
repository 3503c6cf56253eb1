import { describe, expect, it } from '@jest/globals';
import { fold, given, instant, newId, type When } from '#event-sourcing';
import { request, type RequestCommand, type RequestState } from './request.js';
import type { RequestEvent } from './request-events.js';

const at = (day: number, hour = 9): When => instant(new Date(Date.UTC(2026, 2, day, hour)).toISOString());
const now = at(30).at;
const day = (date: string): When => ({
  precision: 'day',
  date,
  zone: 'Asia/Shanghai',
  at: new Date(`${date}T00:00:00+08:00`).toISOString(),
});

const facts = { clientId: newId(), receivedAt: at(1), process: 'trading', channel: 'phone', severity: 'normal' } as const;
const received: RequestEvent = { type: 'RequestReceived', data: facts };
const started: RequestEvent = { type: 'RequestStarted', data: { at: at(2), cycle: 1 } };
const underWay = [received, started];
const stepStarted: RequestEvent = { type: 'RequestStepStarted', data: { at: at(3), cycle: 1, step: 'documents' } };
const stepCompleted: RequestEvent = { type: 'RequestStepCompleted', data: { at: at(5), cycle: 1, step: 'documents' } };
const asked = (when: When): RequestEvent => ({
  type: 'ClientInputRequested',
  data: { at: when, cycle: 1, channel: 'phone', question: 'Which account?' },
});
const completed: RequestEvent = { type: 'RequestCompleted', data: { at: at(8), cycle: 1 } };
const reopened: RequestEvent = { type: 'RequestReopened', data: { at: at(9), cycle: 2, reason: 'notDone' } };

const start = (when: When): RequestCommand => ({ type: 'StartRequest', at: when, now });
const ask = (when: When): RequestCommand => ({ type: 'AskClient', at: when, now, channel: 'phone', question: 'Which account?' });
const reply = (when: When): RequestCommand => ({ type: 'RecordClientReply', at: when, now });
const complete = (when: When): RequestCommand => ({ type: 'CompleteRequest', at: when, now });
const cancel = (when: When): RequestCommand => ({ type: 'CancelRequest', at: when, now, reason: 'withdrawnByClient' });
const reopen = (when: When): RequestCommand => ({ type: 'ReopenRequest', at: when, now, reason: 'notDone' });
const step = (type: 'StartStep' | 'CompleteStep', when: When, name = 'documents'): RequestCommand => ({ type, at: when, now, step: name });
const raise = (to: 'low' | 'normal' | 'high' | 'critical', when = at(4)): RequestCommand => ({ type: 'RaiseSeverity', to, at: when, now });
const status = (...events: RequestEvent[]): RequestState['status'] => fold(request, events).status;

describe('a service request', () => {
  it('runs its main line: received, in progress, waiting for the client, completed, reopened', () => {
    expect(given(request).when({ type: 'ReceiveRequest', now, ...facts })).toEqual([received]);
    expect(given(request, received).when(start(at(2)))).toEqual([started]);
    expect(given(request, ...underWay).when(ask(at(3)))).toEqual([asked(at(3))]);
    expect(given(request, ...underWay, asked(at(3))).when(reply(at(4)))).toMatchObject([{ type: 'ClientInputReceived' }]);
    expect(given(request, ...underWay).when(complete(at(8)))).toEqual([completed]);
    expect(given(request, ...underWay, completed).when(reopen(at(9)))).toEqual([reopened]);
    const replied: RequestEvent = { type: 'ClientInputReceived', data: { at: at(4), cycle: 1 } };
    const all = [received, started, asked(at(3)), replied, completed, reopened];
    expect(all.map((_, i) => status(...all.slice(0, i + 1)))).toEqual([
      'received',
      'inProgress',
      'waitingClient',
      'inProgress',
      'completed',
      'reopened',
    ]);
  });

  it('is started before it is worked on, in each cycle', () => {
    for (const command of [ask(at(10)), complete(at(10)), step('StartStep', at(10)), step('CompleteStep', at(10))]) {
      expect(given(request, received).when(command)).toEqual({ refused: 'request-not-started' });
      expect(given(request, ...underWay, completed, reopened).when(command)).toEqual({ refused: 'request-not-started' });
    }
    expect(given(request, ...underWay, completed, reopened).when(start(at(10)))).toMatchObject([{ data: { cycle: 2 } }]);
    expect(given(request).when(start(at(2)))).toEqual({ refused: 'request-not-received' });
  });

  it('completes with no step open, and names those that are', () => {
    expect(given(request, ...underWay, stepStarted).when(complete(at(8)))).toEqual({ refused: 'request-step-open' });
    expect(() => request.decide(complete(at(8)), fold(request, [...underWay, stepStarted]))).toThrow(
      expect.objectContaining({ pointers: ['/steps/documents'] }),
    );
    expect(given(request, ...underWay, stepStarted, stepCompleted).when(complete(at(8)))).toEqual([completed]);
  });

  it('completes a step that was started, once in a cycle', () => {
    expect(given(request, ...underWay).when(step('CompleteStep', at(5)))).toEqual({ refused: 'request-step-not-started' });
    expect(given(request, ...underWay, stepStarted).when(step('CompleteStep', at(5)))).toEqual([stepCompleted]);
    expect(given(request, ...underWay, stepStarted, stepCompleted).when(step('StartStep', at(6)))).toEqual({
      refused: 'request-step-completed',
    });
    const again: RequestEvent[] = [stepCompleted, completed, reopened, { type: 'RequestStarted', data: { at: at(10), cycle: 2 } }];
    expect(given(request, ...underWay, stepStarted, ...again).when(step('StartStep', at(11)))).toMatchObject([{ data: { cycle: 2 } }]);
  });

  it('takes a name that every object has for a step like any other', () => {
    expect(given(request, ...underWay).when(step('StartStep', at(3), 'constructor'))).toMatchObject([{ type: 'RequestStepStarted' }]);
  });

  it('waits until no question is open: a further one is recorded, a reply answers what was asked before it', () => {
    expect(given(request, ...underWay, asked(at(3))).when(ask(at(4)))).toEqual([asked(at(4))]);
    const twice = [...underWay, asked(at(3)), asked(at(6))];
    expect(given(request, ...twice).when(reply(at(7)))).toEqual([{ type: 'ClientInputReceived', data: { at: at(7), cycle: 1 } }]);
    const [between] = given(request, ...twice).when(reply(at(5))) as [RequestEvent];
    expect(between.data).toMatchObject({ waitingSince: at(6) });
    expect(status(...twice, between)).toBe('waitingClient');
    expect(given(request, ...underWay).when(reply(at(4)))).toEqual({ refused: 'no-question-open' });
  });

  it('takes nothing but a reopening once completed, and nothing at all once cancelled', () => {
    const over = [ask(at(9)), reply(at(9)), start(at(9)), step('StartStep', at(9)), raise('high', at(9))];
    for (const command of [...over, cancel(at(9))]) {
      expect(given(request, ...underWay, completed).when(command)).toEqual({ refused: 'request-closed' });
    }
    const [cancelled] = given(request, ...underWay, stepStarted).when(cancel(at(8))) as [RequestEvent];
    for (const command of [...over, complete(at(9))]) {
      expect(given(request, ...underWay, cancelled).when(command)).toEqual({ refused: 'request-closed' });
    }
    expect(given(request, ...underWay, cancelled).when(reopen(at(9)))).toEqual({ refused: 'request-not-completed' });
  });

  it('changes nothing when an act is repeated', () => {
    expect(given(request, ...underWay).when(start(at(4)))).toEqual([]);
    expect(given(request, ...underWay, stepStarted).when(step('StartStep', at(4)))).toEqual([]);
    expect(given(request, ...underWay, stepStarted, stepCompleted).when(step('CompleteStep', at(6)))).toEqual([]);
    expect(given(request, ...underWay, completed).when(complete(at(9)))).toEqual([]);
    const [cancelled] = given(request, received).when(cancel(at(2))) as [RequestEvent];
    expect(given(request, received, cancelled).when(cancel(at(3)))).toEqual([]);
    expect(given(request, received).when(raise('normal'))).toEqual([]);
  });

  it('raises its severity freely, and lowers it not at all', () => {
    const raised: RequestEvent = { type: 'RequestSeverityRaised', data: { at: at(4), from: 'normal', to: 'critical' } };
    expect(given(request, received).when(raise('critical'))).toEqual([raised]);
    expect(given(request, received, raised).when(raise('high'))).toEqual({ refused: 'severity-lowering-refused' });
    expect(given(request, received).when(raise('low'))).toEqual({ refused: 'severity-lowering-refused' });
    const high: RequestEvent = { type: 'RequestSeverityRaised', data: { at: at(4), from: 'normal', to: 'high' } };
    expect(given(request, received, high).when(raise('critical', at(3)))).toEqual({ refused: 'act-before-earlier-act' });
  });

  it('refuses acts in the future, before the receipt or before what they follow', () => {
    expect(given(request).when({ type: 'ReceiveRequest', now, ...facts, receivedAt: at(31) })).toEqual({ refused: 'act-in-the-future' });
    for (const command of [start, cancel]) {
      expect(given(request, received).when(command(at(31)))).toEqual({ refused: 'act-in-the-future' });
      expect(given(request, received).when(command(at(1, 8)))).toEqual({ refused: 'act-before-request' });
    }
    const before = { refused: 'act-before-earlier-act' };
    expect(given(request, ...underWay).when(ask(at(1, 20)))).toEqual(before);
    expect(given(request, ...underWay).when(step('StartStep', at(1, 20)))).toEqual(before);
    expect(given(request, ...underWay, stepStarted).when(step('CompleteStep', at(2, 20)))).toEqual(before);
    expect(given(request, ...underWay, asked(at(3))).when(reply(at(2, 20)))).toEqual(before);
    expect(given(request, ...underWay, stepStarted, stepCompleted).when(complete(at(4)))).toEqual(before);
    expect(given(request, ...underWay, completed).when(reopen(at(7)))).toEqual(before);
  });

  it('takes what was logged out of order: a question asked before a step was done may be typed in after it', () => {
    const done = [...underWay, stepStarted, stepCompleted];
    expect(given(request, ...done).when(ask(at(4)))).toEqual([asked(at(4))]);
    expect(given(request, ...done, asked(at(4))).when(complete(at(4, 20)))).toEqual({ refused: 'act-before-earlier-act' });
  });

  it('takes facts known by their date for any time of that day, and compares no undated one', () => {
    expect(given(request, received).when(start(day('2026-03-01')))).toMatchObject([{ type: 'RequestStarted' }]);
    expect(given(request, received).when(start(day('2026-02-28')))).toEqual({ refused: 'act-before-request' });
    expect(given(request, received).when(start({ precision: 'unknown', at: at(1, 1).at }))).toMatchObject([{ type: 'RequestStarted' }]);
    expect(given(request, ...underWay, asked(at(3))).when(reply(day('2026-03-03')))).toMatchObject([{ type: 'ClientInputReceived' }]);
  });
});
