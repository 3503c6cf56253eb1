import type { Adapter } from './adapter.js';
import { berkaMovements } from './berka-movements.js';
import { brokerDayFile } from './broker-day-file.js';
import { standard } from './standard.js';
import { terminalCash } from './terminal-cash.js';
import { terminalHoldings } from './terminal-holdings.js';
import { terminalTrades } from './terminal-trades.js';
import { undecodableBatch } from './undecodable-batch.js';

export * from './adapter.js';
export { berkaMovements } from './berka-movements.js';
export { brokerDayFile } from './broker-day-file.js';
export { readMarker } from './marker-file.js';
export { standard } from './standard.js';
export { terminalCash } from './terminal-cash.js';
export { terminalHoldings } from './terminal-holdings.js';
export { terminalTrades } from './terminal-trades.js';
export { noteOf, undecodableBatch } from './undecodable-batch.js';

/** Every source that is understood. A parked message is tried again through the adapter it came through, by its name. */
export const adapters: readonly Adapter[] = [
  standard,
  brokerDayFile,
  berkaMovements,
  terminalHoldings,
  terminalTrades,
  terminalCash,
  undecodableBatch,
];

export const adapterNamed = (name: string): Adapter | undefined => adapters.find((adapter) => adapter.name === name);
