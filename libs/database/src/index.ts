export * from './durability.js';
export * from './embedded-postgres.js';
export * from './migration.js';
export * from './migrations.js';
export * from './pool.js';
export * from './roles.js';
export * from './row-types.js';
