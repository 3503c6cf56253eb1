import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { newId } from '#event-sourcing';
import {
  aClient,
  aComplaint,
  type ApiUnderTest,
  aRequest,
  BEIJING,
  type Caller,
  fieldFault,
  problem,
  startApiUnderTest,
} from '../../../../test/support/api.js';
import { say } from '../../../../test/support/commitments.js';

jest.setTimeout(120_000);

let under: ApiUnderTest;
let manager: Caller;
let officer: Caller;
let wei: string;
let lan: string;
beforeAll(async () => {
  under = await startApiUnderTest();
  manager = await under.as('branchManager');
  officer = await under.as('complianceOfficer');
  [wei, lan] = [await client(), await client()];
});
afterAll(() => under.close());

const client = async (): Promise<string> => String((await manager.post('/v1/clients', aClient())).body['id']);

/** A time of Shanghai on a day of 2025; a day alone stays one. */
const on = (when: string): string => (when.includes('T') ? `2025-${when}:00+08:00` : `2025-${when}`);

async function complaint(clientId: string, received: string, about = 'fees'): Promise<string> {
  const subject = { product: 'Fund subscription', problem: about };
  const { body } = await manager.post('/v1/complaints', aComplaint(clientId, { receivedAt: on(received), channel: 'letter', subject }));
  return String(body['id']);
}

/** Commands on a case in order, each with what it says and when it happened, from a version of the case on. */
async function go(place: string, from: number, ...steps: [command: string, when: string, body?: object][]): Promise<void> {
  for (const [i, [command, when, body]] of steps.entries()) {
    const answer = await manager.post(`${place}/${command}`, { ...body, occurredAt: on(when) }, { version: from + i });
    expect(answer).toMatchObject({ status: 200 });
  }
}
const answers = (when: string, outcome?: string): [string, string, object] => [
  'send-final-response',
  when,
  { resolution: 'explanation', outcome },
];
const again = { reason: 'newEvidence' };

interface Rate {
  rate: string;
  numerator: number;
  denominator: number;
  basisPoints: number | null;
  caseIds: string[];
}
async function rates(question: string, caller = officer): Promise<Record<string, Omit<Rate, 'rate'>>> {
  await under.settled();
  const { status, body } = await caller.get(`/v1/service-levels/case-rates?${question}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return Object.fromEntries((body['items'] as Rate[]).map(({ rate, ...figures }) => [rate, figures]));
}

describe('rates of complaints', () => {
  let ids: Record<'early' | 'first' | 'repeat' | 'undone' | 'late' | 'other', string>;
  beforeAll(async () => {
    ids = {
      early: await complaint(lan, '02-27T10:00', 'delay'),
      first: await complaint(wei, '03-01T00:00'),
      repeat: await complaint(wei, '03-31T23:59'),
      undone: await complaint(lan, '03-02', 'advice'),
      late: await complaint(lan, '03-03T10:00', 'delay'),
      other: await complaint(lan, '04-01T00:00', 'fees'),
    };
    const at = (id: string): string => `/v1/complaints/${id}`;
    // in March, and reopened on the last of thirty days; answered again in April
    await go(at(ids.first), 1, answers('03-05T10:00', 'rejected'), ['close', '03-20T10:00'], ['reopen', '04-04T10:00', again]);
    await go(at(ids.first), 4, answers('04-10T10:00', 'upheld'), ['close', '04-10T10:00']);
    // known by their days: closed on the last of March, and reopened a day too late
    await go(at(ids.undone), 1, answers('03-31', 'partlyUpheld'), ['close', '04-02'], ['reopen', '05-01', again]);
    await go(at(ids.late), 1, answers('03-30T10:00'));
    await go(at(ids.other), 1, answers('04-01T00:00', 'upheld'));
    // by a source that tells no date
    const data = { clientId: wei, receivedAt: undated, channel: 'phone', subject: { product: 'x', problem: 'fees' }, staffInvolved: [] };
    await say(under, { id: newId(), kind: 'complaint', key: wei }, [
      { type: 'ComplaintRegistered', data },
      { type: 'FinalResponseSent', data: { sentAt: undated, cycle: 1, resolution: 'none', outcome: 'upheld' } },
    ]);
  });
  const undated = { precision: 'unknown', at: '2025-03-15T00:00:00.000Z' };

  test('of March: what was closed, came or was decided on its days, and which of it came back', async () => {
    expect(await rates('of=complaints&from=2025-03-01&to=2025-03-31')).toEqual({
      reopened: { numerator: 1, denominator: 3, basisPoints: 3_333, caseIds: [ids.first] },
      repeated: { numerator: 2, denominator: 4, basisPoints: 5_000, caseIds: [ids.late, ids.repeat] },
      upheld: { numerator: 1, denominator: 2, basisPoints: 5_000, caseIds: [ids.undone] },
    });
  });

  test('of April: a case that is closed again has another closing', async () => {
    expect(await rates('from=2025-04-01&to=2025-04-30')).toEqual({
      reopened: { numerator: 0, denominator: 2, basisPoints: 0, caseIds: [] },
      repeated: { numerator: 0, denominator: 1, basisPoints: 0, caseIds: [] },
      upheld: { numerator: 2, denominator: 2, basisPoints: 10_000, caseIds: [ids.other, ids.first] },
    });
  });

  test('of a time without cases, and of another branch: nothing, and no share of it', async () => {
    const nothing = { numerator: 0, denominator: 0, basisPoints: null, caseIds: [] };
    const none = { reopened: nothing, repeated: nothing, upheld: nothing };
    expect(await rates('from=2025-01-01&to=2025-01-31')).toEqual(none);
    expect(await rates('from=2025-03-01&to=2025-03-31', await under.as('branchManager', BEIJING))).toEqual(none);
  });
});

describe('rates of requests', () => {
  test('reopened alone: they have no problem that could come again, and nobody decides who was right', async () => {
    const closed = async (completed: string): Promise<string> => {
      const { body } = await manager.post('/v1/requests', aRequest(wei, { receivedAt: on('03-11T10:00') }));
      const id = String(body['id']);
      await go(`/v1/requests/${id}`, 1, ['start', '03-11T11:00'], ['complete', completed]);
      return id;
    };
    const [back] = [await closed('03-12T10:00'), await closed('03-31T23:59'), await closed('04-01T00:00')];
    await go(`/v1/requests/${back}`, 3, ['reopen', '03-13T10:00', { reason: 'notDone' }]);
    expect(await rates('of=requests&from=2025-03-01&to=2025-03-31')).toEqual({
      reopened: { numerator: 1, denominator: 2, basisPoints: 5_000, caseIds: [back] },
    });
  });
});

describe('the period', () => {
  test('is the year up to today where nothing is asked, and says while it may still change', async () => {
    const { body } = await officer.get('/v1/service-levels/case-rates');
    expect(body).toMatchObject({ zone: 'Asia/Shanghai', provisional: true });
    expect(Date.parse(String(body['to'])) - Date.parse(String(body['from']))).toBe(365 * 24 * 3_600_000);
    const { body: march } = await officer.get('/v1/service-levels/case-rates?from=2025-03-01&to=2025-03-31');
    expect(march).toMatchObject({ from: '2025-03-01', to: '2025-03-31', provisional: false });
  });

  test.each([
    ['of=clients', 'of', 'not-allowed'],
    ['from=2025-03-02&to=2025-03-01', 'to', 'out-of-range'],
    ['from=2024-01-01&to=2025-01-02', 'to', 'out-of-range'],
    ['from=2025-02-30', 'from', 'bad-format'],
  ])('%s is refused', async (query, name, code) => {
    expect(problem(await officer.get(`/v1/service-levels/case-rates?${query}`))).toEqual(fieldFault(`#/query/${name}`, code));
  });
});
