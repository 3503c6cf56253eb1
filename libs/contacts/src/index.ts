export * from './contact.js';
export * from './follow-up.js';
export * from './outreach.js';
export * from './survey.js';
