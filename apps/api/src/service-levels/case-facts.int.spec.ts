import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { CaseFactsHandler, CaseFactsQuery, type CaseFactsView, projectionIds } from '#read-models';
import {
  aClient,
  aComplaint,
  type Answer,
  type ApiUnderTest,
  aRequest,
  BEIJING,
  type Caller,
  SHANGHAI,
  startApiUnderTest,
} from '../../../../test/support/api.js';

jest.setTimeout(120_000);

let under: ApiUnderTest;
let manager: Caller;
let clientId: string;
beforeAll(async () => {
  under = await startApiUnderTest();
  manager = await under.as('branchManager');
  clientId = String((await manager.post('/v1/clients', aClient())).body['id']);
});
afterAll(() => under.close());

const at = (hour: number): string => `2026-03-11T${hour}:00:00+08:00`;
const ms = (hour: number): number => Date.parse(at(hour));

/** What the read model holds of a case, once it has seen the answer's events. */
async function factsOf(subjectId: unknown, last: Answer, scope = SHANGHAI): Promise<CaseFactsView | undefined> {
  await under.parts.positions.waitFor(projectionIds.caseFacts, last.body['position'] as number, 10_000);
  return new CaseFactsHandler(under.parts.reads).execute(new CaseFactsQuery(String(subjectId), scope));
}

describe('the facts of a case', () => {
  test('of a request: its acts and its contacts, in order of when they happened, a contact as last amended', async () => {
    const { body } = await manager.post('/v1/requests', aRequest(clientId, { receivedAt: at(10), severity: 'high' }));
    const place = `/v1/requests/${String(body['id'])}`;
    await manager.post(`${place}/start`, { occurredAt: at(11) }, { version: 1 });
    await manager.post(`${place}/start-step`, { step: 'check', occurredAt: at(12) }, { version: 2 });
    const call = { clientId, channel: 'phone', direction: 'outbound', automated: false, startedAt: at(14), requestId: body['id'] };
    const logged = await manager.post('/v1/contacts', call);
    const place2 = `/v1/contacts/${String(logged.body['id'])}`;
    await manager.post(`${place2}/amend`, { startedAt: '2026-03-11T10:30:00+08:00', automated: true }, { version: 2 });
    const amended = await manager.post(`${place2}/amend`, { direction: 'inbound' }, { version: 4 });
    expect(await factsOf(body['id'], amended)).toMatchObject({
      subjectId: body['id'],
      clientId,
      branchId: SHANGHAI,
      kind: 'request',
      asOfPosition: expect.any(Number),
      subject: { type: 'request', process: 'accountOpening', channel: 'counter', severity: 'high' },
      facts: [
        { fact: 'received', atMs: ms(10) },
        { fact: 'inbound', atMs: ms(10) + 1_800_000 },
        { fact: 'note', atMs: ms(11) },
        { fact: 'stepStarted', step: 'check', atMs: ms(12) },
      ],
    });
    const completed = await manager.post(`${place}/complete-step`, { step: 'check', occurredAt: at(15) }, { version: 3 });
    expect((await factsOf(body['id'], completed))!.facts.map(({ fact }) => fact)).toEqual([
      'received',
      'inbound',
      'note',
      'stepStarted',
      'stepCompleted',
    ]);
  });

  test('of a complaint, in the same words', async () => {
    const { body } = await manager.post(
      '/v1/complaints',
      aComplaint(clientId, { receivedAt: '2026-03-11', channel: 'letter', provisionalSeverity: 'low' }),
    );
    const place = `/v1/complaints/${String(body['id'])}`;
    await manager.post(`${place}/acknowledge`, { automated: true, occurredAt: at(11) }, { version: 1 });
    const answered = await manager.post(`${place}/send-final-response`, { resolution: 'none', occurredAt: at(12) }, { version: 2 });
    expect(await factsOf(body['id'], answered)).toMatchObject({
      kind: 'complaint',
      subject: { process: 'complaint', severity: 'low' },
      facts: [
        { fact: 'received', precision: 'day', date: '2026-03-11' },
        { fact: 'outbound', by: 'automatic' },
        { fact: 'completed', atMs: ms(12) },
        { fact: 'outbound', by: 'human' },
      ],
    });
  });

  test('are those of the caller’s branch alone, and of a case', async () => {
    const taken = await manager.post('/v1/requests', aRequest(clientId));
    expect(await factsOf(taken.body['id'], taken)).toBeDefined();
    expect(await factsOf(taken.body['id'], taken, BEIJING)).toBeUndefined();
    expect(await factsOf(taken.body['id'], taken, '')).toBeUndefined();
    expect(await factsOf(taken.body['id'], taken, '*')).toBeDefined();
    expect(await factsOf(clientId, taken)).toBeUndefined();
  });
});
