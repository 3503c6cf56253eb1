import { AgeingHandler } from './ageing-query.js';
import { OpenItemsHandler } from './open-items.js';

export * from './ageing-query.js';
export * from './open-items.js';

/** What is still to be done, of several subjects. */
export const openWorkQueries = [OpenItemsHandler, AgeingHandler];
