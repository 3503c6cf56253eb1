import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { aClient, type ApiUnderTest, BEIJING, type Caller, SHANGHAI, startApiUnderTest } from '../../../../test/support/api.js';

jest.setTimeout(120_000);

const desk = { zone: 'Asia/Shanghai', week: { mon: [['09:00', '17:00']] }, closed: ['2026-01-01'], knownUntil: '2026-12-31' };
const stated = { effectiveFrom: '2026-01-01', sourceNotice: '国办发明电〔2025〕7号' };
const resolution = { id: 'resolution', metric: 'resolution', calendar: 'CN_DESK', target: { kind: 'businessMinutes', minutes: 240 } };
const edition = (number: number, more: object = {}) => ({
  edition: number,
  effectiveFrom: '2026-01-01T00:00:00+08:00',
  effectiveTo: null,
  covers: ['trading'],
  promises: [resolution],
  ...more,
});

let under: ApiUnderTest;
let amy: Caller;
let officer: Caller;
let position: string;
beforeAll(async () => {
  under = await startApiUnderTest();
  amy = await under.as('admin', SHANGHAI, 'amy');
  officer = await under.as('complianceOfficer', SHANGHAI, 'cora');
});
afterAll(() => under.close());

const reading = async (caller: Caller, address: string) => {
  for (;;) {
    const { status, body } = await caller.get(address, { 'rapport-min-position': position });
    if (status !== 503) return body; // a busy machine asks to come back
  }
};
const done = (answer: { status: number; body: Record<string, unknown> }, ...events: string[]) => {
  expect([answer.status, answer.body['events']]).toEqual([answer.status < 300 ? answer.status : 200, events]);
  position = String(answer.body['position']);
};

describe('a calendar', () => {
  test('is published at its name and revised, each version with its notice', async () => {
    const answer = await amy.post('/v1/calendars', { name: 'CN_DESK', calendar: desk, ...stated });
    expect([answer.status, answer.headers.get('location')]).toEqual([201, '/v1/calendars/CN_DESK']);
    const changes = { special: { '2026-01-04': [['09:00', '17:00']] } };
    done(await amy.post('/v1/calendars/CN_DESK/revise', { changes, ...stated, sourceNotice: 'second' }, { version: 1 }), 'CalendarRevised');
    expect(await reading(amy, '/v1/calendars/CN_DESK')).toMatchObject({
      name: 'CN_DESK',
      calendarVersion: 2,
      version: 2,
      sourceNotice: 'second',
      zone: 'Asia/Shanghai',
      knownUntil: '2026-12-31',
      calendar: { closed: ['2026-01-01'], special: changes.special },
      versions: [{ calendarVersion: 1 }, { calendarVersion: 2 }],
    });
    expect(await reading(amy, '/v1/calendars')).toMatchObject({ items: [{ name: 'CN_DESK', calendarVersion: 2 }] });
    expect((await amy.get('/v1/calendars/NONE')).status).toBe(404);
    expect((await amy.post('/v1/calendars/NONE/revise', { changes, ...stated }, { version: 0 })).status).toBe(404);
  });

  test('with faults is refused with a pointer to each, and nothing is stored', async () => {
    const before = await under.eventCount();
    const calendar = { zone: 'Asia/Nowhere', week: { mon: [['09:00', '12:00'], ['11:00', '13:00']] }, closed: ['2026-02-02..2026-02-01'] }; // prettier-ignore
    const { status, body } = await amy.post('/v1/calendars', { name: 'BAD', calendar, ...stated });
    expect([status, body['code'], body['errors']]).toEqual([
      400,
      'invalid-request',
      [
        { pointer: '/calendar/zone', code: 'unknown-zone' },
        { pointer: '/calendar/week/mon/1', code: 'windows-overlap' },
        { pointer: '/calendar/closed/0', code: 'ends-before-it-starts' },
      ],
    ]);
    const again = await amy.post('/v1/calendars', { name: 'CN_DESK', calendar: { ...desk, zone: 'UTC' }, ...stated });
    expect([again.status, again.body['code']]).toEqual([422, 'calendar-already-published']);
    const clash = { changes: { special: { '2026-01-03': [['20:00', '10:00']], '2026-01-04': [['09:00', '10:00']] } }, ...stated };
    expect((await amy.post('/v1/calendars/CN_DESK/revise', clash, { version: 2 })).body['errors']).toEqual([
      { pointer: '/changes/special/2026-01-04/0', code: 'windows-overlap' },
    ]);
    expect(await under.eventCount()).toBe(before);
  });
});

describe('an edition', () => {
  test('is drafted, approved by another, published, read, and ended by the next', async () => {
    done(await officer.post('/v1/handbook/editions', edition(1), { version: 0 }), 'HandbookDrafted');
    const own = await officer.post('/v1/handbook/editions/1/approve', {}, { version: 1 });
    expect([own.status, own.body['code']]).toEqual([422, 'edition-self-approval']);
    const dora = await under.as('complianceOfficer', SHANGHAI, 'dora');
    done(await dora.post('/v1/handbook/editions/1/approve', {}, { version: 1 }), 'HandbookApproved');
    done(await dora.post('/v1/handbook/editions/1/publish', {}, { version: 2 }), 'HandbookPublished');
    done(await amy.post('/v1/handbook/editions', edition(2), { version: 3 }), 'HandbookDrafted');
    done(await dora.post('/v1/handbook/editions/2/approve', {}, { version: 4 }), 'HandbookApproved');
    const late = { effectiveFrom: '2026-06-01T00:00:00+08:00' };
    done(await dora.post('/v1/handbook/editions/2/publish', late, { version: 5 }), 'HandbookPublished');
    const listed = await reading(await under.as('serviceDeskAgent'), '/v1/handbook/editions');
    expect(listed).toMatchObject({
      version: 6,
      items: [
        {
          edition: 2,
          status: 'published',
          effectiveFrom: '2026-05-31T16:00:00.000Z',
          effectiveTo: null,
          draftedBy: ['amy'],
          publishedBy: 'dora',
        },
        { edition: 1, status: 'published', effectiveTo: '2026-05-31T16:00:00.000Z', draftedBy: ['cora'], approvedBy: 'dora' },
      ],
    });
    expect(await reading(amy, '/v1/handbook/editions/1')).toMatchObject({ version: 6, handbook: edition(1) });
    expect((await amy.get('/v1/handbook/editions/9')).status).toBe(404);
    expect((await amy.get('/v1/handbook/editions/x')).body['errors']).toEqual([{ pointer: '#/path/edition', code: 'bad-format' }]);
  });

  test('with faults is refused when drafted, one that contradicts itself when published', async () => {
    const broken = edition(3, {
      promises: [{ ...resolution, appliesTo: { product: ['x'] }, target: { kind: 'businessMinutes', minutes: 0 } }],
    });
    expect((await amy.post('/v1/handbook/editions', broken, { version: 6 })).body['errors']).toEqual([
      { pointer: '/promises/0/target/minutes', code: 'out-of-range' },
      { pointer: '/promises/0/appliesTo/product', code: 'unknown-selector' },
    ]);
    const twice = edition(3, { effectiveFrom: '2026-07-01T00:00:00Z', promises: [resolution, { ...resolution, id: 'other' }] });
    done(await amy.post('/v1/handbook/editions', twice, { version: 6 }), 'HandbookDrafted');
    done(await officer.post('/v1/handbook/editions/3/approve', {}, { version: 7 }), 'HandbookApproved');
    const refused = await officer.post('/v1/handbook/editions/3/publish', {}, { version: 8 });
    expect([refused.status, refused.body['code'], refused.body['errors']]).toEqual([
      422,
      'promises-equally-specific',
      [{ pointer: '/promises/1', code: 'promises-equally-specific' }],
    ]);
  });

  test('is a page in both languages, which may fetch and run nothing', async () => {
    const address = '/v1/handbook/editions/1/page';
    const { status, headers, body } = await amy.get(`${address}?language=zh`, { 'rapport-min-position': position });
    const page = String(body['text']);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page).toContain('lang="zh-CN"');
    expect(page).toContain('4 个工作小时');
    const style = /<style>([^]*)<\/style>/.exec(page)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect((await amy.get(address, { 'accept-language': 'en' })).body['text']).toContain('4 business hours');
    expect((await amy.get('/v1/handbook/editions/9/page')).body['code']).toBe('not-found');
    expect((await amy.get(`${address}?language=fr`)).body['errors']).toEqual([{ pointer: '#/query/language', code: 'not-allowed' }]);
  });

  test('is acknowledged by the staff, who have not is a list', async () => {
    const lina = await under.as('relationshipManager', BEIJING, 'li.na');
    await lina.post('/v1/clients', { ...aClient(), branchId: BEIJING }); // seen in the log
    done(await officer.post('/v1/handbook/editions/1/acknowledge', {}), 'HandbookAcknowledged');
    done(await officer.post('/v1/handbook/editions/1/acknowledge', {}));
    expect((await officer.post('/v1/handbook/editions/3/acknowledge', {})).body['code']).toBe('edition-not-published');
    const all = await reading(officer, '/v1/handbook/editions/1/acknowledgements');
    expect(all).toMatchObject({ acknowledged: 1, outstanding: 3 });
    const outstanding = await reading(officer, '/v1/handbook/editions/1/acknowledgements?acknowledged=no&limit=2');
    expect(outstanding['items']).toMatchObject([
      { staffId: 'amy', role: 'admin', branchId: 'head-office' },
      { staffId: 'dora', role: 'complianceOfficer' },
    ]);
    const next = `/v1/handbook/editions/1/acknowledgements?acknowledged=no&limit=2&cursor=${String(outstanding['next'])}`;
    expect(await reading(officer, next)).toMatchObject({
      items: [{ staffId: 'li.na', branchId: BEIJING, acknowledgedAt: null }],
      next: null,
    });
    done(await lina.post('/v1/handbook/editions/1/acknowledge', {}), 'HandbookAcknowledged');
    const manager = await under.as('branchManager', BEIJING, 'manager');
    expect(await reading(manager, '/v1/handbook/editions/1/acknowledgements')).toMatchObject({
      acknowledged: 1,
      outstanding: 0,
      items: [{ staffId: 'li.na', role: 'relationshipManager' }],
    });
  });

  test('is given to a client, which is recorded', async () => {
    const manager = await under.as('relationshipManager', SHANGHAI, 'wei');
    const clientId = String((await manager.post('/v1/clients', aClient())).body['id']);
    const address = `/v1/clients/${clientId}/handbook-deliveries`;
    const delivery = { edition: 1, channel: 'email', language: 'zh', occurredAt: '2026-02-02T10:00:00+08:00' };
    done(await manager.post(address, delivery), 'HandbookDelivered');
    done(await manager.post(address, delivery));
    expect((await manager.post(address, { ...delivery, edition: 3 })).body['code']).toBe('edition-not-published');
    const items = [{ edition: 1, channel: 'email', language: 'zh', deliveredAt: '2026-02-02T02:00:00.000Z', deliveredBy: 'wei' }];
    expect(await reading(manager, address)).toMatchObject({ items });
  });
});

test('a regulatory preset is off until a compliance officer switches it on, and off again', async () => {
  const presets = '/v1/handbook/presets';
  expect(await reading(amy, presets)).toMatchObject({
    items: [{ presetId: 'cn-complaints', status: 'unconfirmed', switched: null }, {}, {}],
  });
  const on = { effectiveFrom: '2026-03-01T00:00:00+08:00', confirmation: 'read and confirmed' };
  const missing = await officer.post(`${presets}/uk-complaints/switch-on`, on, { version: 8 });
  expect([missing.status, missing.body['code']]).toEqual([422, 'calendar-missing']);
  done(await officer.post(`${presets}/cn-complaints/switch-on`, on, { version: 8 }), 'RegulatoryPresetSwitchedOn');
  expect((await officer.post(`${presets}/none/switch-on`, on, { version: 9 })).status).toBe(404);
  done(await officer.post(`${presets}/cn-complaints/switch-off`, { at: '2026-04-01T00:00:00Z', note: 'x' }, { version: 9 }), 'RegulatoryPresetSwitchedOff'); // prettier-ignore
  expect(await reading(amy, presets)).toMatchObject({
    version: 10,
    items: [{ switched: { switchedOnBy: 'cora', switchedOffBy: 'cora', effectiveTo: '2026-04-01T00:00:00.000Z' } }, {}, {}],
  });
});
