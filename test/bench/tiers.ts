import type { LocalDate } from '#event-sourcing';
import { tierRulesStream, sampleTierRules } from '#tiers';
import { createTieredLog, SOURCE, type TieredLog } from '../support/tiering.js';
import { type BenchResult, type BenchSettings, Rounds } from './bench.js';
import { withServer } from './bench-server.js';
import { timed } from './load.js';

const CHANGES = 12;
const ROUNDS_MAX = 2;
const FIRST: LocalDate = '2026-09-30';
const NEXT: LocalDate = '2026-10-31';

/** What a month end costs over so many accounts, each of a client of its own, with a year of change-only values. */
export async function benchTiers({ rounds, accounts: sizes }: BenchSettings): Promise<BenchResult> {
  const measured = new Rounds();
  let held = '';
  for (let round = 1; round <= Math.min(rounds, ROUNDS_MAX); round++) {
    for (const size of sizes) {
      const { firstMs, nextMs, held: server } = await evaluate(size);
      held = server;
      measured.add(`first ${size}`, 'accounts/s', (size * 1_000) / firstMs);
      measured.add(`next ${size}`, 'accounts/s', (size * 1_000) / nextMs);
      console.error(
        `round ${round}: ${told(size)} accounts, first ${(firstMs / 1_000).toFixed(1)} s, the next month ${(nextMs / 1_000).toFixed(1)} s`,
      );
    }
  }
  const [few, many] = [sizes[0]!, sizes.at(-1)!];
  return {
    rows: [
      measured.absolute(`month end over ${told(many)} accounts, one event a client`, `next ${many}`),
      measured.absolute('the first one (a first tier, and mostly a promotion, too)', `first ${many}`),
      measured.ratio(`month end, accounts/s: at ${told(many)} / at ${told(few)}`, `next ${many}`, `next ${few}`),
    ],
    held: [
      `${held}; an account a client, ${CHANGES} values an account in a year, calendar days; at most ${ROUNDS_MAX} rounds, each in a database of its own`,
    ],
  };
}

const told = (count: number): string => count.toLocaleString('en-US');

const evaluate = (size: number): Promise<{ firstMs: number; nextMs: number; held: string }> =>
  withServer(async (server) => {
    const log = await createTieredLog({}, { url: server.url, drop: async () => {} });
    server.closeFirst(() => log.close());
    await log.stopProjecting(); // the rows are put there in sets, so that it is the evaluation that is measured
    await log.publish(sampleTierRules, '2025-01-01');
    await fill(log, size);
    const firstMs = await timed(() => log.run(FIRST));
    await standingsFromLog(log);
    const nextMs = await timed(() => log.run(NEXT));
    return { firstMs, nextMs, held: server.held };
  });

/** Values that rise and fall around every threshold; the files of both month ends have come. */
async function fill({ owner, store }: TieredLog, size: number): Promise<void> {
  const { position } = await store.head();
  await owner.query(
    `INSERT INTO read.accounts (row_id, stream_id, client_id, account_id, branch_id, source, status, currency, opened_on, first_on, position)
     SELECT uuidv7(), uuidv7(), uuidv7(i * interval '30 seconds' - interval '2 years'), 'A-' || i, 'sh-01', $2, 'open', 'CNY', '2025-10-01', '2025-10-01', $3
       FROM generate_series(1, $1::int) i`,
    [size, SOURCE, position],
  );
  await owner.query(
    `INSERT INTO read.account_assets (client_id, account_id, on_date, told_as, total_minor, currency, position, branch_id, source, source_record, recorded_at)
     SELECT a.client_id, a.account_id, date '2025-10-01' + m * 31 + (substr(a.account_id, 3)::int % 28), 'assets',
            (substr(a.account_id, 3)::bigint * 7919 + m * 104729) % 300000000, 'CNY', $2, 'sh-01', $3, 'R#1', now()
       FROM read.accounts a, generate_series(0, $1::int - 1) m ORDER BY a.client_id, a.account_id, m`,
    [CHANGES, position, SOURCE],
  );
  await owner.query(
    `INSERT INTO read.account_sources (client_id, account_id, branch_id, kind, source, counted, position)
     SELECT client_id, account_id, branch_id, 'assets', source, true, position FROM read.accounts`,
  );
  await owner.query('INSERT INTO read.source_days SELECT $1, d, $2 FROM unnest($3::date[]) d', [SOURCE, position, [FIRST, NEXT]]);
  await owner.query(
    `INSERT INTO read.checkpoints (projection, version, partition, position, fence)
     SELECT g.model, g.version, partition, 1000000000000, 1
       FROM read.generations g, generate_series(0, 23) partition WHERE g.state = 'active' AND g.model = ANY ($1)
     ON CONFLICT (projection, version, partition) DO UPDATE SET position = excluded.position`,
    [['accountFacts', 'tierStandings', 'clientFiles']],
  );
  await owner.query(
    'VACUUM ANALYZE read_account_facts_1.accounts, read_account_facts_1.account_assets, read_account_facts_1.account_sources',
  );
}

async function standingsFromLog({ owner }: TieredLog): Promise<void> {
  await owner.query(
    `INSERT INTO read.tier_standings (client_id, branch_id, version, position, initial_from, tier, strikes, promoted_from, evaluated_on)
     SELECT e.key, 'sh-01', n.version, n.position, '2025-10-01', e.data::json ->> 'tier', (e.data::json ->> 'strikes')::int,
            (e.data::json ->> 'promotedFrom')::date, $1
       FROM log.events e JOIN (SELECT stream_id, max(version) AS version, max(position) AS position FROM log.events GROUP BY stream_id) n
         ON n.stream_id = e.stream_id
      WHERE e.type = 'TierEvaluated' AND e.stream_id <> $2`,
    [FIRST, tierRulesStream.id],
  );
  await owner.query('VACUUM ANALYZE read_tier_standings_1.tier_standings');
}
