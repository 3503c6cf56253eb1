export * from './open-row.js';
export * from './page.js';
export * from './read-database.js';
