export * from './format.js';
export * from './format-checks.js';
export { checkCalendar } from './format-checks-calendar.js';
export { checkEdition } from './format-checks-edition.js';
export { type FormatCode, formatFaults } from './format-faults.js';
export * from './full-promise.js';
export * from './handbook-faults.js';
