import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { aClient, aComplaint, type Answer, type ApiUnderTest, type Caller, startApiUnderTest } from '../../../test/support/api.js';

jest.setTimeout(120_000);

const PAIRS = Number(process.env.WRITE_READ_PAIRS ?? 500);
const WRITERS = 8;

let under: ApiUnderTest;
let manager: Caller;
beforeAll(async () => {
  under = await startApiUnderTest();
  manager = await under.as('branchManager');
});
afterAll(() => under.close());

const after = (written: Answer) => ({ 'rapport-min-position': written.headers.get('rapport-position')! });

/** Each writes, and reads what it wrote in another read model each time. */
async function pairs(count: number): Promise<number> {
  let seen = 0;
  while (seen < count) {
    const client = await manager.post('/v1/clients', aClient());
    const clientId = String(client.body['id']);
    const file = await manager.get(`/v1/clients/${clientId}`, after(client));
    expect(file).toMatchObject({ status: 200, body: { versions: { client: 1 } } });
    const tier = { tier: 'GOLD', effectiveFrom: '2026-01-01', basis: 'opening-assets' };
    const initialised = await manager.post(`/v1/clients/${clientId}/tier/initialise`, tier, { version: 0 });
    const history = await manager.get(`/v1/clients/${clientId}/tier-history?validDate=2026-05-01`, after(initialised));
    expect(history).toMatchObject({ status: 200, body: { inForce: { tier: 'GOLD' } } });
    const complaint = await manager.post('/v1/complaints', aComplaint(clientId));
    const at = `/v1/complaints/${String(complaint.body['id'])}`;
    expect(await manager.get(at, after(complaint))).toMatchObject({ status: 200, body: { version: 1 } });
    const acknowledged = await manager.post(`${at}/acknowledge`, {}, { version: 1 });
    const timeline = await manager.get(`/v1/clients/${clientId}/timeline?limit=200`, after(acknowledged));
    expect((timeline.body['items'] as object[]).length).toBe(4);
    seen += 4;
  }
  return seen;
}

describe('a read that names a position', () => {
  test(`sees the write that answered with it, ${PAIRS} times (G15)`, async () => {
    const counts = await Promise.all(Array.from({ length: WRITERS }, () => pairs(Math.ceil(PAIRS / WRITERS))));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(PAIRS);
  });

  test('that is not reached is told to come back', async () => {
    const { body } = await manager.get('/v1/freshness');
    const beyond = { 'rapport-min-position': String((body['logEnd'] as number) + 1_000_000) };
    const answers = await Promise.all([manager.get('/v1/clients', beyond), manager.get('/v1/complaints', beyond)]);
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'position-not-reached' } });
      expect(answer.headers.get('retry-after')).toBe('1');
    }
  });

  test.each(['-1', '1.5', 'x', '', '99999999999999999999'])('has to name a position: %j', async (position) => {
    const answer = await manager.get('/v1/clients', { 'rapport-min-position': position });
    expect(answer).toMatchObject({ status: 400, body: { code: 'min-position-malformed' } });
  });
});
