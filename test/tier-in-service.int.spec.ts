import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Timekeeping } from '#timekeeping';
import { addDays, addMonths, type LocalDate, monthEnd, newId, toLocalDate, type Uuid } from '#event-sourcing';
import { type Calendar, calendarStream, handbookStream, type ServicePromise, weekdays } from '#service-levels';
import { sampleTierRules, type TierEvent } from '#tiers';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';
import { createTieredLog, FIRM_ZONE, type TieredLog } from './support/tiering.js';
import { createTimedLog, received, request, type TimedLog } from './support/timekeeping.js';

jest.setTimeout(60_000);
const YUAN = 100;
const ALWAYS: Calendar = { zone: FIRM_ZONE, week: Object.fromEntries(weekdays.map((day) => [day, [['00:00', '24:00']]])) };
const promise = (tier: string, minutes: number): ServicePromise => ({
  id: tier,
  metric: 'resolution',
  calendar: 'ALWAYS',
  target: { kind: 'businessMinutes', minutes },
  appliesTo: { tier: [tier] },
  tierMode: 'favourable_only',
});
const PROMISES = [promise('STANDARD', 90_000), promise('GOLD', 60_000), promise('PLATINUM', 50_000)];

/** The month end before today, and today, as the firm's clocks have it. */
const today: LocalDate = toLocalDate(new Date().toISOString(), FIRM_ZONE);
const lastMonthEnd = monthEnd(addMonths(`${today.slice(0, 7)}-01`, -1));

describe('tiers of month ends in service', () => {
  let database: TestDatabase;
  let facts: TieredLog;
  let log: TimedLog;
  let keeping: Timekeeping;
  let running: Uuid;
  let client: Uuid;
  beforeAll(async () => {
    database = await createTestDatabase();
    facts = await createTieredLog({}, { url: database.url, drop: async () => {} });
    log = await createTimedLog({ url: database.url, drop: async () => {} });
    const calendar = { name: 'ALWAYS', calendarVersion: 1, calendar: ALWAYS, effectiveFrom: '2000-01-01', sourceNotice: 'test' };
    await log.say(calendarStream('ALWAYS'), { type: 'CalendarPublished', data: calendar });
    const handbook = { edition: 1, effectiveFrom: '2000-01-01T00:00:00+08:00', effectiveTo: null, promises: PROMISES };
    await log.say(
      handbookStream,
      { type: 'HandbookDrafted', data: { edition: 1, handbook, draftedBy: 'chen' } },
      { type: 'HandbookApproved', data: { edition: 1, approvedBy: 'lin' } },
      { type: 'HandbookPublished', data: { edition: 1, handbook, publishedBy: 'lin' } },
    );
    await facts.publish(sampleTierRules, '2020-01-01');
    client = await facts.client('S-1', addDays(lastMonthEnd, -120));
    await facts.complete(addDays(`${lastMonthEnd.slice(0, 7)}-01`, -1), lastMonthEnd);
    await facts.run(addDays(`${lastMonthEnd.slice(0, 7)}-01`, -1)); // gives the first tier
    keeping = await log.start();
    running = await receive();
  });
  afterAll(async () => {
    await keeping.stop();
    await facts.close();
    await log.close();
    await database.drop();
  });

  async function receive(): Promise<Uuid> {
    const stream = request(client, newId());
    await log.say(stream, received(new Date().toISOString(), client));
    await log.caughtUp(keeping);
    return stream.id;
  }
  const commitment = async (subjectId: Uuid) => {
    const events = await log.commitmentsOf(subjectId);
    const started = events.find(({ type }) => type === 'CommitmentStarted')!;
    const recomputed = events.filter(({ type }) => type === 'DeadlineRecomputed').map(({ data }) => data);
    return {
      id: started.stream,
      tierUsed: started.data['tierUsed'],
      minutes: (started.data['target'] as { minutes: number }).minutes,
      recomputed,
    };
  };
  const last = async (type: TierEvent['type']) => (await facts.tierOf(client)).findLast(({ event }) => event.type === type)!;

  it('a promotion recorded after its effective date reaches a running commitment when it is recorded, to the client’s favour', async () => {
    expect(await commitment(running)).toMatchObject({ tierUsed: 'STANDARD', minutes: 90_000, recomputed: [] });
    await facts.assets(client, 'S-1', addDays(lastMonthEnd, -120), 2_000_000 * YUAN);
    await facts.run(lastMonthEnd);
    await log.caughtUp(keeping);
    const promoted = await last('TierPromoted');
    expect(promoted.event.data).toMatchObject({ to: 'GOLD', effectiveFrom: addDays(lastMonthEnd, 1) });
    const { recomputed } = await commitment(running);
    expect(recomputed).toMatchObject([{ cause: 'tier', detail: 'GOLD', at: promoted.recordedAt }]);
    const earlierMs = Date.parse(String(recomputed[0]!['old'])) - Date.parse(String(recomputed[0]!['new']));
    expect(earlierMs).toBe(30_000 * 60_000);
  });

  it('what begins afterwards is promised by the new tier, and says so', async () => {
    expect(await commitment(await receive())).toMatchObject({ tierUsed: 'GOLD', minutes: 60_000 });
  });

  it('a promotion recorded before its effective date waits for that midnight', async () => {
    await facts.assets(client, 'S-1', addDays(today, -89), 8_000_000 * YUAN);
    await facts.complete(today);
    const later = await receive();
    await facts.run(today); // as if today were a month end
    await log.caughtUp(keeping);
    expect((await last('TierPromoted')).event.data).toMatchObject({ to: 'PLATINUM', effectiveFrom: addDays(today, 1) });
    expect((await commitment(later)).recomputed).toEqual([]);
    const { rows } = await log.owner.query<{ wakeAt: string }>(
      `SELECT to_char(wake_at AT TIME ZONE $2, 'YYYY-MM-DD HH24:MI:SS') AS "wakeAt" FROM timekeeper.cases WHERE subject_id = $1`,
      [later, FIRM_ZONE],
    );
    expect(rows).toEqual([{ wakeAt: `${addDays(today, 1)} 00:00:00` }]);
  });

  it('a correction moves no clock, and lists the commitments that began under the tier it takes back', async () => {
    const affected = await commitment(await receive());
    const before = await commitment(running);
    await facts.tiering.readModelsReady();
    await followed(affected.id);
    await facts.assets(client, 'S-1', addDays(lastMonthEnd, -120), 100 * YUAN);
    await facts.assets(client, 'S-1', addDays(today, -89), 100 * YUAN);
    await facts.late();
    await log.caughtUp(keeping);
    const { intervals, affectedCommitments } = (await last('TierCorrected')).event.data as Extract<
      TierEvent,
      { type: 'TierCorrected' }
    >['data'];
    expect(intervals).toEqual([{ tier: 'STANDARD', validFrom: addDays(lastMonthEnd, 1), validTo: null }]);
    expect(affected.tierUsed).toBe('GOLD');
    expect(affectedCommitments).toContain(affected.id);
    expect(affectedCommitments).not.toContain(before.id); // it began as STANDARD, and is STANDARD again
    expect(await commitment(running)).toEqual(before);
    const standard = await receive();
    expect((await commitment(standard)).tierUsed).toBe('STANDARD');
    await facts.assets(client, 'S-1', addDays(lastMonthEnd, -120), 9_000_000 * YUAN);
    await facts.assets(client, 'S-1', addDays(today, -89), 9_000_000 * YUAN);
    await facts.late();
    await log.caughtUp(keeping);
    expect((await last('TierCorrected')).event.data).toMatchObject({ intervals: [{ tier: 'PLATINUM', validTo: null }] });
    expect(await commitment(standard)).toMatchObject({ tierUsed: 'STANDARD', recomputed: [] }); // nor in the client's favour
  });

  /** Waits until the read model has a commitment. */
  async function followed(id: Uuid): Promise<void> {
    for (let tries = 0; tries < 500; tries++) {
      const { rows } = await log.owner.query('SELECT FROM read.commitments WHERE commitment_id = $1', [id]);
      if (rows.length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('the read model does not follow');
  }
});
