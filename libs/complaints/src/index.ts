export * from './complaint.js';
export * from './complaint-events.js';
export * from './taxonomy.js';
