import { existsSync } from 'node:fs';
import path from 'node:path';
import { roles } from '#access';
import { createPool } from '#database';
import { type DataSetReport, HEAD_OFFICE, importDataSets, reportLine, sourceNamed, untilTimeKept } from '../../ops/src/index.js';
import { publishDemoRules } from './demo-rules.js';
import { publishDemoTierRules, registerDemoSources, type TieredPast, tierThePast } from './demo-tiers.js';
import { people, type Tokens } from './people.js';
import type { Standalone } from './standalone.js';
import { walkOneClient, type Walked } from './walkthrough.js';

const TOKEN_HOURS = 12;
const TIMEKEEPER_STALL_MS = 20_000;
const DATA_SETS = [
  { source: 'cfpb', path: 'cfpb/consumer_complaints.csv' },
  { source: 'bank-marketing', path: 'bank-marketing/bank-contacts.csv' },
  { source: 'berka', path: 'berka' },
];

export interface DemoResult {
  dataSets: DataSetReport[];
  tokens: Tokens;
  past: TieredPast;
  walked: Walked;
}

/** Imports the sample data and walks one client through the API; a second time nothing happens twice. */
export async function runDemo(standalone: Standalone, firmZone: string, say: (line: string) => void): Promise<DemoResult> {
  const tokens = await issueTokens(standalone);
  await publishDemoRules(standalone.apiUrl, standalone.installation.url, tokens, dataFolder());
  await publishDemoTierRules(standalone.apiUrl, standalone.installation.url, tokens);
  await registerDemoSources(standalone.apiUrl, tokens, firmZone);
  const requests = DATA_SETS.map(({ source, path: place }) => ({ source: sourceNamed(source), path: path.join(dataFolder(), place) }));
  const dataSets = await importDataSets(standalone.installation, firmZone, requests, say);
  const past = await tierThePast(standalone.installation, firmZone, dataFolder(), say);
  dataSets.push(past.movements);
  await untilAnswered(standalone.installation.url);
  const walked = await walkOneClient(standalone.apiUrl, tokens, standalone.installation.home, firmZone);
  return { dataSets, tokens, past, walked };
}

/** The clocks of what was imported have run: what they say is in the log. */
async function untilAnswered(databaseUrl: string): Promise<void> {
  const pool = createPool({ url: databaseUrl, max: 1, applicationName: 'rapport demo' });
  try {
    await untilTimeKept(pool, TIMEKEEPER_STALL_MS);
  } finally {
    await pool.end();
  }
}

async function issueTokens({ issuer }: Standalone): Promise<Tokens> {
  const issue = async (role: keyof typeof people) =>
    [role, await issuer.issueToken({ subject: people[role], role, branch: HEAD_OFFICE, ttlSeconds: TOKEN_HOURS * 3600 })] as const;
  return Object.fromEntries(await Promise.all(roles.map(issue))) as Tokens;
}

/** The figures, the address, a token a role and commands to try. */
export function demoLines({ dataSets, tokens, past, walked }: DemoResult, apiUrl: string): string[] {
  const get = (place: string): string => `  curl -s -H 'Authorization: Bearer ${tokens.complianceOfficer}' '${apiUrl}${place}'`;
  return [
    '',
    ...dataSets.map(reportLine),
    '',
    `API: ${apiUrl}   Swagger UI: ${apiUrl}/docs`,
    '',
    `Bearer tokens, good for ${TOKEN_HOURS} hours (branch ${HEAD_OFFICE} where the role is of one branch):`,
    ...Object.entries(tokens).map(([role, token]) => `  ${role}: ${token}`),
    '',
    'For the examples in the README:',
    `  export API=${apiUrl} CLIENT=${walked.clientId} COMPLAINT=${walked.complaintId} REQUEST=${walked.requestId} TIERED=${past.example.clientId}`,
    '  What was promised: $API/v1/clients/$CLIENT/commitments; how well it was kept: $API/v1/service-levels/compliance?by=process,metric',
    ...pastLines(past),
    '',
    'Commands to try:',
    '',
    '# a client’s timeline',
    get(`/v1/clients/${walked.clientId}/timeline?limit=200`),
    '',
    '# their tier history',
    get(`/v1/clients/${walked.clientId}/tier-history`),
    '',
    '# a complaint’s timeline',
    get(`/v1/complaints/${walked.complaintId}/timeline`),
    '',
    `# why ${past.example.clientNo} had their tier at the end of January 1994`,
    get(`/v1/clients/${past.example.clientId}/tier/why?validDate=1994-01-31`),
    '',
    '# what the walked-through client is worth, and which signs of leaving there are',
    get(`/v1/clients/${walked.clientId}/value`),
    '',
    '# how fresh the read models are',
    get('/v1/freshness'),
    '',
  ];
}

const pastLines = ({ movements, statements, days, evaluations, promoted, demoted, example }: TieredPast): string[] => [
  `  The Czech bank: ${movements.rowsRead} movements became ${statements} facts of accounts, ${days} days are complete;`,
  `  15 month ends, ${evaluations} evaluations, ${promoted} promotions, ${demoted} demotions. ${example.clientNo} was promoted, kept the tier and lost it.`,
];

/** The data lies beside the sources; the compiled tree has no copy of it. */
function dataFolder(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const found = path.join(folder, 'apps', 'standalone', 'data');
    if (existsSync(path.join(found, 'README.md'))) return found;
    if (folder === path.dirname(folder)) throw new Error('the sample data is not beside this program');
  }
}
