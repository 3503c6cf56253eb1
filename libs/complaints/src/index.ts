export * from './complaint.js';
export * from './complaint-events.js';
