import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  type Answer,
  type ApiUnderTest,
  BEIJING,
  type Caller,
  fieldFault,
  problem,
  startApiUnderTest,
} from '../../../../test/support/api.js';
import { type Lived, liveThrough } from '../../../../test/support/lived-cases.js';

jest.setTimeout(120_000);

const NO_SUCH = '01890000-0000-7000-8000-000000000000';
const DAY_MS = 86_400_000;

interface Item {
  [member: string]: unknown;
  commitmentId: string;
  promise: string;
  state: string;
  deadlineAt: string | null;
  cycle: number;
}

let under: ApiUnderTest;
let desk: Caller;
let manager: Caller;
let lived: Lived;
let all: Item[];
beforeAll(async () => {
  under = await startApiUnderTest({ timekeeping: true });
  [desk, manager] = [await under.as('serviceDeskAgent'), await under.as('branchManager')];
  lived = await liveThrough(under);
  all = itemsOf(await desk.get('/v1/commitments?limit=200'));
});
afterAll(() => under.close());

const itemsOf = ({ status, body }: Answer): Item[] => {
  expect({ status, body }).toMatchObject({ status: 200, body: { asOf: expect.any(String), asOfPosition: expect.any(Number) } });
  return body['items'] as Item[];
};
const instant = (text: unknown): string | null => (text === null ? null : new Date(text as string).toISOString());
const by = (promise: string, cycle = 1): Item[] => all.filter((item) => item.promise === promise && item.cycle === cycle);
interface Reason {
  kind: string;
  cause?: string;
  detail?: string;
  evidence?: string | null;
  minutes?: number;
  calendarVersion?: number;
  tierUsed?: string | null;
}

test('the cases that were lived through have every kind of clock', () => {
  expect(new Set(all.map(({ state }) => state))).toEqual(new Set(['running', 'paused', 'met', 'breached', 'completedLate', 'cancelled']));
  expect(all.filter((item) => item['corrected'] === true).length).toBeGreaterThan(0);
  expect(by('trading', 2)).toHaveLength(1);
});

const SHOWN_ALIKE = 'commitmentId clientId promise metric class edition cycle state startDate dueDate provisional'.split(' ');

describe('why this deadline', () => {
  test('says of every commitment what the read model says of it', async () => {
    expect(all.length).toBeGreaterThan(15);
    for (const item of all) {
      const { status, body } = await desk.get(`/v1/commitments/${item.commitmentId}/why`);
      expect(body['step']).toBe(item['step']);
      const stopped = item['stoppedAt'] !== null;
      const told = {
        ...Object.fromEntries(SHOWN_ALIKE.map((name) => [name, body[name]])),
        startedAt: instant(body['startedAt']),
        deadlineAt: instant(body['deadlineAt']),
        stoppedAt: instant(body['stoppedAt']),
        ...(stopped && {
          accruedMinutes: body['accruedMinutes'],
          pausedMinutes: body['pausedMinutes'],
          elapsedMinutes: body['elapsedMinutes'],
        }),
      };
      const { step, warnings } = body as { step?: string; warnings: { percent: number; reached: boolean }[] };
      expect({
        status,
        ...told,
        step: step ?? null,
        warned: Math.max(0, ...warnings.filter(({ reached }) => reached).map(({ percent }) => percent)),
      }).toEqual({
        status: 200,
        ...Object.fromEntries(Object.keys(told).map((name) => [name, item[name]])),
        step: item['step'],
        warned: item['warnedPercent'] ?? 0,
      });
      expect((body['why'] as Reason[]).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['policy', 'start']));
    }
  });

  test('names edition, calendar version, tier, windows, the evidence of a pause and the cause of each recomputation', async () => {
    const whyOf = async (id: string) => (await desk.get(`/v1/commitments/${id}/why`)).body['why'] as Reason[];
    const running = await whyOf(by('other-standard').find(({ state }) => state === 'running')!.commitmentId);
    expect(running[0]).toMatchObject({ kind: 'policy', edition: 1, tierUsed: 'STANDARD', calendar: 'ALWAYS', calendarVersion: 2 });
    const causes = running.filter(({ kind }) => kind === 'recomputed').map(({ cause, detail }) => [cause, detail]);
    expect(causes).toEqual([
      ['calendar', 'ALWAYS version 2'],
      ['tier', 'DIAMOND'],
    ]);
    const extended = await whyOf(by('in-days')[0]!.commitmentId);
    expect(extended.filter(({ kind }) => kind === 'recomputed')).toMatchObject([
      { cause: 'extension', detail: '30 days', evidence: expect.any(String) },
    ]);
    const [kept] = by('trading').filter(({ state }) => state === 'met');
    const traded = await whyOf(kept!.commitmentId);
    expect(traded.filter(({ kind }) => kind === 'window').reduce((sum, { minutes }) => sum + minutes!, 0)).toBe(240);
    const asked = await under.owner.query("SELECT event_id FROM log.events WHERE stream_id = $1 AND type = 'ClientInputRequested'", [
      lived.tradedId,
    ]);
    expect(traded.filter(({ kind }) => kind === 'pause')).toMatchObject([{ evidence: asked.rows[0]!['event_id'], minutes: 90 }]);
  });

  test('tells what evidence that came late has changed', async () => {
    const corrected = all.find((item) => item['corrected'] === true && item.promise === 'first')!;
    const { body } = await desk.get(`/v1/commitments/${corrected.commitmentId}/why`);
    expect(body).toMatchObject({
      state: 'met',
      corrections: [{ was: { state: 'breached' }, is: { state: 'met' }, cause: expect.any(String) }],
    });
  });
});

describe('commitments are listed', () => {
  test('by deadline, what has none last, in pages that neither repeat nor miss one', async () => {
    const deadlines = all.map(({ deadlineAt }) => deadlineAt ?? '9999');
    expect(deadlines).toEqual([...deadlines].sort());
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 50; page++) {
      const answer = await desk.get(`/v1/commitments?limit=4${cursor}`);
      seen.push(...itemsOf(answer).map(({ commitmentId }) => commitmentId));
      if (answer.body['next'] === null) break;
      expect(answer.headers.get('link')).toContain('rel="next"');
      cursor = `&cursor=${answer.body['next'] as string}`;
    }
    expect(seen).toEqual(all.map(({ commitmentId }) => commitmentId));
  });

  test.each([
    ['state=running', (item: Item) => item.state === 'running'],
    ['metric=firstResponse', (item: Item) => item['metric'] === 'firstResponse'],
    ['class=regulatory', (item: Item) => item['class'] === 'regulatory'],
    ['process=trading', (item: Item) => item['process'] === 'trading'],
    ['tier=STANDARD', (item: Item) => item['tier'] === 'STANDARD'],
    ['channel=phone', (item: Item) => item['channel'] === 'phone'],
    ['severity=normal', (item: Item) => item['severity'] === 'normal'],
    ['promise=in-days', (item: Item) => item.promise === 'in-days'],
    ['step=check', (item: Item) => item['step'] === 'check'],
    ['edition=1', () => true],
    ['edition=2', () => false],
    ['staff=branchManager.sh-01', (item: Item) => item['staffId'] === 'branchManager.sh-01'],
    ['branch=bj-01', () => false],
    ['without=tier', (item: Item) => item['tier'] === null],
    ['without=tier,channel', (item: Item) => item['tier'] === null && item['channel'] === null],
    [
      'deadlineFrom=2026-03-12&deadlineTo=2026-03-13',
      (item: Item) =>
        item.deadlineAt !== null && item.deadlineAt > '2026-03-11T16:00:00.000Z' && item.deadlineAt <= '2026-03-13T16:00:00.000Z',
    ],
    ['outcome=met', (item: Item) => item.state === 'met' && item.deadlineAt! <= new Date().toISOString()],
    ['outcome=missed', (item: Item) => ['breached', 'completedLate'].includes(item.state)],
    ['outcome=late', (item: Item) => item.state === 'completedLate'],
    ['outcome=open', (item: Item) => item.state === 'breached' && item['endedAt'] === null],
    ['outcome=due&dueBy=2026-03-12T00:00:00Z', (item: Item) => item.state !== 'cancelled' && (item.deadlineAt ?? '9') <= '2026-03-12'],
    ['stoppedTo=2026-03-11', (item: Item) => item['stoppedAt'] !== null && (item['stoppedAt'] as string) <= '2026-03-11T16'],
  ] as [string, (item: Item) => boolean][])('%s', async (query, wanted) => {
    const found = itemsOf(await desk.get(`/v1/commitments?limit=200&${query}`));
    expect(found.map(({ commitmentId }) => commitmentId)).toEqual(all.filter(wanted).map(({ commitmentId }) => commitmentId));
  });

  test('of a request, a complaint and a client', async () => {
    const traded = itemsOf(await desk.get(`/v1/requests/${lived.tradedId}/commitments`));
    expect(traded.map((item) => item['subjectId'])).toEqual(traded.map(() => lived.tradedId));
    expect(traded.map((item) => item['startedAt'])).toEqual(traded.map((item) => item['startedAt']).sort());
    expect(
      itemsOf(await desk.get(`/v1/complaints/${lived.complaintId}/commitments`))
        .map(({ promise }) => promise)
        .sort(),
    ).toEqual(['final', 'first']);
    expect(itemsOf(await desk.get(`/v1/clients/${lived.clientId}/commitments?limit=200`))).toHaveLength(all.length);
    for (const place of [`requests/${lived.complaintId}`, `complaints/${lived.tradedId}`, `clients/${NO_SUCH}`]) {
      expect(problem(await desk.get(`/v1/${place}/commitments`))).toMatchObject({ status: 404 });
    }
  });

  test('one, with its pauses and their evidence, its events, acts and corrections', async () => {
    const [kept] = by('trading').filter(({ state }) => state === 'met');
    const { body } = await desk.get(`/v1/commitments/${kept!.commitmentId}`);
    expect(body).toMatchObject({ ...kept, deadlineLocal: '2026-03-11T17:00:00+08:00', acts: [] });
    expect(body['pauses']).toMatchObject([
      { from: '2026-03-11T03:00:00.000Z', to: '2026-03-11T06:00:00.000Z', endedBy: 'reply', evidence: expect.any(String) },
    ]);
    expect((body['clockEvents'] as { type: string }[])[0]!.type).toBe('CommitmentStarted');
    const extended = await desk.get(`/v1/commitments/${by('in-days')[0]!.commitmentId}`);
    expect(extended.body).toMatchObject({ acts: [{ type: 'CommitmentExtended', days: 30, reason: '等待清算机构' }] });
    expect(extended.body['recomputations']).toMatchObject([{ cause: 'extension' }]);
    expect(problem(await desk.get(`/v1/commitments/${NO_SUCH}`))).toMatchObject({ status: 404 });
  });
});

describe('the desk’s queue', () => {
  test('is what runs or is late, by deadline, with the business time that is left now', async () => {
    const answer = await desk.get('/v1/service-levels/queue?limit=200');
    const queue = itemsOf(answer);
    const open = all.filter((item) => item['endedAt'] === null && item.state !== 'paused');
    const ended = new Set<unknown>();
    for (const { subjectId } of open) {
      const { body } = await desk.get(`/v1/requests/${String(subjectId)}`);
      if (body['status'] === 'completed') ended.add(subjectId);
    }
    // late, and its case is over: a fact in every list, and nothing that anybody works on
    const over = open.filter(({ state, subjectId }) => state === 'breached' && ended.has(subjectId));
    expect(over).not.toEqual([]);
    const work = open.filter((item) => !over.includes(item) && item['excuse'] !== 'excused');
    expect(queue.map(({ commitmentId }) => commitmentId)).toEqual(work.map(({ commitmentId }) => commitmentId));
    const nowMs = Date.parse(String(answer.body['now']));
    for (const item of queue) {
      const late = Date.parse(item.deadlineAt!) < nowMs;
      expect(late).toBe(item.state === 'breached');
      expect(Number(item['overdueMinutes']) > 0).toBe(late);
      expect(item['deadlineLocal']).toMatch(/\+08:00$/);
      if (late) expect(item['remainingMinutes'] ?? 0).toBe(0);
    }
    const [running] = queue.filter(({ promise, state }) => promise === 'other-standard' && state === 'running');
    expect(running!['remainingMinutes']).toBe(Math.floor((Date.parse(running!.deadlineAt!) - nowMs) / 60_000)); // on a calendar without nights
    const [inDays] = queue.filter(({ promise }) => promise === 'in-days');
    const left = Date.parse(String(inDays!['dueDate'])) - Date.parse(new Date(nowMs + DAY_MS / 3).toISOString().slice(0, 10));
    expect(inDays).toMatchObject({ remainingMinutes: null, remainingDays: left / DAY_MS, overdueMinutes: 0 });
  });

  test('holds what waits for the client apart, with what will run again', async () => {
    const waiting = itemsOf(await desk.get('/v1/service-levels/queue?part=waiting'));
    expect(waiting.map(({ commitmentId }) => commitmentId)).toEqual(
      all.filter(({ state }) => state === 'paused').map(({ commitmentId }) => commitmentId),
    );
    const [one] = waiting;
    const why = await desk.get(`/v1/commitments/${one!.commitmentId}/why`);
    expect(one).toMatchObject({ deadlineAt: null, deadlineLocal: null, remainingMinutes: why.body['remainingMinutes'] });
    expect(one!['remainingMinutes']).toBe(580); // of the 600 that another tier promises, 20 had passed when the client was asked
  });

  test('is narrowed, and paged by the same order', async () => {
    const whole = itemsOf(await desk.get('/v1/service-levels/queue?process=trading'));
    expect(whole.every((item) => item['process'] === 'trading')).toBe(true);
    const first = await desk.get('/v1/service-levels/queue?process=trading&limit=1');
    const second = await desk.get(`/v1/service-levels/queue?process=trading&limit=200&cursor=${String(first.body['next'])}`);
    expect([...itemsOf(first), ...itemsOf(second)].map(({ commitmentId }) => commitmentId)).toEqual(
      whole.map(({ commitmentId }) => commitmentId),
    );
    expect(problem(await desk.get(`/v1/service-levels/queue?process=other&cursor=${String(first.body['next'])}`))).toMatchObject({
      code: 'cursor-not-valid',
    });
  });
});

test('another branch sees none of it', async () => {
  const stranger = await under.as('branchManager', BEIJING);
  for (const list of ['commitments', 'service-levels/queue', 'service-levels/queue?part=waiting']) {
    expect(itemsOf(await stranger.get(`/v1/${list}`))).toEqual([]);
  }
  for (const one of [
    `commitments/${all[0]!.commitmentId}`,
    `commitments/${all[0]!.commitmentId}/why`,
    `requests/${lived.tradedId}/commitments`,
  ]) {
    expect(problem(await stranger.get(`/v1/${one}`))).toMatchObject({ status: 404 });
  }
});

test.each([
  ['commitments?state=late', 'state', 'not-allowed'],
  ['commitments?metric=speed', 'metric', 'not-allowed'],
  ['commitments?class=vip', 'class', 'not-allowed'],
  ['commitments?process=x', 'process', 'not-allowed'],
  ['commitments?tier=WOOD', 'tier', 'not-allowed'],
  ['commitments?without=process', 'without', 'bad-format'],
  ['commitments?edition=one', 'edition', 'wrong-type'],
  ['commitments?deadlineFrom=2026-02-30', 'deadlineFrom', 'bad-format'],
  ['commitments?deadlineFrom=2026-03-02&deadlineTo=2026-03-01', 'deadlineTo', 'out-of-range'],
  ['commitments?stoppedFrom=2026-03-02&stoppedTo=2026-03-01', 'stoppedTo', 'out-of-range'],
  ['commitments?dueBy=2026-03-01', 'dueBy', 'bad-format'],
  ['commitments?outcome=kept', 'outcome', 'not-allowed'],
  ['commitments?clientId=x', 'clientId', 'bad-format'],
  ['commitments?limit=201', 'limit', 'out-of-range'],
  ['commitments?state=met&state=running', 'state', 'duplicate-parameter'],
  ['service-levels/queue?part=all', 'part', 'not-allowed'],
  ['service-levels/queue?state=met', 'state', 'unknown-parameter'],
])('%s is refused', async (query, name, code) => {
  expect(problem(await manager.get(`/v1/${query}`))).toEqual(fieldFault(`#/query/${name}`, code));
});
