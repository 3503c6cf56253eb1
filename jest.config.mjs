const common = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source-ts', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' }, // TypeScript sources import './x.js'
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        module: { type: 'es6' },
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

const SPECS = '<rootDir>/{apps,libs,test}/**/*.spec.ts';
const SERVED = '**/*.int.spec.ts';

export default {
  testTimeout: 60_000, // for a busy machine; no test measures time
  workerIdleMemoryLimit: '1GB', // modules in a vm context are never let go of: a worker that has grown is made anew between two suites
  projects: [
    { ...common, displayName: 'pure', testMatch: [SPECS, `!${SERVED}`] },
    {
      ...common,
      displayName: 'served', // by PostgreSQL, Kafka, or whole processes: they are started only where one of these specs is to run
      testMatch: [`<rootDir>/{apps,libs,test}/${SERVED}`],
      globalSetup: '<rootDir>/test/global-setup.mjs',
      globalTeardown: '<rootDir>/test/global-teardown.mjs',
    },
  ],
};
