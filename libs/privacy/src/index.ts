export * from './blind-index.js';
export * from './client-keys.js';
export * from './event-key.js';
export * from './field-cipher.js';
export * from './sealed-value.js';
export * from './request-hash.js';
export * from './master-keys.js';
