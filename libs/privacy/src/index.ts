export * from './client-keys.js';
export * from './field-cipher.js';
export * from './keyed-hashes.js';
export * from './master-keys.js';
