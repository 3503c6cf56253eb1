import type { MasterKeys } from './master-keys.js';

/**
 * Keyed blind index of a personal value, hex: equal values of one field have equal indexes, and nobody without the key
 * can try values. Case, width and white space are folded first, so that a search finds what a person would call equal.
 */
export const blindIndex = (keys: MasterKeys, field: string, value: string): string =>
  keys.hash(`blind index ${field}`, value.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()).toString('hex');

/** Keyed hash of what a command asked, hex: two bodies that differ only in spelling of JSON are the same request. */
export class RequestHasher {
  constructor(private readonly keys: MasterKeys) {}

  hash(request: unknown): string {
    return this.keys.hash('request', canonicalJson(request)).toString('hex');
  }
}

/** JSON with members in code unit order and absent members left out. */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value)) ?? 'null';

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, sorted(member)] as const);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}
