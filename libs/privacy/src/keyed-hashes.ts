import type { MasterKeys } from './master-keys.js';

/**
 * Keyed blind index of a personal value, hex: equal values of one field have equal indexes, and nobody without the key
 * can try values. Case, width and white space are folded first, so that a search finds what a person would call equal.
 */
export const blindIndex = (keys: MasterKeys, field: string, value: string): string =>
  keys.hash(`blind index ${field}`, value.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase());

/** Keyed hash of what a command asked, hex: two bodies that differ only in spelling of JSON are the same request. */
export class RequestHasher {
  constructor(private readonly keys: MasterKeys) {}

  hash(request: unknown): string {
    return this.keys.hash('request', canonicalJson(request));
  }
}

/** JSON with members in code unit order (names that are numbers first, as JavaScript has them) and absent members left out. */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value)) ?? 'null';

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members: Record<string, unknown> = {};
  for (const name of Object.keys(value).sort()) members[name] = sorted((value as Record<string, unknown>)[name]);
  return members;
}
