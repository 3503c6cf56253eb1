import { readFileSync } from 'node:fs';
import path from 'node:path';
import { factKinds } from '#back-office';
import { createPool, type Sql } from '#database';
import { sampleTierRules, type TierRules, type TierStep, tierRulesStream } from '#tiers';
import { type DataSetReport, evaluateTiers, importBackOffice, type Installation } from '../../ops/src/index.js';
import { people, type Tokens } from './people.js';
import { Walker } from './walker.js';

const FIRST_MONTH = '1993-01-01';
const LAST_MONTH = '1994-03-31';
const SAMPLE_FROM = '2025-01-01';

/** By assets alone: a bank of 1993 earns no commission that is worth a tier. Chosen so that the extract shows every course. */
const crownStep = (tier: TierStep['tier'], crowns: number): TierStep => ({ tier, entry: { adaMinor: crowns * 100 } });
const crownRules: TierRules = {
  ...sampleTierRules,
  version: 'czech-bank-1993',
  currency: 'CZK',
  tiers: [
    { tier: 'STANDARD' },
    crownStep('SILVER', 25_000),
    crownStep('GOLD', 40_000),
    crownStep('PLATINUM', 60_000),
    crownStep('DIAMOND', 100_000),
  ],
};

/** Publishes the rules for the Czech bank's clients as of 1993, and the sample for those of today, once. */
export async function publishDemoTierRules(apiUrl: string, databaseUrl: string, tokens: Tokens): Promise<void> {
  const published = await asked(databaseUrl, (db) =>
    db.query("SELECT 1 FROM log.events WHERE stream_id = $1 AND type = 'TierRulesPublished' LIMIT 2", [tierRulesStream.id]),
  );
  if (published.rows.length === 2) return;
  const as = new Walker(apiUrl, tokens, 'demo-tier-rules');
  let version = 0;
  for (const [rules, effectiveFrom] of [
    [crownRules, FIRST_MONTH],
    [sampleTierRules, SAMPLE_FROM],
  ] as const) {
    const place = `/v1/tier-rules/${rules.version}`;
    ({ version } = await as.post('admin', '/v1/tier-rules', rules, version));
    ({ version } = await as.post('complianceOfficer', `${place}/approve`, {}, version));
    ({ version } = await as.post('complianceOfficer', `${place}/publish`, { effectiveFrom }, version));
  }
}

const WALKED_SOURCE = 'demo-core';
const REGISTRATIONS = [
  { source: 'berka', subjects: [], files: true, kinds: ['assets', 'trades'] },
  { source: WALKED_SOURCE, subjects: [people.integrationClient], files: false, kinds: [...factKinds] },
];

/** The demo's sources may speak: requested by one of its people, approved by another, once. */
export async function registerDemoSources(apiUrl: string, tokens: Tokens, zone: string): Promise<void> {
  const known = await new Walker(apiUrl, tokens, 'demo-sources').get<{ items: { source: string; status: string }[] }>(
    'complianceOfficer',
    '/v1/back-office/sources',
  );
  for (const terms of REGISTRATIONS) {
    if (known.items.some(({ source, status }) => source === terms.source && status === 'registered')) continue;
    const as = new Walker(apiUrl, tokens, `demo-source-${terms.source}`);
    const { id } = await as.post('admin', '/v1/back-office/sources', { senders: [], encoding: 'utf-8', zone, ...terms });
    await as.post('complianceOfficer', `/v1/back-office/sources/${id}/approve`, {});
  }
}

/** The Czech bank's movements, and what its clients' tiers came to. */
export interface TieredPast {
  movements: DataSetReport;
  statements: number;
  /** Of the extract, which has no day that is not complete. */
  days: number;
  evaluations: number;
  promoted: number;
  demoted: number;
  /** A client who was promoted, kept the tier below its entry threshold for months, and lost it. */
  example: { clientNo: string; clientId: string };
}

/** A row of the file belongs to one day of one account, and that day is one assets statement and some of turnover. */
export async function tierThePast(
  installation: Installation,
  firmZone: string,
  dataFolder: string,
  say: (line: string) => void,
): Promise<TieredPast> {
  const { url } = installation;
  const filePath = path.join(dataFolder, 'berka', 'trans.asc');
  if (!(await asked(url, isTaken))) {
    const [file] = await importBackOffice(installation, firmZone, filePath, 'berka-movements');
    const open = file!.days.filter(({ completed }) => !completed);
    if (file!.refused || open.length > 0) throw new Error(`the movements were not taken: ${file!.refused?.sentence ?? open[0]!.reason}`);
  }
  await evaluateTiers(installation, firmZone, { from: FIRST_MONTH, asOf: LAST_MONTH });
  const past = await asked(url, (db) => countPast(db, filePath));
  say(`tiers: ${past.evaluations} month ends of clients evaluated, ${past.promoted} promotions, ${past.demoted} demotions`);
  return past;
}

// The last day of the extract was completed once all before it was taken.
const isTaken = async (db: Sql): Promise<boolean> =>
  (await db.query("SELECT 1 FROM bridge.days WHERE source = 'berka' AND on_date = $1 AND status = 'completed'", [LAST_MONTH])).rows.length >
  0;

async function countPast(db: Sql, filePath: string): Promise<TieredPast> {
  const one = async <T extends object>(text: string): Promise<T> => (await db.query<T>(text)).rows[0]!;
  const { statements, parked, facts, rows, days } = await one<{
    statements: number;
    parked: number;
    facts: number;
    rows: number;
    days: number;
  }>(COUNTS);
  const lines = readFileSync(filePath, 'latin1').trim().split('\n').length - 1; // below the header
  const movements: DataSetReport = {
    name: 'berka-movements',
    rowsRead: lines,
    rowsAccepted: lines - parked,
    rowsRefused: parked,
    eventsAppended: facts,
    readModelRows: rows,
  };
  const made = await one<Pick<TieredPast, 'evaluations' | 'promoted' | 'demoted'>>(
    `SELECT sum(evaluated)::int AS evaluations, sum(promoted)::int AS promoted, sum(demoted)::int AS demoted
       FROM tiering.runs WHERE on_date <= '${LAST_MONTH}'`,
  );
  return { movements, statements, days, ...made, example: await one<TieredPast['example']>(EXAMPLE) };
}

const COUNTS = `
  SELECT (SELECT count(*)::int FROM bridge.messages WHERE source = 'berka' AND account_id IS NOT NULL) AS statements,
         (SELECT count(*)::int FROM bridge.messages WHERE source = 'berka' AND status <> 'applied') AS parked,
         (SELECT count(*)::int FROM log.events WHERE type IN ('AssetsObserved', 'TurnoverObserved') AND data LIKE '%"source":"berka"%') AS facts,
         (SELECT count(*)::int FROM read.account_assets WHERE source = 'berka')
           + (SELECT count(*)::int FROM read.account_turnover WHERE source = 'berka') AS rows,
         (SELECT count(*)::int FROM read.source_days WHERE source = 'berka') AS days`;

const EXAMPLE = `
  SELECT f.client_no AS "clientNo", e.client_id AS "clientId"
    FROM read.tier_evaluations e JOIN read.client_files f USING (client_id)
   WHERE e.replaced_at IS NULL AND e.on_date <= '${LAST_MONTH}'
   GROUP BY f.client_no, e.client_id
  HAVING bool_or(e.tier <> e.current_tier AND (e.details::json ->> 'promotedFrom') IS NULL)
   ORDER BY count(*) FILTER (WHERE e.tier = e.current_tier AND e.details::json ->> 'retained' = 'true'
                               AND e.details::json ->> 'candidate' <> e.tier) DESC, f.client_no LIMIT 1`;

async function asked<T>(url: string, ask: (db: Sql) => Promise<T>): Promise<T> {
  const pool = createPool({ url, max: 1, applicationName: 'rapport demo' });
  try {
    return await ask(pool);
  } finally {
    await pool.end();
  }
}
