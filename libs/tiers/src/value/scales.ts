import { type ChurnScales, defaultChurnScales } from './churn.js';
import { defaultDormancyScales, type DormancyScales } from './dormancy.js';
import { defaultPreferenceScales, type PreferenceScales } from './observed-preference.js';
import { defaultParetoScales, type ParetoScales } from './pareto.js';
import { defaultPotentialScales, type PotentialScales } from './potential.js';
import { defaultRfmScales, type RfmScales } from './rfm.js';

/** Every bound of the value rules. Amounts are in minor units of the firm's base currency. */
export interface ValueScales {
  rfm: RfmScales;
  pareto: ParetoScales;
  potential: Omit<PotentialScales, 'currency'>;
  churn: ChurnScales;
  preference: PreferenceScales;
  dormancy: DormancyScales;
}

/** The bounds that `tiers.md`, "Value and behaviour", names. */
export const defaultValueScales: ValueScales = {
  rfm: defaultRfmScales,
  pareto: defaultParetoScales,
  potential: defaultPotentialScales,
  churn: defaultChurnScales,
  preference: defaultPreferenceScales,
  dormancy: defaultDormancyScales,
};
