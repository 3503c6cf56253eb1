import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventRegistry } from '#application';
import type { HandbookEdition } from '#service-levels';
import { rehearse } from '#timekeeping';
import { aClient, aRequest, type ApiUnderTest, BEIJING, type Caller, startApiUnderTest } from '../../../../test/support/api.js';
import { say } from '../../../../test/support/commitments.js';
import { act, request as requestOf } from '../../../../test/support/timekeeping.js';

const week = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [['09:00', '17:00']]]));
const calendar = { name: 'DESK', calendar: { zone: 'Asia/Shanghai', week }, effectiveFrom: '2020-01-01', sourceNotice: 'x' };
const promise = (minutes: number) => ({
  id: 'resolution',
  metric: 'resolution',
  calendar: 'DESK',
  target: { kind: 'businessMinutes', minutes },
  warnings: [50],
});
const edition = (number: number, minutes: number) => ({
  edition: number,
  effectiveFrom: '2020-01-01T00:00:00+08:00',
  effectiveTo: null,
  promises: [promise(minutes)],
});

const utc = (shanghai: string): string => new Date(`${shanghai}:00+08:00`).toISOString();

/** Requests of a Tuesday at ten, done after so many minutes; a draft is run over them. */
describe('rehearsing a draft edition', () => {
  let under: ApiUnderTest;
  let compliance: Caller;
  beforeAll(async () => {
    under = await startApiUnderTest();
    compliance = await under.as('complianceOfficer');
    const admin = await under.as('admin');
    await compliance.post('/v1/calendars', calendar);
    const drafted = await admin.post('/v1/handbook/editions', edition(1, 120), { version: 0 });
    const approved = await compliance.post('/v1/handbook/editions/1/approve', {}, { version: drafted.body['version'] as number });
    await compliance.post('/v1/handbook/editions/1/publish', {}, { version: approved.body['version'] as number });
    const desk = await under.as('branchManager');
    const clientId = String((await desk.post('/v1/clients', aClient())).body['id']);
    for (const done of ['10:30', '11:30', '15:00']) {
      const received = await desk.post('/v1/requests', { ...aRequest(clientId), receivedAt: '2026-03-10T10:00:00+08:00' });
      await say(under, requestOf(clientId, String(received.body['id'])), [act('RequestCompleted', utc(`2026-03-10T${done}`))]);
    }
    await under.settled();
  });
  afterAll(() => under.close());

  const overHttp = (draft: object, more: object = {}) =>
    compliance.post('/v1/service-levels/rehearse', { edition: draft, from: '2026-03-01', to: '2026-03-31', ...more });

  it('says how many promises would have been kept, missed and warned, and which turn', async () => {
    const before = await under.eventCount();
    const { status, body } = await overHttp(edition(2, 60));
    expect(status).toBe(200);
    expect(body).toMatchObject({ cases: 3, flipCount: 1, position: before });
    expect(body['cells']).toEqual([
      {
        metric: 'resolution',
        class: 'service',
        step: null,
        process: 'accountOpening',
        tier: null,
        actual: { due: 3, kept: 2, missed: 1, warned: 2, open: 0, notMeasured: 0 },
        draft: { due: 3, kept: 1, missed: 2, warned: 3, open: 0, notMeasured: 0 },
      },
    ]);
    expect(body['flips']).toMatchObject([{ was: { verdict: 'kept' }, is: { verdict: 'missed', deadlineAt: '2026-03-10T03:00:00.000Z' } }]);
    expect(await under.eventCount()).toBe(before);
  });

  it('says where a draft promises what cannot be measured, and where it promises nothing', async () => {
    const desk = await under.as('branchManager');
    const clientId = String((await desk.post('/v1/clients', aClient())).body['id']);
    const complaint = { clientId, receivedAt: '2026-04-01T09:30:00+08:00', channel: 'phone', subject: { product: 'Fund' } };
    const id = String((await desk.post('/v1/complaints', complaint)).body['id']);
    // answered on a day in which the promise of two hours falls due, and long before that of five days
    const onTheDay = { precision: 'day', date: '2026-04-01', zone: 'Asia/Shanghai', at: utc('2026-04-01T00:00') };
    await say(under, { id, kind: 'complaint', key: clientId }, [
      { type: 'FinalResponseSent', data: { sentAt: onTheDay, cycle: 1, resolution: 'none' } },
    ]);
    await under.settled();
    const days = { ...promise(60), target: { kind: 'calendarDays', days: 5 } };
    const april = { from: '2026-04-01', to: '2026-04-30' };
    const { body } = await overHttp({ ...edition(2, 60), promises: [days] }, april);
    expect(body['flips']).toMatchObject([{ was: { verdict: 'notMeasured' }, is: { verdict: 'kept' } }]);
    expect(body['cells']).toMatchObject([{ process: 'complaint', actual: { due: 0, notMeasured: 1 }, draft: { due: 1, kept: 1 } }]);
    const other = await overHttp({ ...edition(2, 60), promises: [{ ...days, metric: 'decision' }] }, april);
    expect(other.body['flips']).toMatchObject([
      { was: { verdict: 'notMeasured' }, is: 'notPromised' },
      { was: 'notPromised', is: { verdict: 'missed' } },
    ]);
  });

  it('says the same as over the whole log, and reads what was received in the period', async () => {
    const request = {
      edition: edition(2, 60) as unknown as HandbookEdition,
      from: '2026-03-01',
      to: '2026-04-30',
      now: new Date().toISOString(),
    };
    const parts = { reader: under.reader, store: under.store, registry: eventRegistry, firmZone: 'Asia/Shanghai' };
    const { flips, ...whole } = await rehearse(parts, request);
    const { body } = await overHttp(edition(2, 60), { from: request.from, to: request.to });
    expect({ ...body, flips: new Set(body['flips'] as object[]) }).toEqual({ ...whole, flips: new Set(flips) });
  });

  it('turns nothing where the draft is what was in force', async () => {
    expect((await overHttp(edition(2, 120))).body).toMatchObject({ cases: 3, flipCount: 0 });
  });

  it('counts the cases of the period, and those of the caller’s branch alone', async () => {
    expect((await overHttp(edition(2, 60), { from: '2026-03-11' })).body).toMatchObject({ cases: 0, flipCount: 0 });
    const elsewhere = await under.as('branchManager', BEIJING);
    const body = { edition: edition(2, 60), from: '2026-03-01', to: '2026-03-31' };
    expect((await elsewhere.post('/v1/service-levels/rehearse', body)).body).toMatchObject({ cases: 0 });
  });

  it.each<[string, object, string]>([
    [
      'an unknown calendar',
      { edition: { ...edition(2, 60), promises: [{ ...promise(60), calendar: 'NONE' }] } },
      '/edition/promises/0/calendar',
    ],
    ['no target', { edition: edition(2, 0) }, '/edition/promises/0/target/minutes'],
    ['a period that ends before it starts', { from: '2026-04-01' }, '/to'],
  ])('refuses %s with its place', async (_, more, pointer) => {
    const { status, body } = await overHttp(edition(2, 60), more);
    expect({ status, errors: body['errors'] }).toMatchObject({ status: 400, errors: [{ pointer }] });
  });
});
