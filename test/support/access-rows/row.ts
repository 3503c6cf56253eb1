import type { ApiUnderTest } from '../api.js';

/**
 * One route: its address, the letters of the roles that may call it, a body in order, and what it is about where that is
 * not one client of Shanghai. firm: the whole firm, whatever the branch. list: answered to all, and empty for another branch.
 */
export type AccessRow = readonly [route: string, allowed: string, body?: object, about?: 'firm' | 'list'];

/** Routes of one part of the API. */
export interface AccessRows {
  rows: readonly AccessRow[];
  /** Makes what the addresses name, in Shanghai; answers it by the name in the address. `ids` holds what was made before. */
  prepare?: (under: ApiUnderTest, ids: Readonly<Record<string, string>>) => Promise<Record<string, string>>;
}
