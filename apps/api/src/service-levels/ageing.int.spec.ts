import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { newId } from '#event-sourcing';
import { ageInBusinessDays, bucketOf, PreparedCalendar } from '#service-levels';
import {
  aClient,
  aComplaint,
  type ApiUnderTest,
  aRequest,
  type Caller,
  fieldFault,
  problem,
  startApiUnderTest,
} from '../../../../test/support/api.js';
import { ALWAYS, behind, publishRules, say } from '../../../../test/support/commitments.js';
import { DESK } from '../../../../test/support/timekeeping.js';

jest.setTimeout(120_000);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const at = (ms: number): string => new Date(ms).toISOString();

let under: ApiUnderTest;
let officer: Caller;
beforeAll(async () => {
  under = await startApiUnderTest();
  officer = await under.as('complianceOfficer');
  await publishRules(under, [
    { id: 'resolution', metric: 'resolution', calendar: 'DESK', target: { kind: 'businessMinutes', minutes: 240 } },
  ]);
});
afterAll(() => under.close());

interface AgeingRow {
  group: Record<string, string | null>;
  open: number;
  buckets: { bucket: string; open: number; drillDown: string }[];
  undated: { open: number; drillDown: string };
}

describe('ageing', () => {
  /** Open requests by the instant of their receipt; null: undated. */
  const open = new Map<string, { process: string; receivedMs: number | null }>();
  beforeAll(async () => {
    const manager = await under.as('branchManager');
    const clientId = String((await manager.post('/v1/clients', aClient())).body['id']);
    for (const [i, days] of [0, 0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15, 20, 28, 29, 30, 45, 60, 400].entries()) {
      const receivedMs = Date.now() - days * 24 * HOUR_MS - 5 * MINUTE_MS;
      const process = i % 2 ? 'trading' : 'settlement';
      const { body } = await manager.post('/v1/requests', aRequest(clientId, { process, receivedAt: at(receivedMs) }));
      open.set(String(body['id']), { process, receivedMs });
    }
    const done = await manager.post('/v1/requests', aRequest(clientId));
    await manager.post(`/v1/requests/${String(done.body['id'])}/cancel`, { reason: 'other' }, { version: 1 });
    const undatedId = newId();
    const receivedAt = { precision: 'unknown', at: '2026-01-01T00:00:00.000Z' };
    const data = { clientId, receivedAt, process: 'trading', channel: 'phone', severity: 'normal' };
    await say(under, { id: undatedId, kind: 'request', key: clientId }, [{ type: 'RequestReceived', data }]);
    open.set(undatedId, { process: 'trading', receivedMs: null });
    await manager.post('/v1/complaints', aComplaint(clientId));
    await under.settled();
  });

  test.each([
    ['by=process', 'DESK', DESK],
    ['by=process&calendar=ALWAYS', 'ALWAYS', ALWAYS],
    ['', 'DESK', DESK],
  ] as const)('[%s] of requests counts what is open by business days, and drills down to exactly that', async (query, name, calendar) => {
    const { status, body } = await officer.get(`/v1/service-levels/ageing?of=requests&${query}`);
    expect({ status, body }).toMatchObject({ status: 200, body: { calendar: name } });
    const rows = body['items'] as AgeingRow[];
    const prepared = PreparedCalendar.of(calendar);
    expect(rows.reduce((sum, row) => sum + row.open, 0)).toBe(open.size);
    for (const { group, buckets, undated, ...row } of rows) {
      const own = [...open].filter(([, { process }]) => !('process' in group) || process === group['process']);
      expect(row.open).toBe(own.length);
      expect(buckets.map(({ bucket }) => bucket)).toEqual(['0-1', '2-3', '4-5', '6-10', '11-20', '>20']);
      const ageOf = (receivedMs: number) => ageInBusinessDays(prepared, prepared.dayAt(receivedMs), prepared.dayAt(Date.now()));
      for (const { bucket, drillDown, open: count } of buckets) {
        const ids = own.filter(([, { receivedMs }]) => receivedMs !== null && bucketOf(ageOf(receivedMs)) === bucket).map(([id]) => id);
        const found = await behind(drillDown, officer, 'requestId');
        expect({ group, bucket, count, found }).toEqual({ group, bucket, count: ids.length, found: ids.sort() });
      }
      expect(await behind(undated.drillDown, officer, 'requestId')).toHaveLength(undated.open);
    }
  });

  test('of complaints, and of those without a value', async () => {
    const { body } = await officer.get('/v1/service-levels/ageing?of=complaints&by=severity');
    const [row] = body['items'] as AgeingRow[];
    expect(row).toMatchObject({ open: 1 });
    const oldest = row!.buckets.at(-1)!;
    expect([oldest.open, (await behind(oldest.drillDown, officer, 'complaintId')).length]).toEqual([1, 1]);
    const staff = (await officer.get('/v1/service-levels/ageing?by=staff')).body['items'] as AgeingRow[];
    for (const { open: count, buckets, undated } of staff) {
      const found = await Promise.all([...buckets, undated].map(({ drillDown }) => behind(drillDown, officer, 'requestId')));
      expect(found.flat()).toHaveLength(count);
    }
  });

  test.each([
    ['of=clients', 'of', 'not-allowed'],
    ['of=complaints&by=process', 'by', 'not-allowed'],
    ['of=requests&by=product', 'by', 'not-allowed'],
    ['calendar=NOWHERE', 'calendar', 'not-allowed'],
    ['calendar=desk', 'calendar', 'bad-format'],
  ])('%s is refused', async (query, name, code) => {
    expect(problem(await officer.get(`/v1/service-levels/ageing?${query}`))).toEqual(fieldFault(`#/query/${name}`, code));
  });
});
