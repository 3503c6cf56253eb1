import { backOfficeRows } from './back-office.js';
import { clientRows } from './clients.js';
import { riskProfileRows } from './risk-profiles.js';
import type { AccessRows } from './row.js';
import { segmentRows } from './segments.js';
import { serviceLevelRows } from './service-levels.js';
import { tierRows } from './tiers.js';
import { valueRows } from './value.js';

export type { AccessRow } from './row.js';

/** Every part of the API, in the order in which they prepare what their addresses name. */
export const accessRows: readonly AccessRows[] = [
  clientRows,
  serviceLevelRows,
  tierRows,
  riskProfileRows,
  valueRows,
  segmentRows,
  backOfficeRows,
];
