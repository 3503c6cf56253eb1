import type { MasterKeys } from './master-keys.js';

/**
 * Keyed blind index of a personal value, hex: equal values of one field have equal indexes, and nobody without the key
 * can try values. Case, width and white space are folded first, so that a search finds what a person would call equal.
 */
export const blindIndex = (keys: MasterKeys, field: string, value: string): string =>
  keys.hash(`blind index ${field}`, value.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase());
