import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { addDays, toLocalDate } from '#event-sourcing';
import { openSegmentCounter, type SegmentCounter } from './index.js';
import { type ApiUnderTest, BEIJING, type Caller, SHANGHAI, startApiUnderTest } from '../../../test/support/api.js';
import { aValuedClient, stateFacts } from '../../../test/support/valued-clients.js';

jest.setTimeout(120_000);

const today = toLocalDate(new Date().toISOString(), 'Asia/Shanghai');
const [earlier, later] = [addDays(today, -60), addDays(today, -1)] as const;

let under: ApiUnderTest;
let counter: SegmentCounter;
let officer: Caller;
let shanghai: Caller;
let beijing: Caller;
const ids: Record<string, string> = {};
beforeAll(async () => {
  under = await startApiUnderTest();
  counter = await openSegmentCounter({ url: under.url, firmZone: 'Asia/Shanghai' });
  officer = await under.as('complianceOfficer');
  shanghai = await under.as('branchManager', SHANGHAI);
  beijing = await under.as('branchManager', BEIJING);
  const nurse = { profile: { internal: { occupation: 'nurse' } } };
  for (const [caller, branch, tradedOn] of [
    [shanghai, SHANGHAI, addDays(earlier, -3)],
    [shanghai, SHANGHAI, addDays(later, -3)],
    [beijing, BEIJING, addDays(later, -3)],
  ] as const) {
    const clientId = await aValuedClient(caller, '2020-01-01', nurse);
    const trades = [{ tradeId: '1', on: tradedOn, commissionMinor: 1 }];
    await stateFacts(under, clientId, { openedOn: '2020-01-01', trades }, branch);
  }
  const queries = {
    nurses: { internal: { occupation: ['NURSE'] } },
    eager: { behaviour: { recency: { min: 5 } } },
    tiered: { behaviour: { tier: ['GOLD'] } },
    leaving: { behaviour: { churnScore: { min: 5 } } },
    gone: { behaviour: { dormant: true } },
  };
  for (const [name, query] of Object.entries(queries)) ids[name] = String((await officer.post('/v1/segments', { name, query })).body['id']);
  await officer.post(`/v1/segments/${ids['gone']}/retire`, {}, { version: 1 });
});
afterAll(async () => {
  await counter.close();
  await under.close();
});

const historyOf = async (name: string, caller: Caller): Promise<unknown> => {
  await under.settled();
  return (await caller.get(`/v1/segments/${ids[name]}`)).body['history'];
};

describe('segments at a month’s end', () => {
  test('are counted for the day, each once, also by two counters at once', async () => {
    const standby = await openSegmentCounter({ url: under.url, firmZone: 'Asia/Shanghai' });
    const counted = await Promise.all([counter.count(earlier), standby.count(earlier)]);
    await standby.close();
    expect(counted[0] + counted[1]).toBe(4);
    expect(await counter.count(earlier)).toBe(0);
    expect(await counter.count(later)).toBe(4);
    const { rows } = await under.owner.query<{ events: number }>(
      `SELECT count(*)::int AS events FROM log.events WHERE type = 'SegmentCounted'`,
    );
    expect(rows[0]!.events).toBe(8);
  });

  test('have a history, of the branch that asks', async () => {
    const history = (...counts: number[]) => [
      { on: earlier, count: counts[0] },
      { on: later, count: counts[1] },
    ];
    expect(await historyOf('nurses', officer)).toEqual(history(3, 3));
    expect(await historyOf('nurses', shanghai)).toEqual(history(2, 2));
    expect(await historyOf('eager', officer)).toEqual(history(1, 2));
    expect(await historyOf('eager', shanghai)).toEqual(history(1, 1));
    expect(await historyOf('eager', beijing)).toEqual(history(0, 1));
    expect(await historyOf('tiered', officer)).toEqual(history(0, 0));
    expect(await historyOf('gone', officer)).toEqual([]); // retired before
  });

  test('keep what was counted, whatever the clients do since', async () => {
    await aValuedClient(beijing, undefined, { profile: { internal: { occupation: 'nurse' } } });
    await under.settled();
    expect((await officer.get(`/v1/segments/${ids['nurses']}`)).body).toMatchObject({ count: 4 });
    expect(await historyOf('nurses', officer)).toMatchObject([{ count: 3 }, { count: 3 }]);
  });
});
