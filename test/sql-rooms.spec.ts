import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { schemaNames, type SqlName, strangersIn } from './support/sql-rooms.js';

const root = path.resolve(import.meta.dirname, '..');

/** Who makes a schema: its names stand in the SQL of these rooms, and in nobody else's but where it is allowed below. */
const owners: Record<string, readonly string[]> = {
  log: ['libs/event-store'],
  feed: ['libs/event-feed'],
  privacy: ['libs/privacy'],
  read: ['libs/projections', 'libs/read-models'],
  timekeeper: ['libs/timekeeping'],
  tiering: ['libs/tiering'],
  bridge: ['libs/bridge'],
  ops: ['apps/ops'],
};

const namesIn = (text: string): string[] => text.trim().split(/\s+/);
const rights = 'the rights of the role as which its process connects';
const logEnd = 'where the log ends, and when that was recorded, in the same statement as what is compared with it';

/** Whose names stand in whose SQL all the same: which ones, and why nothing of the owner's is called instead. */
const exceptions: readonly { room: string; schema: string; names: readonly string[]; why: string }[] = [
  { room: 'libs/event-feed', schema: 'log', names: ['seals', 'events'], why: logEnd },
  { room: 'libs/projections', schema: 'log', names: ['seals'], why: logEnd },
  { room: 'libs/read-models', schema: 'log', names: ['seals', 'events'], why: `${logEnd}; a fact of a case is shown with its event` },
  {
    room: 'libs/timekeeping',
    schema: 'log',
    names: ['events', 'seals', 'stored_types', 'outcomes', 'reservations', 'append', 'purge_outcomes', 'collect_types'],
    why: `${rights}; ${logEnd}`,
  },
  {
    room: 'libs/bridge',
    schema: 'log',
    names: ['events', 'seals', 'stored_types', 'outcomes', 'reservations', 'append', 'purge_outcomes', 'collect_types'],
    why: `${rights}; an account's owner is a name reserved in the log; a reconciliation counts what the log itself holds`,
  },
  { room: 'libs/bridge', schema: 'feed', names: ['relay_state'], why: rights },
  { room: 'libs/bridge', schema: 'privacy', names: ['data_keys'], why: rights },
  {
    room: 'libs/bridge',
    schema: 'read',
    names: ['account_links', 'checkpoints', 'exchange_rates', 'source_days'],
    why: `${rights}; owners of thousands of accounts in one look; a reconciliation waits until the read model has come so far`,
  },
  {
    room: 'libs/tiering',
    schema: 'read',
    names: namesIn(`
      account_assets account_gaps account_sources account_turnover accounts client_files commitments complaints ended_sources exchange_rates follow_ups
      parked relationships risk_profiles source_days tier_assertions tier_evaluations tier_overrides tier_rules tier_standings`),
    why: 'a month end is set-based: it joins the facts of a page of clients in the database, as they were known at one position',
  },
  { room: 'apps/ops', schema: 'log', names: ['seals'], why: logEnd },
  { room: 'apps/ops', schema: 'log', names: ['dirs'], why: 'no SQL: a setting of Kafka’s broker' },
  { room: 'apps/ops', schema: 'feed', names: ['relay_state'], why: 'status looks at every process from outside' },
  { room: 'apps/ops', schema: 'privacy', names: ['data_keys'], why: 'whether keys of this database exist, before master keys are made' },
  {
    room: 'apps/ops',
    schema: 'read',
    names: ['accounts', 'checkpoints', 'parked', 'timeline'],
    why: 'status and import look at every process from outside; the first account says where an evaluation of the past begins',
  },
  { room: 'apps/ops', schema: 'timekeeper', names: ['cases', 'progress', 'unread'], why: 'status looks at every process from outside' },
  { room: 'apps/ops', schema: 'bridge', names: ['breaks', 'days', 'gaps', 'messages'], why: 'status looks at every process from outside' },
  { room: 'apps/standalone', schema: 'log', names: ['events'], why: 'what the demo says of itself' },
  { room: 'apps/standalone', schema: 'ops', names: ['imports'], why: 'what the demo says of itself' },
  { room: 'apps/standalone', schema: 'bridge', names: ['days', 'messages'], why: 'what the demo says of itself' },
  { room: 'apps/standalone', schema: 'tiering', names: ['runs'], why: 'what the demo says of itself' },
  {
    room: 'apps/standalone',
    schema: 'read',
    names: ['account_assets', 'account_turnover', 'client_files', 'source_days', 'tier_evaluations'],
    why: 'what the demo says of itself',
  },
];

const roomOf = (file: string): string => file.split('/').slice(0, 2).join('/');
const owned = (room: string, schema: string): boolean => owners[schema]!.includes(room);
const excepted = (room: string, { schema, name }: SqlName): boolean =>
  exceptions.some((one) => one.room === room && one.schema === schema && one.names.includes(name));

/** Names in a file's SQL that belong to another room, and are not allowed there. */
const violations = (file: string, text: string): string[] =>
  strangersIn(text, Object.keys(owners))
    .filter((name) => !owned(roomOf(file), name.schema) && !excepted(roomOf(file), name))
    .map(({ schema, name, line }) => `${file}:${line} ${schema}.${name}`);

const files = ['libs', 'apps']
  .flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => path.posix.join(folder, file)),
  )
  .filter((file) => file.endsWith('.ts') && !/\.spec\.ts$/.test(file));
const sources = files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')] as const);

describe('SQL', () => {
  it('names a schema in its owner’s room alone, or where it is allowed', () => {
    expect(sources.flatMap(([file, text]) => violations(file, text))).toEqual([]);
  });

  it('is allowed nothing that nobody needs any more', () => {
    const used = new Set(
      sources.flatMap(([file, text]) =>
        strangersIn(text, Object.keys(owners)).map(({ schema, name }) => `${roomOf(file)} ${schema}.${name}`),
      ),
    );
    const listed = exceptions.flatMap(({ room, schema, names }) => names.map((name) => `${room} ${schema}.${name}`));
    expect(listed.filter((one) => !used.has(one))).toEqual([]);
  });

  it('has an owner for every schema that a migration makes', () => {
    expect([...new Set(sources.flatMap(([, text]) => schemaNames(text)))].filter((schema) => !(schema in owners))).toEqual([]);
  });

  it.each([
    ['in a plain text', "await db.query('SELECT 1 FROM read.timeline');"],
    ['in a template', 'await db.query(`DELETE FROM read.timeline WHERE position = ${at}`);'],
    ['behind an expression', 'await db.query(`${head} JOIN read.timeline t USING (position)`);'],
    ['as a name alone', "const TABLE = 'read.timeline';"],
    ['quoted', `await db.query('SELECT 1 FROM "read"."timeline"');`],
    ['in capitals', "await db.query('select 1 from READ.TIMELINE');"],
  ])('is caught where it strays: %s', (_, planted) => {
    expect(violations('libs/application/src/planted.ts', planted)).toEqual(['libs/application/src/planted.ts:1 read.timeline']);
    expect(violations('libs/read-models/src/planted.ts', planted)).toEqual([]);
  });

  it.each(['// reads read.timeline', "import { x } from './read.timeline.js';", 'const t = read.timeline;', "throw new Error('no log.')"])(
    'is not what only looks like it: %s',
    (text) => expect(violations('libs/application/src/planted.ts', text)).toEqual([]),
  );
});
