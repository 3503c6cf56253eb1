import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { createRequire } from 'node:module';
import { messageKinds } from '#back-office';
import { type Caller, problem } from '../../../../test/support/api.js';
import { type BackOfficeUnderTest, startBackOffice } from '../../../../test/support/back-office.js';
import { aMessage, assets } from '../../../../test/support/back-office-messages.js';

jest.setTimeout(120_000);
const addFormats = createRequire(import.meta.url)('ajv-formats') as (ajv: Ajv2020) => void;

describe('the back office over HTTP', () => {
  let t: BackOfficeUnderTest;
  let source: Caller;
  let compliance: Caller;
  beforeAll(async () => {
    t = await startBackOffice();
    source = await t.under.as('integrationClient');
    compliance = await t.under.as('complianceOfficer', undefined, 'lin');
  });
  afterAll(() => t.close());

  const items = async (list: string) => (await compliance.get(`/v1/back-office/${list}`)).body['items'] as Record<string, unknown>[];

  it('answers what became of each message, and a repeat of the request as the first time', async () => {
    await t.owner('http');
    const messages = [assets('http', '2025-03-11', 5), assets('http', '2025-03-12', -5), assets('later', '2025-03-11', 1)];
    const first = await source.post('/v1/back-office/messages', { messages }, { key: 'once' });
    expect(first).toMatchObject({
      status: 200,
      body: {
        messages: [
          { record: 'assets-http-2025-03-11', status: 'applied' },
          { record: 'assets-http-2025-03-12', status: 'parked', code: 'amount-negative', pointer: '/data/total/amountMinor' },
          { record: 'assets-later-2025-03-11', status: 'waiting' },
        ],
      },
    });
    const again = await source.post('/v1/back-office/messages', { messages }, { key: 'once' });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const other = await source.post('/v1/back-office/messages', { messages: messages.slice(1) }, { key: 'once' });
    expect(problem(other)).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
    const anew = await source.post('/v1/back-office/messages', { messages });
    expect((anew.body['messages'] as { status: string }[]).map(({ status }) => status)).toEqual(['ignored', 'ignored', 'ignored']);
  });

  it.each<[object, string]>([
    [{}, 'missing'],
    [{ messages: [] }, 'too-few'],
    [{ messages: Array<object>(201).fill({}) }, 'too-many'],
    [{ messages: [1] }, 'wrong-type'],
  ])('refuses a whole body: %#', async (body, code) => {
    expect(problem(await source.post('/v1/back-office/messages', body))).toEqual({
      status: 400,
      code: 'invalid-request',
      errors: [{ pointer: '/messages', code }],
    });
  });

  it('pages through the inbox, narrowed, and through nobody else’s cursor', async () => {
    await t.say(...[1, 2, 3, 4, 5].map((n) => assets('paged', `2025-05-0${n}`, n)));
    const seen: unknown[] = [];
    let address: string | null = '/v1/back-office/messages?accountId=paged&limit=2';
    while (address) {
      const page: { body: Record<string, unknown> } = await compliance.get(address);
      seen.push(...(page.body['items'] as { on: string }[]).map(({ on }) => on));
      const next = page.body['next'] as string | null;
      address = next && `/v1/back-office/messages?accountId=paged&limit=2&cursor=${next}`;
    }
    expect(seen).toEqual(['2025-05-05', '2025-05-04', '2025-05-03', '2025-05-02', '2025-05-01']);
    const { body } = await compliance.get('/v1/back-office/messages?accountId=paged&limit=2');
    const foreign = await (await t.under.as('auditor')).get(`/v1/back-office/messages?accountId=paged&cursor=${String(body['next'])}`);
    expect(problem(foreign).code).toBe('cursor-not-valid');
  });

  it('shows both contents of a conflict, and takes a decision once', async () => {
    await t.owner('two');
    await t.say(assets('two', '2025-03-11', 5), assets('two', '2025-03-11', 7));
    const [conflict] = await items('conflicts');
    expect(conflict).toMatchObject({ first: { amountMinor: 5, status: 'applied' }, other: { amountMinor: 7, status: 'conflict' } });
    const address = `/v1/back-office/conflicts/${String(conflict!['conflictId'])}/resolve`;
    expect(await compliance.post(address, { decision: 'takeOther' })).toMatchObject({
      status: 200,
      body: { events: ['InboxConflictResolved'] },
    });
    expect(await items('conflicts')).toEqual([]);
    expect(problem(await compliance.post(address, { decision: 'keepFirst' }))).toMatchObject({
      status: 422,
      code: 'conflict-already-resolved',
    });
  });

  it('gives up a gap and a broken message', async () => {
    await t.owner('holes');
    await t.say(assets('holes', '2025-03-11', 5, { sequence: 4 }), assets('holes', '2025-03-12', 0.5));
    const [gap] = await items('gaps?accountId=holes');
    expect(gap).toMatchObject({ first: 1, last: 3, closedAt: null });
    const given = await compliance.post(`/v1/back-office/gaps/${String(gap!['gapId'])}/give-up`, {});
    expect(given.body['events']).toEqual(['SequenceGapClosed']);
    expect(await items('gaps?accountId=holes&status=open')).toEqual([]);
    expect((await items('gaps?accountId=holes'))[0]).toMatchObject({ givenUpBy: 'lin' });
    const parked = (await items('messages?status=parked')).find(({ record }) => record === 'assets-holes-2025-03-12');
    expect(parked).toMatchObject({ reason: 'amount-not-whole' });
    expect((await compliance.post(`/v1/back-office/parked/${String(parked!['messageId'])}/give-up`, {})).status).toBe(200);
    expect(problem(await compliance.post(`/v1/back-office/parked/${String(parked!['messageId'])}/retry`, {})).code).toBe(
      'message-not-parked',
    );
  });

  it('lists breaks and days, and takes an explanation and a closing', async () => {
    await t.say(assets('orphan', '2025-08-01', 3, { source: 'breaks' }));
    await t.office.reconciler.run('breaks', '2025-08-01');
    expect(await items('days?source=breaks')).toEqual([
      { source: 'breaks', on: '2025-08-01', status: 'open', reason: null, stated: false, position: null },
    ]);
    const found = (await items('breaks?source=breaks')).find(({ code }) => code === 'account-not-linked')!;
    const address = `/v1/back-office/breaks/${String(found['breakId'])}`;
    expect(problem(await compliance.post(`${address}/close`, {})).code).toBe('break-not-explained');
    expect((await compliance.post(`${address}/explain`, { explanation: 'timing', reference: 'T-1' })).status).toBe(200);
    expect((await compliance.post(`${address}/close`, {})).body['events']).toEqual(['BreakClosed']);
    expect((await items('breaks?source=breaks&status=closed'))[0]).toMatchObject({
      code: 'account-not-linked',
      closedBy: 'lin',
      reference: 'T-1',
    });
  });

  it('answers 404 for what there is not', async () => {
    const nothing = '01900000-0000-7000-8000-00000000dead';
    for (const address of ['conflicts/:id/resolve', 'parked/:id/retry', 'parked/:id/give-up', 'gaps/:id/give-up', 'breaks/:id/close']) {
      const answer = await compliance.post(
        `/v1/back-office/${address.replace(':id', nothing)}`,
        address.startsWith('conf') ? { decision: 'keepFirst' } : {},
      );
      expect([address, problem(answer).status]).toEqual([address, 404]);
    }
  });

  it('publishes the schema of every message, which takes what the inbox takes', async () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats(ajv);
    for (const kind of messageKinds) {
      const response = await fetch(`${t.under.api.url}/contracts/back-office/${kind}.schema.json`);
      expect(response.headers.get('content-type')).toContain('application/schema+json');
      expect(ajv.compile((await response.json()) as object)(aMessage(kind))).toBe(true);
    }
  });
});
