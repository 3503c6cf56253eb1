import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { followUpStream } from '#contacts';
import { newId, type Uuid } from '#event-sourcing';
import { aComplaint, BEIJING, type Caller, problem, SHANGHAI } from '../../../../test/support/api.js';
import { startTieredBranch, type TieredBranch } from '../../../../test/support/tiered-branch.js';

jest.setTimeout(60_000);
type Item = Record<string, unknown>;

describe('a manager’s book', () => {
  let branch: TieredBranch;
  let manager: Caller;
  let own: Caller;
  const assign = async (clientId: Uuid, staffId: string, more: object = {}) => {
    const body = { staffId, role: 'manager', primary: true, from: '2026-01-01', ...more };
    const { status } = await manager.post(`/v1/clients/${clientId}/assignments/assign`, body, { version: 0 });
    expect(status).toBe(200);
  };
  beforeAll(async () => {
    branch = await startTieredBranch();
    manager = await branch.under.as('branchManager', SHANGHAI);
    own = await branch.under.as('relationshipManager', SHANGHAI, 'li.na');
    for (const clientId of [branch.rich, branch.falling, branch.favoured]) await assign(clientId, 'li.na');
    await assign(branch.steady, 'zhao.min');
    await manager.post(`/v1/clients/${branch.stopped}/assignments/assign`, { staffId: 'li.na', role: 'manager', primary: true, from: '2027-10-01' }, { version: 0 }); // prettier-ignore
    for (let complaints = 0; complaints < 2; complaints++) await manager.post('/v1/complaints', aComplaint(branch.falling));
    for (const dueAt of ['2026-07-01T01:00:00.000Z', '2033-01-01T00:00:00.000Z']) {
      const data = { clientId: branch.falling, purpose: 'callBack', owner: 'li.na', dueAt };
      await branch.facts.say(followUpStream(newId(), branch.falling), { type: 'FollowUpScheduled', data });
    }
    const assessment = { questionnaireVersion: 'q', score: 40, level: 'C3' };
    expect((await own.post(`/v1/clients/${branch.rich}/risk-profile/record-assessment`, assessment, { version: 0 })).status).toBe(200);
    await branch.under.settled();
  });
  afterAll(() => branch.close());

  const bookOf = async (caller: Caller, query = ''): Promise<Map<unknown, Item>> => {
    const { status, body } = await caller.get(`/v1/tiers/book${query}`);
    expect(status).toBe(200);
    return new Map((body['items'] as Item[]).map((item) => [item['clientId'], item]));
  };

  it('holds the clients who are the caller’s today, each with tier, distances in money, and what there is to do', async () => {
    const book = await bookOf(own);
    expect([...book.keys()].sort()).toEqual([branch.rich, branch.falling, branch.favoured].sort());
    expect(book.get(branch.falling)).toMatchObject({
      primary: true,
      tier: 'STANDARD',
      ruleTier: 'STANDARD',
      evaluatedOn: '2026-06-30',
      strikes: 0,
      stoppedOn: null,
      adaMinor: 100_00,
      currency: 'CNY',
      distances: { toNext: { tier: 'SILVER', adaMinor: 900_00 }, aboveRetention: null },
      openComplaints: 2,
      followUpsDue: 1,
      nextFollowUpAt: '2026-07-01T01:00:00.000Z',
      riskProfileValidUntil: null,
      override: null,
    });
    expect(book.get(branch.rich)).toMatchObject({
      tier: 'GOLD',
      distances: { toNext: null, aboveRetention: { adaMinor: 2_000_00 } },
      openComplaints: 0,
      followUpsDue: 0,
      nextFollowUpAt: null,
      dormant: false,
      churnSignals: ['noContact'],
      riskProfileValidUntil: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
    });
  });

  it('comes page by page, each client once', async () => {
    const first = await own.get('/v1/tiers/book?limit=2');
    const second = await own.get(`/v1/tiers/book?limit=2&cursor=${String(first.body['next'])}`);
    const ids = [first, second].flatMap(({ body }) => (body['items'] as Item[]).map(({ clientId }) => clientId));
    expect([ids.length, new Set(ids).size, second.body['next']]).toEqual([3, 3, null]);
  });

  it('of another is for the branch’s manager, compliance and audit, within what they see', async () => {
    expect(problem(await own.get('/v1/tiers/book?staffId=zhao.min'))).toMatchObject({ status: 403, code: 'not-permitted' });
    expect([...(await bookOf(own, '?staffId=li.na')).keys()]).toHaveLength(3);
    expect([...(await bookOf(manager, '?staffId=zhao.min')).keys()]).toEqual([branch.steady]);
    expect([...(await bookOf(await branch.under.as('auditor'), '?staffId=li.na')).keys()]).toHaveLength(3);
    expect([...(await bookOf(await branch.under.as('branchManager', BEIJING), '?staffId=li.na')).keys()]).toEqual([]);
    expect([...(await bookOf(manager)).keys()]).toEqual([]); // a branch manager has none of their own here
  });
});
