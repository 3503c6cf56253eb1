/** SQL: a row with `position` and `replaced_at` holds now, or as known at the position that a parameter names, e.g. `$2`. */
const inForce = (alias: string, at?: string): string =>
  at === undefined
    ? `${alias}.replaced_at IS NULL`
    : `${alias}.position <= ${at} AND (${alias}.replaced_at IS NULL OR ${alias}.replaced_at > ${at})`;

/**
 * SQL: the fact in table alias `t` is of the source that counts for its kind on its account. What does not count is rare: an
 * index holds it alone, so that asking of each of many facts costs little.
 */
export const countedFact = (t: string, kind: string, at?: string): string =>
  `NOT EXISTS (SELECT FROM read.account_sources other WHERE other.client_id = ${t}.client_id AND other.account_id = ${t}.account_id
     AND other.kind = ${kind} AND other.source = ${t}.source AND NOT other.counted AND ${inForce('other', at)})`;

/** The same of rows of assets, each told as what it is: assets, a closing, an unlinking. */
export const countedAssets = (t: string, at?: string): string => countedFact(t, `${t}.told_as`, at);

/** SQL: no other source than that of `read.accounts` in alias `t` is the one that says whether the account is open. */
export const countedAccount = (t: string, at?: string): string =>
  `NOT EXISTS (SELECT FROM read.account_sources other WHERE other.client_id = ${t}.client_id AND other.account_id = ${t}.account_id
     AND other.kind = 'account' AND other.source <> ${t}.source AND other.counted AND ${inForce('other', at)})`;

/** SQL: of what the source of `read.accounts` in alias `t` tells of the account, something counts. */
export const countedForSomething = (t: string, at?: string): string =>
  `EXISTS (SELECT FROM read.account_sources own WHERE own.client_id = ${t}.client_id AND own.account_id = ${t}.account_id
     AND own.source = ${t}.source AND own.counted AND ${inForce('own', at)})`;

/** SQL: not all that the source in alias `t` tells of the account is set aside; nothing told is nothing set aside. */
export const notSetAside = (t: string, at?: string): string =>
  `(${countedForSomething(t, at)} OR NOT EXISTS (SELECT FROM read.account_sources other WHERE other.client_id = ${t}.client_id
     AND other.account_id = ${t}.account_id AND other.source = ${t}.source AND NOT other.counted AND ${inForce('other', at)}))`;

/** SQL: the rate in alias `t` is of the source that counts for its pair of currencies. */
export const countedRate = (t: string, at?: string): string =>
  `NOT EXISTS (SELECT FROM read.rate_sources other WHERE other.currency = ${t}.currency AND other.base = ${t}.base
     AND other.source = ${t}.source AND NOT other.counted AND ${inForce('other', at)})`;
