export * from './commands/import.js';
export { importBackOffice } from './commands/back-office.js';
export { evaluateTiers } from './commands/evaluate-tiers.js';
export * from './home.js';
export type { DataSetReport } from './import/import-run.js';
export * from './import/sources.js';
export * from './installation.js';
export * from './projecting.js';
export { untilTimeKept } from './keeping-time.js';
