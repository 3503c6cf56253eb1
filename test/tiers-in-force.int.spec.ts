import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, type LocalDate, newId, type Uuid } from '#event-sourcing';
import { createPool } from '#database';
import { IN_FORCE_ON, MIX_ON, readModelMigrations } from '#read-models';
import { readModelRunnerMigrations } from '#projections';
import { eventStoreMigrations } from '#event-store';
import { eventFeedMigrations } from '#event-feed';
import { privacyMigrations } from '#privacy';
import { timekeepingMigrations } from '#timekeeping';
import { ladder, type TierAssertion, tierInForce } from '#tiers';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';

const LATEST = '9999-12-31T23:59:59.999Z';
const dates = fc.nat({ max: 40 }).map((n) => addDays('2026-01-01', n));
const until = fc.option(fc.integer({ min: 1, max: 20 }), { nil: null });
const tier = fc.constantFrom(...ladder);
const stated = (validFrom: LocalDate, more: Partial<TierAssertion>): TierAssertion => ({
  kind: 'rule',
  tier: null,
  mode: null,
  overrideId: null,
  validFrom,
  validTo: null,
  recordedAt: '2026-01-01T00:00:00.000Z',
  ...more,
});

/** First tier, promotions and corrections: open and bounded, overlapping in any way. */
const rule = fc
  .record({ from: dates, for: until, tier })
  .map(({ from, for: days, tier: given }) => [stated(from, { tier: given, validTo: days === null ? null : addDays(from, days) })]);
/** An override, approved, and revoked on one of its days or not at all. */
const override = fc
  .record({ slot: fc.nat({ max: 3 }), days: fc.integer({ min: 1, max: 10 }), mode: fc.constantFrom('pin', 'floor'), tier, revoked: until })
  .map(({ slot, days, mode, tier: given, revoked }) => {
    const [from, overrideId] = [addDays('2026-01-01', slot * 10), newId()];
    const approved = stated(from, { kind: 'override', tier: given, mode, overrideId, validTo: addDays(from, days) });
    if (revoked === null || revoked >= days) return { slot, assertions: [approved] };
    return { slot, assertions: [approved, stated(addDays(from, revoked), { kind: 'revocation', overrideId })] };
  });
/** Promotions and demotions one after another, as most clients have them. */
const steps = fc
  .array(fc.record({ after: fc.integer({ min: 0, max: 9 }), tier }), { maxLength: 5 })
  .map((list) => list.map(({ tier: given }, i) => stated(addDays('2026-01-01', list.slice(0, i + 1).reduce((sum, { after }) => sum + after, 0)), { tier: given }))); // prettier-ignore
const mixed = fc
  .record({ rules: fc.array(rule, { maxLength: 6 }), overrides: fc.uniqueArray(override, { maxLength: 4, selector: ({ slot }) => slot }) })
  .chain(({ rules, overrides }) =>
    fc.shuffledSubarray([...rules, ...overrides.map(({ assertions }) => assertions)], { minLength: rules.length + overrides.length }),
  ) // prettier-ignore
  .map((groups) => groups.flat());
/** The same recorded in any order: a later statement about an earlier day covers all that follows. */
const disordered = fc
  .array(fc.record({ from: dates, tier }), { maxLength: 5 })
  .map((list) => list.map((one) => stated(one.from, { tier: one.tier })));
const life = fc.oneof(steps, disordered, mixed);

let database: TestDatabase;
let pool: ReturnType<typeof createPool>;
beforeAll(async () => {
  const migrations = [eventStoreMigrations, privacyMigrations, eventFeedMigrations, timekeepingMigrations, readModelRunnerMigrations];
  database = await createTestDatabase([...migrations.flat(), ...readModelMigrations]);
  pool = createPool({ url: database.url, max: 1, applicationName: 'test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

it('the tier in force over sets is that of each client’s statements, overrides, revocations and corrections among them', async () => {
  const asked = Array.from({ length: 46 }, (_, n) => addDays('2025-12-30', n));
  let held = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 6 }), async (lives) => {
      const clients = new Map<Uuid, readonly TierAssertion[]>(lives.map((assertions) => [newId(), assertions]));
      await pool.query('TRUNCATE read.tier_assertions');
      for (const [clientId, assertions] of clients) await keep(clientId, assertions);
      const { rows } = await pool.query<{ on: string; clientId: Uuid; tier: string; ruleTier: string | null; overrideId: Uuid | null }>(
        `SELECT on_date::text AS "on", client_id AS "clientId", tier, rule_tier AS "ruleTier", override_id AS "overrideId" FROM (${IN_FORCE_ON}) t`,
        [asked, [...ladder], null],
      );
      const found = rows.map(({ on, clientId, ...answer }) => `${on} ${clientId} ${JSON.stringify(answer)}`).sort();
      const expected = asked.flatMap((on) =>
        [...clients].flatMap(([clientId, assertions]) => {
          const answer = tierInForce(assertions, on, LATEST);
          if (answer?.override) held++;
          const row = answer && { tier: answer.tier, ruleTier: answer.ruleTier, overrideId: answer.override?.overrideId ?? null };
          return row ? [`${on} ${clientId} ${JSON.stringify(row)}`] : [];
        }),
      );
      expect(found).toEqual(expected.sort());
      const { rows: mix } = await pool.query<{ on: string; tier: string; clients: number; byOverride: number }>(MIX_ON, [
        asked,
        [...ladder],
        null,
      ]);
      const counted = new Map<string, [clients: number, byOverride: number]>();
      for (const { on, tier: held, overrideId } of rows) {
        const [clients, byOverride] = counted.get(`${on} ${held}`) ?? [0, 0];
        counted.set(`${on} ${held}`, [clients + 1, byOverride + (overrideId === null ? 0 : 1)]);
      }
      expect(new Map(mix.map((cell) => [`${cell.on} ${cell.tier}`, [cell.clients, cell.byOverride]]))).toEqual(counted);
    }),
    { numRuns: 60 },
  );
  expect(held).toBeGreaterThan(100);
});

async function keep(clientId: Uuid, assertions: readonly TierAssertion[]): Promise<void> {
  for (const [i, { kind, tier: given, mode, overrideId, validFrom, validTo, recordedAt }] of assertions.entries()) {
    await pool.query(
      `INSERT INTO read.tier_assertions (client_id, position, ordinal, branch_id, kind, tier, mode, override_id, valid_from, valid_to, recorded_at)
       VALUES ($1, $2, $3, 'sh-01', $4, $5, $6, $7, $8, $9, $10)`,
      [clientId, Math.floor(i / 2), i % 2, kind, given, mode, overrideId, validFrom, validTo, recordedAt],
    );
  }
}
