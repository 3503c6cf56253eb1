import { startEmbeddedPostgres } from '#database';
import type { LocalDate } from '#event-sourcing';
import { tierRulesStream, sampleTierRules } from '#tiers';
import { createTieredLog, SOURCE, type TieredLog } from '../support/tiering.js';
import { type BenchResult, type BenchSettings, spreadOf, table } from './ratios.js';

const CHANGES = 12;
const FIRST: LocalDate = '2026-09-30';
const NEXT: LocalDate = '2026-10-31';

/** What a month end costs over so many accounts, each of a client of its own, with a year of change-only values. */
export async function benchTiers({ rounds, accounts: sizes }: BenchSettings): Promise<BenchResult> {
  const [firsts, nexts]: Record<number, number[]>[] = [{}, {}];
  for (let round = 1; round <= rounds; round++) {
    for (const size of sizes) {
      const { firstPerSecond, nextPerSecond, seconds } = await evaluate(size);
      (firsts![size] ??= []).push(firstPerSecond);
      (nexts![size] ??= []).push(nextPerSecond);
      console.error(
        `round ${round} of ${rounds}: ${size} accounts, first ${seconds[0]!.toFixed(1)} s, the next month ${seconds[1]!.toFixed(1)} s`,
      );
    }
  }
  const [few, many] = [sizes[0]!, sizes.at(-1)!];
  const row = (name: string, values: readonly number[]): string[] => {
    const { min, median, max } = spreadOf(values);
    return [name, min.toFixed(0), median.toFixed(0), max.toFixed(0)];
  };
  const growth = spreadOf(nexts![few]!.map((rate, i) => rate / nexts![many]![i]!));
  const report = [
    `Month end over all clients, one embedded PostgreSQL with fsync on, ${rounds} rounds; an account a client, ${CHANGES} values an account in a year, calendar days.`,
    table([
      ['accounts a second', 'min', 'median', 'max'],
      ...sizes.map((size) => row(`${size}, a month end (one event a client)`, nexts![size]!)),
      ...sizes.map((size) => row(`${size}, the first one (a first tier, and mostly a promotion, too)`, firsts![size]!)),
      [`cost of one account at ${many}, against ${few}`, growth.min.toFixed(2), growth.median.toFixed(2), growth.max.toFixed(2)],
    ]),
  ].join('\n');
  const rates = Object.fromEntries(sizes.map((size) => [`accountsPerSecondAt${size}`, spreadOf(nexts![size]!)]));
  return { ratios: { ...rates, growth }, report };
}

async function evaluate(size: number): Promise<{ firstPerSecond: number; nextPerSecond: number; seconds: number[] }> {
  const postgres = await startEmbeddedPostgres({ onNotice: (sentence) => console.error(sentence) });
  const log = await createTieredLog({}, { url: postgres.url, drop: async () => {} });
  try {
    await log.stopProjecting(); // the rows are put there in sets, so that it is the evaluation that is measured
    await log.publish(sampleTierRules, '2025-01-01');
    await fill(log, size);
    const firstMs = await timed(() => log.run(FIRST));
    await standingsFromLog(log);
    const nextMs = await timed(() => log.run(NEXT));
    return { firstPerSecond: (size * 1_000) / firstMs, nextPerSecond: (size * 1_000) / nextMs, seconds: [firstMs / 1_000, nextMs / 1_000] };
  } finally {
    await log.close();
    await postgres.stop();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Values that rise and fall around every threshold; the files of both month ends have come. */
async function fill({ owner, store }: TieredLog, size: number): Promise<void> {
  const { position } = await store.head();
  await owner.query(
    `INSERT INTO read.accounts (stream_id, client_id, account_id, branch_id, source, status, currency, opened_on, first_on, position)
     SELECT uuidv7(), uuidv7(i * interval '30 seconds' - interval '2 years'), 'A-' || i, 'sh-01', $2, 'open', 'CNY', '2025-10-01', '2025-10-01', $3
       FROM generate_series(1, $1::int) i`,
    [size, SOURCE, position],
  );
  await owner.query(
    `INSERT INTO read.account_assets (client_id, account_id, on_date, total_minor, currency, position, branch_id, source, source_record, recorded_at)
     SELECT a.client_id, a.account_id, date '2025-10-01' + m * 31 + (substr(a.account_id, 3)::int % 28),
            (substr(a.account_id, 3)::bigint * 7919 + m * 104729) % 300000000, 'CNY', $2, 'sh-01', $3, 'R#1', now()
       FROM read.accounts a, generate_series(0, $1::int - 1) m ORDER BY a.client_id, a.account_id, m`,
    [CHANGES, position, SOURCE],
  );
  await owner.query('INSERT INTO read.source_days SELECT $1, d, $2 FROM unnest($3::date[]) d', [SOURCE, position, [FIRST, NEXT]]);
  await owner.query(
    `INSERT INTO read.checkpoints (projection, version, partition, position, fence)
     SELECT model, 1, partition, 1000000000000, 1 FROM unnest($1::text[]) model, generate_series(0, 23) partition
     ON CONFLICT (projection, version, partition) DO UPDATE SET position = excluded.position`,
    [['accountFacts', 'tierStandings', 'clientFiles']],
  );
  await owner.query('VACUUM ANALYZE read_account_facts_1.accounts, read_account_facts_1.account_assets');
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
