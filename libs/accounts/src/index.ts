export * from './account-events.js';
export * from './message-check.js';
export * from './message-facts.js';
export * from './message-schemas.js';
export { LIST_MAX, messageKinds } from './message-shapes.js';
export * from './messages.js';
export * from './sequence.js';
export * from './source-events.js';
export * from './inbox-decisions.js';
