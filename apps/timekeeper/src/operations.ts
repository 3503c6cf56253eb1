import { type Timekeeper, TIMEKEEPER_LEASE, showTimekeeper, type TimekeeperFigures, timekeeperFigures } from '#timekeeping';
import { openOperationsDatabase } from '#database';
import { leads } from '#event-feed';
import { type Look, type Operations } from '#telemetry';
import type { TimekeeperConfig } from './config.js';

const READY_WITHIN_SECONDS = 60;

/** What operations see of the timekeeper: whether the log is answered, and deadlines that pass are told. */
export function timekeeperOperations({ databaseUrl: url }: TimekeeperConfig, timekeeper: Timekeeper): Operations {
  const { sql, dependency, close } = openOperationsDatabase({ url, role: 'rapport_timekeeper' });
  const endFigures = showTimekeeper(sql);
  const look = async (): Promise<Look> => {
    const figures = await timekeeperFigures(sql);
    const { eventsBehind, secondsBehind, dueCases, dueSeconds } = figures;
    const standby = !leads(TIMEKEEPER_LEASE);
    return {
      position: timekeeper.done,
      behind: eventsBehind + dueCases,
      secondsBehind: Math.max(secondsBehind, dueSeconds),
      standby,
      says: standby ? `stands by, another process keeps time; ${timeSays(figures)}` : timeSays(figures),
    };
  };
  return {
    health: { dependencies: [dependency], works: [{ name: 'the timekeeper', look }], readyWithinSeconds: READY_WITHIN_SECONDS },
    async close() {
      endFigures();
      await close();
    },
  };
}

function timeSays({ eventsBehind, secondsBehind, dueCases, dueSeconds, faultyCases }: TimekeeperFigures): string {
  const late = [
    ...(eventsBehind > 0 ? [`${eventsBehind} events of the last ${Math.round(secondsBehind)} s have no effect on deadlines yet`] : []),
    ...(dueCases > 0 ? [`${dueCases} cases wait to be warned of or told late, the longest for ${Math.round(dueSeconds)} s`] : []),
    ...(faultyCases > 0 ? [`the clocks of ${faultyCases} cases cannot be run`] : []),
  ];
  return late.length === 0 ? 'service clocks are up to date' : late.join('; ');
}
