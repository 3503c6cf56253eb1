export type { AppendLoad } from './append-metrics.js';
export * from './append.js';
export * from './event-store.js';
export * from './log-reader.js';
export * from './migrations.js';
export { UnreadableLog } from './readable.js';
export { type Finding, type FindingCode, type Verification, verifyLog, type VerifyOptions } from './verify.js';
