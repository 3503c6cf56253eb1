import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { aClient, type Caller, SHANGHAI } from '../../../test/support/caller.js';
import { type BackOfficeUnderTest, decidedBy, startBackOffice } from '../../../test/support/back-office.js';
import { aMessage, assets } from '../../../test/support/back-office-messages.js';
import { BridgeWorker, giveUpGap } from './index.js';

jest.setTimeout(120_000);

describe('whose an account is', () => {
  let t: BackOfficeUnderTest;
  let north: Caller, south: Caller, compliance: Caller;
  beforeAll(async () => {
    t = await startBackOffice();
    north = await t.under.as('relationshipManager', SHANGHAI, 'rong');
    south = await t.under.as('relationshipManager', 'bj-01', 'ma');
    compliance = await t.under.as('complianceOfficer', '*', 'lin');
  });
  afterAll(() => t.close());

  const client = async (caller: Caller, branchId = SHANGHAI) => {
    const { status, body } = await caller.post('/v1/clients', { ...aClient(), branchId });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return String(body['id']);
  };
  const link = async (caller: Caller, clientId: string, accountId: string) => {
    const { status, body } = await caller.post(
      `/v1/clients/${clientId}/link-account`,
      { accountId, role: 'owner' },
      { version: await t.under.store.streamVersion(clientId) },
    );
    await t.under.settled();
    return { status, id: String(body['id']), events: body['events'], code: body['code'] };
  };
  const unlink = async (caller: Caller, clientId: string, accountId: string) => {
    await caller.post(`/v1/clients/${clientId}/unlink-account`, { accountId }, { version: await t.under.store.streamVersion(clientId) });
    await t.under.settled();
  };
  const assetsOf = async (caller: Caller, clientId: string) => {
    await t.inbox.applier.apply(['account|SQ-1', 'account|SQ-2', 'account|SQ-3', 'account|SQ-4', 'account|SQ-5']);
    await t.under.settled();
    const { body } = await caller.get(`/v1/clients/${clientId}/account-facts?of=assets`);
    return (body['items'] as { data: { totalMinor: number } }[]).map(({ data }) => data.totalMinor).sort();
  };
  const decide = (caller: Caller, claimId: string, verdict: string) => caller.post(`/v1/back-office/claims/${claimId}/${verdict}`, {});

  it('is not taken by linking it first: facts that wait are nobody’s until a second person agrees', async () => {
    await t.say(assets('SQ-1', '2025-03-11', 7));
    const stranger = await client(south, 'bj-01');
    const claim = await link(south, stranger, 'SQ-1');
    expect(claim).toMatchObject({ status: 200, events: ['AccountClaimed'] });
    expect(await assetsOf(south, stranger)).toEqual([]);
    expect((await compliance.get('/v1/back-office/claims')).body['items']).toMatchObject([
      { claimId: claim.id, accountId: 'SQ-1', reason: 'factsKnown', claimedBy: 'ma' },
    ]);
    expect((await t.manager.get('/v1/back-office/claims')).body['items']).toEqual([]);
    expect(await decide(t.manager, claim.id, 'approve')).toMatchObject({ status: 404 });
    expect(await decide(await t.under.as('complianceOfficer', '*', 'MA'), claim.id, 'approve')).toMatchObject({
      status: 422,
      body: { code: 'claim-self-approval' },
    });
    expect(await decide(compliance, claim.id, 'refuse')).toMatchObject({ status: 200, body: { events: ['AccountClaimRefused'] } });
    expect(await decide(compliance, claim.id, 'approve')).toMatchObject({ status: 422, body: { code: 'claim-not-pending' } });

    const rightful = await client(north);
    const second = await link(north, rightful, 'SQ-1');
    expect(await decide(await t.under.as('branchManager', SHANGHAI, 'chen'), second.id, 'approve')).toMatchObject({ status: 200 });
    await t.under.settled();
    await t.office.inbox.follow({ lane: 'account|SQ-1', source: 'core' }); // as the bridge does next
    expect(await assetsOf(north, rightful)).toEqual([7]);
    expect(await assetsOf(south, stranger)).toEqual([]);
  });

  it('is the client’s whose number the source states, at once or when it says so later', async () => {
    const [a, b] = [await client(north), await client(north)];
    const numberOf = async (id: string) => String((await north.get(`/v1/clients/${id}`)).body['clientNo']);
    await t.under.settled();
    const opened = async (accountId: string, id: string) =>
      aMessage('accountOpened', { accountId, record: accountId, clientNo: await numberOf(id) });
    await t.say(await opened('SQ-2', a), assets('SQ-2', '2025-03-11', 3));
    expect(await link(north, b, 'SQ-2')).toMatchObject({ events: ['AccountClaimed'] });
    expect(await link(north, a, 'SQ-2')).toMatchObject({ events: ['AccountLinked'] });
    expect(await assetsOf(north, a)).toEqual([3]);

    await t.say(assets('SQ-5', '2025-03-11', 4));
    expect(await link(north, b, 'SQ-5')).toMatchObject({ events: ['AccountClaimed'] });
    await t.say(await opened('SQ-5', b));
    await new BridgeWorker(t.database, t.office).look();
    await t.under.settled();
    expect(await assetsOf(north, b)).toEqual([4]);
  });

  it('is held by one client; a joint one by several, who all get its facts and their corrections', async () => {
    const [first, second] = [await client(north), await client(south, 'bj-01')];
    expect(await link(north, first, 'SQ-3')).toMatchObject({ events: ['AccountLinked'] });
    const claim = await link(south, second, 'SQ-3');
    expect(claim).toMatchObject({ events: ['AccountClaimed'] });
    expect(await decide(await t.under.as('branchManager', 'bj-01', 'chen'), claim.id, 'approve')).toMatchObject({
      status: 422,
      body: { code: 'claim-needs-both-branches' },
    });
    expect(await decide(compliance, claim.id, 'approve')).toMatchObject({ status: 200 });
    await t.under.settled();
    await t.say(assets('SQ-3', '2025-03-11', 5, { sequence: 3 }));
    expect([await assetsOf(north, first), await assetsOf(south, second)]).toEqual([[5], [5]]);

    const gaps = async () =>
      (await t.under.owner.query<{ id: string }>(`SELECT gap_id AS id FROM bridge.gaps WHERE account_id = 'SQ-3' AND closed_at IS NULL`))
        .rows;
    const open = await gaps();
    expect(open).toHaveLength(2);
    await giveUpGap(t.inbox, t.office.runner, open[0]!.id, decidedBy());
    expect(await gaps()).toEqual([]);
    expect((await t.facts('SQ-3')).filter(({ type }) => type === 'SequenceGapClosed')).toHaveLength(2);

    await unlink(north, first, 'SQ-3');
    await t.say(assets('SQ-3', '2025-03-12', 6, { sequence: 4 }));
    await t.say(assets('SQ-3', '2025-03-11', 9, { version: 2, sequence: 5 }));
    expect(await assetsOf(south, second)).toEqual([6, 9]); // a correction goes where the first statement went
  });

  it('is nobody’s after its owner is unlinked, whoever was next in line', async () => {
    const [first, next] = [await client(north), await client(north)];
    await link(north, first, 'SQ-4');
    const claim = await link(north, next, 'SQ-4');
    await unlink(north, first, 'SQ-4');
    expect(await t.say(assets('SQ-4', '2025-03-11', 5))).toEqual(['waiting']);
    expect(await assetsOf(north, next)).toEqual([]);
    await decide(compliance, claim.id, 'approve');
    await t.under.settled();
    expect(await assetsOf(north, next)).toEqual([5]);
    await unlink(north, next, 'SQ-4');
    expect(await link(north, first, 'SQ-4')).toMatchObject({ events: ['AccountClaimed'] });
  });
});
