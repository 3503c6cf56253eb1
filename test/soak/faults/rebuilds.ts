import { setTimeout as sleep } from 'node:timers/promises';
import { eventRegistry } from '#application';
import { createPool } from '#database';
import { ClientKeys, MasterKeys } from '#privacy';
import { allProjections } from '#read-models';
import { rebuild, releaseKept } from '#projections';
import { FIRM_ZONE } from '../world.js';
import type { Fault } from './fault.js';

const REBALANCES = 5;
const BETWEEN_MS = 400;

/** G9: a model is rebuilt while commands keep coming and its readers keep leaving and joining; the rows are the same. */
export const rebuiltUnderLoad: Fault = {
  name: 'a read model rebuilt, with rebalances',
  kills: 0,
  async run({ world: { postgres, masterKeyFile, fleet }, chance, onViolation }) {
    const pool = createPool({ url: postgres.url, max: 2, applicationName: 'soak rebuild', onIdleError: () => undefined });
    const master = MasterKeys.load(masterKeyFile);
    const keys = new ClientKeys(pool, master);
    const projection = chance.one(allProjections({ registry: eventRegistry, keys, master, firmZone: FIRM_ZONE }));
    let over = false;
    const rebalancing = (async () => {
      for (let nth = 0; nth < REBALANCES || !over; nth++) {
        await fleet.bounce(fleet.of('projector')[nth % 2]!); // it leaves its group, and joins it again
        await sleep(BETWEEN_MS);
      }
    })();
    try {
      const result = await rebuild({ url: postgres.url, projection, registry: eventRegistry, by: 'soak' });
      if (result.outcome !== 'swapped') onViolation(`${projection.name} was rebuilt into other rows: ${JSON.stringify(result)}`);
      await releaseKept(pool, projection.name);
    } catch (error) {
      onViolation(`${projection.name} was not rebuilt: ${String(error)}`);
    } finally {
      over = true;
      await rebalancing;
      await pool.end();
    }
  },
};
