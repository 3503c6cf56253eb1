export * from './page.js';
export * from './read-database.js';
