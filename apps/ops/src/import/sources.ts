import { bankMarketing } from './bank-marketing.js';
import { berka } from './berka.js';
import { cfpb } from './cfpb.js';
import type { Source } from './source.js';

export const sources: readonly Source[] = [cfpb, bankMarketing, berka];

/** Branch of imported clients whose branch the source does not say. */
export const HEAD_OFFICE = 'head-office';
