export * from './authentication.js';
export * from './local-issuer.js';
export * from './permissions.js';
export * from './roles.js';
export * from './route-access.js';
