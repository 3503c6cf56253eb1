export * from './member.js';
export * from './stated-shape.js';
export * from './text-fields.js';
export * from './time-fields.js';
export * from './value-fields.js';
