import type { MasterKeys } from './master-keys.js';

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
