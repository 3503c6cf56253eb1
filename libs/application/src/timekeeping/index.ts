export { type CaseFile, caseInput, type CaseRun, type Rules, runFile, type SourcedFact } from './case-file.js';
export { type LogEntry, logEntryOf, type RuleEvent } from './log-entries.js';
export { timekeepingMigrations } from './migrations.js';
export { RulesHistory } from './rules-history.js';
export { RulesReader } from './rules-reader.js';
export { type LoggedTierEvent, tierAt, tierChangesAfter } from './tier-changes.js';
export { startTimekeeping, type Timekeeping, type TimekeepingOptions } from './start-timekeeping.js';
export { Timekeeper, type TimekeeperOptions } from './timekeeper.js';
