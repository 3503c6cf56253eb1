import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type ApiUnderTest, startApiUnderTest } from '../../../../test/support/api.js';
import { assets } from '../../../../test/support/back-office-messages.js';

jest.setTimeout(60_000);

describe('sources of the back office over HTTP', () => {
  let under: ApiUnderTest;
  beforeAll(async () => {
    under = await startApiUnderTest();
  });
  afterAll(() => under.close());

  it('are heard from those alone who may speak for them, once two persons have said so', async () => {
    const [lin, wang] = [await under.as('complianceOfficer', '*', 'lin'), await under.as('complianceOfficer', '*', 'wang')];
    const [its, other] = [await under.as('integrationClient', '*', 'http-a'), await under.as('integrationClient', '*', 'vendor-b')];
    const say = (caller: typeof its, ...messages: object[]) => caller.post('/v1/back-office/messages', { messages });
    const one = assets('S-1', '2025-03-11', 1, { source: 'http-source' });
    expect(await say(its, one)).toMatchObject({ status: 403, body: { code: 'source-not-registered' } });

    const terms = {
      source: 'http-source',
      subjects: ['http-a'],
      senders: [],
      files: false,
      kinds: ['assets'],
      encoding: 'utf-8',
      zone: 'Asia/Shanghai',
    };
    const { body } = await lin.post('/v1/back-office/sources', terms);
    const place = `/v1/back-office/sources/${String(body['id'])}`;
    expect(await lin.post(`${place}/approve`, {})).toMatchObject({ status: 422, body: { code: 'source-self-approval' } });
    expect(await say(its, one)).toMatchObject({ status: 403 });
    expect(await wang.post(`${place}/approve`, {})).toMatchObject({ status: 200, body: { events: ['SourceRegistered'] } });

    const trade = { ...assets('S-1', '2025-03-12', 1, { source: 'http-source' }), kind: 'accountClosed', data: { closedOn: '2025-03-12' } };
    expect(await say(other, one)).toMatchObject({
      status: 403,
      body: { code: 'source-not-yours', errors: [{ pointer: '/messages/0/source' }] },
    });
    expect(await say(its, one, trade)).toMatchObject({
      status: 403,
      body: { code: 'kind-not-of-source', errors: [{ pointer: '/messages/1/kind' }] },
    });
    expect(await say(its, { ...one, version: 0 })).toMatchObject({ status: 200, body: { messages: [{ status: 'parked' }] } });
    expect(await say(other, { ...one, version: 0 })).toMatchObject({ status: 403 });
    expect((await under.owner.query(`SELECT FROM bridge.messages WHERE source = 'http-source' AND holds_key`)).rowCount).toBe(0);
    expect(await say(its, one)).toMatchObject({ status: 200, body: { messages: [{ status: 'waiting' }] } });

    const listed = (await wang.get('/v1/back-office/sources')).body['items'] as { source: string }[];
    expect(listed.find(({ source }) => source === 'http-source')).toMatchObject({
      status: 'registered',
      approvedBy: 'wang',
      pending: null,
    });
    expect(listed.find(({ source }) => source === 'core')).toMatchObject({ status: 'asSeen', terms: null });
  });

  it('name for what they count only what there is', async () => {
    const lin = await under.as('complianceOfficer', '*', 'lin');
    const asked = { kind: 'rates', source: 'core', accountId: 'A', currency: 'USD' };
    expect(await lin.post('/v1/back-office/authorities', asked)).toMatchObject({
      status: 400,
      body: {
        errors: [
          { pointer: '/base', code: 'missing' },
          { pointer: '/accountId', code: 'unknown-member' },
        ],
      },
    });
  });
});
