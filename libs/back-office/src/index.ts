export * from './adapters/index.js';
export { BackOffice } from './back-office.js';
export { InboxDecisions } from './decisions.js';
export { giveUpGap } from './gap-decisions.js';
export { Inbox, type InboxOptions, type MessageStatus, type TakenMessage } from './inbox.js';
export * from './lists.js';
export * from './migrations.js';
export { BREAKS_MAX, type ReconciliationReport, Reconciler } from './reconcile.js';
export { channels, type Delivery } from './statement.js';
