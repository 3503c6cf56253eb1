export * from './adapters/index.js';
export { Inbox, type InboxOptions, type MessageStatus, type TakenMessage } from './inbox.js';
export * from './migrations.js';
export type { Delivery } from './statement.js';
