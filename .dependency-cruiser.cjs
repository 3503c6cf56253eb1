// Who may import whom. test/architecture.spec.ts feeds each rule a violation, because a rule that cannot fire is worthless.
const contexts = ['back-office', 'clients', 'contacts', 'service-levels', 'tiers', 'complaints'];
const lib = (name) => `^libs/${name}/`;
const libs = (names) => `^libs/(${names.join('|')})/`;

const stores = ['event-sourcing', 'database', 'event-store', 'event-feed', 'privacy', 'telemetry'];

/** What each lib may import of the others. A lib that is missing here may import none. */
const allowed = {
  'event-sourcing': [],
  telemetry: [],
  'text-files': [],
  ...Object.fromEntries(contexts.map((name) => [name, ['event-sourcing']])),
  database: ['event-sourcing', 'telemetry'],
  privacy: ['event-sourcing', 'database'],
  access: ['event-sourcing', 'database', 'telemetry'],
  'event-store': ['event-sourcing', 'database', 'telemetry'],
  'event-feed': ['event-sourcing', 'database', 'event-store', 'telemetry'],
  projections: stores,
  'read-models': [...stores, 'projections', ...contexts],
  application: [...stores, ...contexts],
  timekeeping: [...stores, 'application', ...contexts],
  bridge: [...stores, 'text-files', 'projections', 'read-models', 'application', ...contexts],
  tiering: [...stores, 'projections', 'read-models', 'application', 'timekeeping', ...contexts],
};

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    // what is compiled need not be there yet
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '(^|/)dist/' } },
    ...Object.entries(allowed).map(([name, others]) => ({
      name: `lib-${name}`,
      comment: `libs/${name} imports ${others.length ? others.join(', ') : 'no lib'}; contexts never import each other`,
      severity: 'error',
      from: { path: lib(name) },
      to: { path: '^(libs|apps)/', pathNot: [lib(name), ...(others.length ? [libs(others)] : [])] },
    })),
    {
      name: 'libs-by-their-index',
      comment: 'a lib is entered by its index.ts alone',
      severity: 'error',
      from: { path: '^(libs/([^/]+)|apps/[^/]+)/' },
      to: { path: '^libs/[^/]+/src/', pathNot: ['^libs/[^/]+/src/index\\.ts$', '^libs/$2/'] },
    },
    {
      name: 'apps-alone',
      comment: 'an app imports no app; standalone imports the others’ modules, being all of them in one process',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/standalone/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'database-drivers-at-home',
      comment: 'only database, event-store, projections and read-models import pg or typeorm',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: libs(['database', 'event-store', 'projections', 'read-models']) },
      to: { path: 'node_modules/(@types/)?(pg|typeorm)/' },
    },
    {
      name: 'kafkajs-at-home',
      comment: 'only event-feed imports kafkajs',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: lib('event-feed') },
      to: { path: 'node_modules/kafkajs/' },
    },
    {
      name: 'contexts-are-pure',
      comment:
        'domain code has no clock, no I/O and no framework: a context imports no package (time zones alone come from one) and no Node module',
      severity: 'error',
      from: { path: libs(contexts), pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'core'], pathNot: 'node_modules/temporal-polyfill/' },
    },
    {
      name: 'no-production-import-of-tests',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '(^test/|\\.spec\\.ts$)' },
    },
    {
      name: 'servers-for-int-specs',
      comment: 'a spec that needs PostgreSQL or Kafka is named .int.spec.ts, since they are started for those alone',
      severity: 'error',
      from: { path: '\\.spec\\.ts$', pathNot: '\\.int\\.spec\\.ts$' },
      to: { path: '^test/support/(postgres|kafka)\\.ts$', reachable: true },
    },
    {
      name: 'no-orphans-of-development',
      comment: 'production code imports no development dependency',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules/\\.cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source-ts', 'import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.d.ts'],
    },
  },
};
