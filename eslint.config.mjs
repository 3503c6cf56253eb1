import tseslint from 'typescript-eslint';

/** What no file may hold. */
export const everywhere = [
  { selector: 'SwitchCase[test=null]', message: 'No default: let the compiler list the places of a new case.' },
  // also through one or two of `as`, `satisfies` and `!`
  ...['argument', 'argument.expression', 'argument.expression.expression'].map((spread) => ({
    selector: `SpreadElement[${spread}.type=/^(Object|Array)Expression$/]`,
    message: 'No spread of a literal: its members are written out where they belong.',
  })),
];

/** Domain code has no clock, no randomness and no environment: time, ids and actor come in with the command. */
export const purity = {
  'no-restricted-syntax': [
    'error',
    ...everywhere,
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Domain code has no clock.' },
    { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'Domain code has no clock.' },
    { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'Domain code has no randomness.' },
    { selector: "CallExpression[callee.name='newId']", message: 'Ids come in with the command.' },
    { selector: 'AwaitExpression', message: 'Domain code does no I/O.' },
  ],
  'no-restricted-globals': ['error', 'process', 'performance', 'crypto', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'console'],
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.rapport/', '**/*.mjs', '**/*.cjs'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Interfaces of Nest and of ours ask for promises also where an implementation needs no await.
      '@typescript-eslint/require-await': 'off',
      'no-restricted-syntax': ['error', ...everywhere],
      eqeqeq: 'error',
    },
  },
  {
    files: ['libs/{back-office,clients,contacts,service-levels,tiers,complaints}/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: purity,
  },
  {
    files: ['**/*.spec.ts'],
    // asymmetric matchers of Jest are typed any
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
);
