import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Linter } from 'eslint';
import ts from 'typescript';
import tseslint from 'typescript-eslint';

const root = path.resolve(import.meta.dirname, '..');

/** One file per rule that breaks it. */
const violations: Record<string, Record<string, string>> = {
  'no-cycles': { 'libs/tiers/src/a.ts': "import './b.js';", 'libs/tiers/src/b.ts': "import './a.js';" },
  'nothing-unresolved': { 'libs/tiers/src/c.ts': "import './not-there.js';" },
  'lib-back-office': { 'libs/back-office/src/a.ts': "import '#tiers';" },
  'lib-bridge': { 'libs/bridge/src/a.ts': "import '#tiering';" },
  'lib-tiering': { 'libs/tiering/src/a.ts': "import '#bridge';" },
  'lib-timekeeping': { 'libs/timekeeping/src/a.ts': "import '#read-models';" },
  'lib-projections': { 'libs/projections/src/a.ts': "import '#tiers';" },
  'lib-clients': { 'libs/clients/src/a.ts': "import '#tiers';" },
  'lib-event-sourcing': { 'libs/event-sourcing/src/a.ts': "import '#tiers';" },
  'lib-telemetry': { 'libs/telemetry/src/a.ts': "import '#event-sourcing';" },
  'lib-text-files': { 'libs/text-files/src/a.ts': "import '#event-sourcing';" },
  'lib-contacts': { 'libs/contacts/src/a.ts': "import '#clients';" },
  'lib-service-levels': { 'libs/service-levels/src/a.ts': "import '#clients';" },
  'lib-tiers': { 'libs/tiers/src/d.ts': "import '#clients';" },
  'lib-complaints': { 'libs/complaints/src/a.ts': "import '#contacts';" },
  'lib-database': { 'libs/database/src/a.ts': "import '#event-store';" },
  'lib-privacy': { 'libs/privacy/src/a.ts': "import '#event-store';" },
  'lib-access': { 'libs/access/src/a.ts': "import '#application';" },
  'lib-event-store': { 'libs/event-store/src/a.ts': "import '#event-feed';" },
  'lib-event-feed': { 'libs/event-feed/src/a.ts': "import '#read-models';" },
  'lib-read-models': { 'libs/read-models/src/a.ts': "import '#application';" },
  'lib-application': { 'libs/application/src/a.ts': "import '#read-models';" },
  'libs-by-their-index': { 'libs/application/src/b.ts': "import '../../tiers/src/d.js';" },
  'apps-alone': { 'apps/relay/src/a.ts': "import '../../api/src/a.js';", 'apps/api/src/a.ts': 'export {};' },
  'database-drivers-at-home': { 'libs/privacy/src/b.ts': "import 'pg';" },
  'kafkajs-at-home': { 'apps/relay/src/b.ts': "import 'kafkajs';" },
  'contexts-are-pure': { 'libs/contacts/src/b.ts': "import 'node:fs';" },
  'no-production-import-of-tests': { 'apps/api/src/b.ts': "import './c.spec.js';", 'apps/api/src/c.spec.ts': 'export {};' },
  'servers-for-int-specs': {
    'libs/tiers/src/e.spec.ts': "import '../../../test/support/tiered.js';",
    'test/support/tiered.ts': "import './postgres.js';",
    'test/support/postgres.ts': 'export {};',
  },
  'no-orphans-of-development': { 'apps/api/src/d.ts': "import 'fast-check';" },
};

describe('architecture rules', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'rapport-architecture-'));
  let fired: Set<string>;

  beforeAll(() => {
    for (const name of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs']) cpSync(path.join(root, name), path.join(folder, name));
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    const indexes = readdirSync(path.join(root, 'libs')).map((lib) => [`libs/${lib}/src/index.ts`, 'export {};'] as const);
    for (const [file, text] of [...indexes, ...Object.values(violations).flatMap((files) => Object.entries(files))]) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    }
    fired = new Set(cruise(folder));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(Object.keys(violations))('%s fires on a planted violation', (rule) => {
    expect([...fired]).toContain(rule);
  });

  it('have a planted violation each', () => {
    const config = readFileSync(path.join(root, '.dependency-cruiser.cjs'), 'utf8');
    const named = [...config.matchAll(/name: '([\w-]+)'/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name! in violations))).toEqual([]);
  });
});

describe('purity of domain code', () => {
  it.each([
    'const t = Date.now();',
    'const t = new Date();',
    'const r = Math.random();',
    'const e = process.env;',
    'async () => { await f(); };',
  ])('refuses %s', async (code) => {
    const { purity } = (await import(path.join(root, 'eslint.config.mjs'))) as { purity: Linter.RulesRecord };
    expect(new Linter().verify(code, [{ languageOptions: { parser: tseslint.parser }, rules: purity }])).not.toEqual([]);
  });
});

describe('in every file', () => {
  let refusals: (code: string) => Promise<number>;
  beforeAll(async () => {
    const { everywhere } = (await import(path.join(root, 'eslint.config.mjs'))) as { everywhere: object[] };
    const rules: Linter.RulesRecord = { 'no-restricted-syntax': ['error', ...everywhere] };
    refusals = async (code) => new Linter().verify(code, [{ languageOptions: { parser: tseslint.parser }, rules }]).length;
  });

  it.each([
    'const a = { ...{ b, c }, d };',
    'const a = [...[b, c], d];',
    'f(...[b, c]);',
    'const a = { ...({ b, c } as const), d };',
    'const a = [...(b([]) as string[]), ...([c, d] as const satisfies string[])];',
    'switch (a) { default: b(); }',
  ])('refuses %s', async (code) => expect(await refusals(code)).toBe(1));

  it.each(['const a = { ...b, ...(c && { d }), ...(e ? { f } : {}) };', 'const a = [...(b ? [c] : []), ...d.map(() => [])];'])(
    'takes %s',
    async (code) => expect(await refusals(code)).toBe(0),
  );
});

describe('the compiler lists the places of a new event', () => {
  const complain = (source: string) => diagnosticsOf(`import type { EventDefinitions } from '#event-sourcing';\n${source}`);
  const event = "type E = { type: 'Noted'; data: { note: string; at: { day: string } } };";

  it('an event type without a schema, and a field without a class', () => {
    expect(
      complain(`${event} export const ok: EventDefinitions<E> = { Noted: { version: 1, fields: { note: 'P3', at: { day: 'P1' } } } };`),
    ).toEqual([]);
    expect(complain(`${event} export const no: EventDefinitions<E> = {};`)).not.toEqual([]);
    expect(complain(`${event} export const no: EventDefinitions<E> = { Noted: { version: 1, fields: { at: 'P1' } } };`)).not.toEqual([]);
    expect(
      complain(`${event} export const no: EventDefinitions<E> = { Noted: { version: 1, fields: { note: 'P3', at: {} } } };`),
    ).not.toEqual([]);
  });

  it('a projection’s fold that leaves out an event of a context that it handles', () => {
    const folding = (cases: string) => `
      import { projecting, type ProjectedEvent } from '#projections';
      type E = { type: 'A'; data: { n: number } } | { type: 'B'; data: { text: string } };
      declare const events: EventDefinitions<E>;
      const fold = (row: number, event: ProjectedEvent<E>): number => { switch (event.type) { ${cases} } };
      export const sums = projecting([events], async (_db, handled) => void handled.reduce(fold, 0));`;
    expect(complain(folding("case 'A': return row + event.data.n; case 'B': return row + event.position;"))).toEqual([]);
    expect(complain(folding("case 'A': return row + event.data.n;"))).not.toEqual([]);
    expect(complain(folding("case 'A': return row + event.data.text; case 'B': return row;"))).not.toEqual([]);
  });

  it('a switch that leaves an event out', () => {
    const evolve = (cases: string) =>
      `type E = { type: 'A' } | { type: 'B' }; export function evolve(e: E): number { switch (e.type) { ${cases} } }`;
    expect(diagnosticsOf(evolve("case 'A': return 1; case 'B': return 2;"))).toEqual([]);
    expect(diagnosticsOf(evolve("case 'A': return 1;"))).not.toEqual([]);
  });
});

describe('nest-cli.json', () => {
  it('names every app, with paths that exist', () => {
    const cli = JSON.parse(readFileSync(path.join(root, 'nest-cli.json'), 'utf8')) as { projects: Record<string, Record<string, string>> };
    expect(Object.keys(cli.projects).sort()).toEqual(readdirSync(path.join(root, 'apps')).sort());
    for (const { sourceRoot, entryFile } of Object.values(cli.projects))
      expect(existsSync(path.join(root, sourceRoot!, `${entryFile}.ts`))).toBe(true);
  });
});

describe('the lock file', () => {
  it('has an entry for every optional dependency, so that it installs on every platform', () => {
    const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { optionalDependencies?: object }>;
    };
    const names = new Set(Object.keys(lock.packages).map((entry) => entry.split('node_modules/').at(-1)));
    const missing = Object.values(lock.packages).flatMap((entry) =>
      Object.keys(entry.optionalDependencies ?? {}).filter((name) => !names.has(name)),
    );
    expect(missing).toEqual([]);
  });
});

function cruise(folder: string): string[] {
  const bin = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [bin, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'libs', 'apps'];
  const text = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const { summary } = JSON.parse(text) as { summary: { violations: { rule: { name: string } }[] } };
  return summary.violations.map((violation) => violation.rule.name);
}

function diagnosticsOf(source: string): string[] {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  const file = path.join(root, 'libs/clients/src/planted.ts');
  const host = ts.createCompilerHost({ ...options, noEmit: true, composite: false, incremental: false, tsBuildInfoFile: undefined });
  const real = { ...host };
  host.getSourceFile = (name, version) => (name === file ? ts.createSourceFile(name, source, version) : real.getSourceFile(name, version));
  host.fileExists = (name) => name === file || real.fileExists(name);
  host.readFile = (name) => (name === file ? source : real.readFile(name));
  const program = ts.createProgram(
    [file],
    { ...options, noEmit: true, composite: false, incremental: false, tsBuildInfoFile: undefined },
    host,
  );
  return program.getSemanticDiagnostics(program.getSourceFile(file)).map((d) => ts.flattenDiagnosticMessageText(d.messageText, ' '));
}
