/** For sorting: negative, zero or positive as `a` is below, at or above `b`; texts by their code units. */
export const inOrder = <T extends bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
