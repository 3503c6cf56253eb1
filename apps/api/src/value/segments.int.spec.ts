import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { clientStream } from '#clients';
import { addDays, toLocalDate, type Uuid } from '#event-sourcing';
import { type ApiUnderTest, BEIJING, type Caller, problem, SHANGHAI, startApiUnderTest } from '../../../../test/support/api.js';
import { say } from '../../../../test/support/commitments.js';
import { allItems, aValuedClient, stateFacts } from '../../../../test/support/valued-clients.js';

jest.setTimeout(120_000);

const today = toLocalDate(new Date().toISOString(), 'Asia/Shanghai');
const ago = (days: number) => addDays(today, -days);

let under: ApiUnderTest;
let officer: Caller;
let shanghai: Caller;
let beijing: Caller;
const ids: Record<string, Uuid> = {};

/** Four of Shanghai and one of Beijing, each different in what a segment may ask. */
beforeAll(async () => {
  under = await startApiUnderTest();
  officer = await under.as('complianceOfficer');
  shanghai = await under.as('branchManager', SHANGHAI);
  beijing = await under.as('branchManager', BEIJING);
  const profile = (occupation: string, more: object = {}) => ({
    external: { region: 'East' },
    internal: { occupation, ageBand: '35to44', ...more },
  });
  const make = async (name: string, caller: Caller, of: object, openedOn?: string) => {
    ids[name] = await aValuedClient(caller, openedOn, { profile: of });
  };
  await make('nurse', shanghai, { ...profile('Nurse', { incomeBand: 'Band Z' }), riskPreference: 'growth' }, ago(2_000));
  await make('teacher', shanghai, profile('teacher'), ago(2_000));
  await make('former nurse', shanghai, profile('nurse'));
  await make('farmer', shanghai, { external: { region: 'West', organisation: 'Green Fields' } }, ago(2_000));
  await make('nurse of beijing', beijing, profile('nurse'), ago(2_000));
  const trade = (daysAgo: number) => ({ tradeId: `t${daysAgo}`, on: ago(daysAgo), commissionMinor: 500_00 });
  const trades = (...days: number[]) => days.map(trade);
  const small = [{ on: ago(1_900), totalMinor: 50, cashMinor: 50, securitiesMinor: 0 }];
  await stateFacts(under, ids['nurse']!, { openedOn: ago(2_000), trades: trades(1, 2, 3, 4, 5) });
  await stateFacts(under, ids['teacher']!, { openedOn: ago(2_000), trades: trades(100) });
  await stateFacts(under, ids['farmer']!, { openedOn: ago(2_000), assets: small });
  await stateFacts(under, ids['nurse of beijing']!, { openedOn: ago(2_000), trades: trades(1) }, BEIJING);
  const { body } = await shanghai.get(`/v1/clients/${ids['former nurse']}`);
  const version = Number((body['versions'] as { client: number }).client);
  await shanghai.post(`/v1/clients/${ids['former nurse']}/update-profile`, { internal: { occupation: 'pilot' } }, { version });
  await shanghai.post(`/v1/clients/${ids['nurse']}/tier/initialise`, { tier: 'GOLD', effectiveFrom: ago(100), basis: 'x' }, { version: 0 });
  await shanghai.post(
    `/v1/clients/${ids['teacher']}/tier/initialise`,
    { tier: 'SILVER', effectiveFrom: ago(100), basis: 'x' },
    { version: 0 },
  );
  await under.settled();
});
afterAll(() => under.close());

const named = (clientIds: readonly unknown[]) =>
  Object.keys(ids)
    .filter((name) => clientIds.includes(ids[name]))
    .sort();
let segments = 0;
const save = async (query: object, caller = officer, name = `s-${++segments}`) => {
  const answer = await caller.post('/v1/segments', { name, query });
  await under.settled();
  return { answer, id: String(answer.body['id']) };
};
const membersOf = async (query: object, caller = officer): Promise<string[]> => {
  const { id } = await save(query);
  const items = await allItems(caller, `/v1/segments/${id}/clients?limit=1`);
  const { body } = await caller.get(`/v1/segments/${id}`);
  expect(body['count']).toBe(items.length); // the figure is the length of its list
  const tried = await caller.call('POST', '/v1/segments/count', { body: { query } });
  expect(tried.body).toMatchObject({ count: items.length, branches: body['branches'] });
  return named(items.map(({ clientId }) => clientId));
};

describe('a segment finds', () => {
  test.each<[string, object, string[]]>([
    ['a branch', { external: { branch: [BEIJING] } }, ['nurse of beijing']],
    ['a region', { external: { region: ['West'] } }, ['farmer']],
    ['an organisation, whatever the case', { external: { organisation: ['green  FIELDS'] } }, ['farmer']],
    ['an occupation as it is now', { internal: { occupation: ['nurse'] } }, ['nurse', 'nurse of beijing']],
    ['one of several', { internal: { occupation: ['pilot', 'TEACHER'] } }, ['former nurse', 'teacher']],
    ['all criteria together', { external: { region: ['East'] }, internal: { occupation: ['nurse'], incomeBand: ['band z'] } }, ['nurse']],
    ['an age band', { internal: { ageBand: ['35to44'] }, external: { branch: [SHANGHAI] } }, ['former nurse', 'nurse', 'teacher']],
    ['a risk preference', { internal: { riskPreference: ['growth', 'balanced'] } }, ['nurse']],
    ['recency', { behaviour: { recency: { min: 5 } } }, ['nurse', 'nurse of beijing']],
    ['frequency', { behaviour: { frequency: { min: 2, max: 2 } } }, ['nurse']],
    ['money', { behaviour: { monetary: { max: 2 }, noHistory: false } }, ['nurse of beijing', 'teacher']],
    ['those who never traded', { behaviour: { noHistory: true } }, ['farmer', 'former nurse']],
    ['a tier in force', { behaviour: { tier: ['GOLD', 'DIAMOND'] } }, ['nurse']],
    ['the dormant', { behaviour: { dormant: true } }, ['farmer']],
    ['those who are not', { behaviour: { dormant: false }, external: { region: ['West'] } }, []],
    ['signs of leaving', { behaviour: { churnScore: { min: 1 } }, external: { branch: [SHANGHAI] } }, ['farmer', 'nurse', 'teacher']],
    ['no sign of leaving, prospects too', { behaviour: { churnScore: { max: 0 } } }, ['former nurse']],
  ])('%s', async (_, query, expected) => {
    expect(await membersOf(query)).toEqual(expected);
  });

  test('the clients of the caller’s branch alone, in every figure', async () => {
    const query = { internal: { occupation: ['nurse'] } };
    expect(await membersOf(query, shanghai)).toEqual(['nurse']);
    expect(await membersOf(query, beijing)).toEqual(['nurse of beijing']);
    expect(await membersOf({ external: { branch: [SHANGHAI] } }, beijing)).toEqual([]);
  });

  test('what clients did by a day, where it is asked of that day', async () => {
    const asked = { query: { behaviour: { recency: { min: 5 } } } };
    const count = async (asOf: string) => (await officer.call('POST', '/v1/segments/count', { body: { ...asked, asOf } })).body['count'];
    expect([await count(ago(6)), await count(ago(5)), await count(ago(100)), await count(ago(92))]).toEqual([0, 1, 1, 0]);
  });

  test('an attribute as it was stated last, also where two statements are told at once', async () => {
    const clientId = await aValuedClient(beijing);
    const changes = ['sailor', 'diver'].map((occupation) => ({ type: 'ClientProfileUpdated', data: { internal: { occupation } } }));
    await say(under, clientStream(clientId), changes, BEIJING);
    const { answer } = await save({ internal: { occupation: ['diver'] } });
    expect((await officer.get(String(answer.headers.get('location')))).body).toMatchObject({ count: 1 });
    const { id } = await save({ internal: { occupation: ['sailor'] } });
    expect((await officer.get(`/v1/segments/${id}`)).body).toMatchObject({ count: 0 });
    await beijing.post(`/v1/clients/${clientId}/close`, {}, { version: 3 }); // a closed client belongs to none
    await under.settled();
    expect((await officer.get(String(answer.headers.get('location')))).body).toMatchObject({ count: 0 });
  });

  test('no prospect by signs of leaving, however long nobody has spoken to them', async () => {
    const body = { query: { behaviour: { churnScore: { max: 0 } }, internal: { occupation: ['pilot'] } }, asOf: addDays(today, 400) };
    expect((await officer.call('POST', '/v1/segments/count', { body })).body).toMatchObject({ count: 1 });
  });

  test('the tier of a day before it was given: nobody', async () => {
    const { id } = await save({ behaviour: { tier: ['GOLD'] } });
    expect(await allItems(officer, `/v1/segments/${id}/clients?asOf=${ago(101)}`)).toEqual([]);
    expect(await allItems(officer, `/v1/segments/${id}/clients?asOf=${ago(100)}`)).toHaveLength(1);
  });
});

describe('segments', () => {
  test('have names of their own while they are in use', async () => {
    const query = { behaviour: { dormant: true } };
    const { id } = await save(query, shanghai, 'Sleepers');
    expect(problem((await save(query, beijing, 'sleepers')).answer)).toMatchObject({ status: 422, code: 'segment-name-taken' });
    const renamed = await shanghai.post(`/v1/segments/${id}/rename`, { name: 'dreamers' }, { version: 1 });
    expect(renamed.body['events']).toEqual(['SegmentRenamed']);
    expect((await save(query, beijing, 'sleepers')).answer.status).toBe(201);
    await shanghai.post(`/v1/segments/${id}/retire`, {}, { version: 2 });
    expect((await save(query, beijing, 'dreamers')).answer.status).toBe(201);
    const listed = (await allItems(shanghai, '/v1/segments?limit=2')).map(({ name }) => name);
    expect(listed.filter((name) => name === 'dreamers' || name === 'sleepers')).toHaveLength(2);
    expect(await allItems(shanghai, '/v1/segments?status=retired')).toMatchObject([{ segmentId: id, name: 'dreamers', status: 'retired' }]);
  });

  test('are changed by those of the branch that saved them, and by the head office', async () => {
    const { id } = await save({ behaviour: { dormant: true } }, shanghai);
    const refused = await beijing.post(`/v1/segments/${id}/retire`, {}, { version: 1 });
    expect(problem(refused)).toMatchObject({ status: 403, code: 'branch-not-yours' });
    expect((await officer.post(`/v1/segments/${id}/retire`, {}, { version: 1 })).status).toBe(200);
  });

  test.each<[object, string, string]>([
    [{}, 'segment-without-criteria', '/query'],
    [{ external: { region: [] } }, 'segment-criterion-empty', '/query/external/region'],
    [{ behaviour: { recency: { min: 4, max: 3 } } }, 'segment-range-empty', '/query/behaviour/recency'],
  ])('refuse %j', async (query, code, pointer) => {
    for (const address of ['/v1/segments', '/v1/segments/count']) {
      const refused = await officer.post(address, { ...(address === '/v1/segments' && { name: 'x' }), query });
      expect(problem(refused)).toMatchObject({ status: 422, code, errors: [{ pointer, code }] });
    }
  });

  test('hold no personal value in plain, in the read model or in the log', async () => {
    const { rows } = await under.owner.query<{ text: string }>(
      `SELECT a::text AS text FROM read.client_attributes a UNION ALL SELECT data FROM log.events WHERE type = 'ClientProfileUpdated'`,
    );
    expect(rows.length).toBeGreaterThan(15);
    for (const { text } of rows) expect(text).not.toMatch(/nurse|teacher|35to44|Band Z|growth|Green Fields/i);
  });
});
