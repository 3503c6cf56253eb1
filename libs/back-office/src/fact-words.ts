/** Kinds of facts of an account: for each, one source counts. `account`: that it is open, closed, dormant or frozen. */
export const accountFactKinds = ['account', 'assets', 'trades', 'cash', 'securities'] as const;
export type AccountFactKind = (typeof accountFactKinds)[number];

/** What sources may tell, by the word that their registration uses. */
export const factKinds = [...accountFactKinds, 'riskResults', 'fees', 'outages', 'rates'] as const;
export type FactKind = (typeof factKinds)[number];
