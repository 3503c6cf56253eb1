import { openOperationsDatabase } from '#database';
import type { EventStore } from '#event-store';
import { freshnessSays, readFreshness, showFreshness } from '#read-models';
import { type Look, type Operations } from '#telemetry';
import type { ApiConfig } from '../config.js';

/** What operations see of the API: whether commands are answered, and how fresh what it shows is. */
export function apiOperations({ databaseUrl: url }: Pick<ApiConfig, 'databaseUrl'>, store: Pick<EventStore, 'appendLoad'>): Operations {
  const { sql, dependency, close } = openOperationsDatabase({ url, role: 'rapport_api' });
  const endFigures = showFreshness(sql); // also seen where no projector is left to tell
  const commands = async (): Promise<Look> => {
    const { queued, underWay, answered } = store.appendLoad;
    const behind = queued + underWay;
    return {
      position: answered,
      behind,
      secondsBehind: 0,
      says: behind === 0 ? 'commands are answered at once' : `${behind} commands wait to be stored`,
    };
  };
  // stale reads are told, and no reason to take no commands
  const reads = async (): Promise<Look> => ({ position: 0, behind: 0, secondsBehind: 0, says: freshnessSays(await readFreshness(sql)) });
  return {
    health: {
      dependencies: [dependency],
      works: [
        { name: 'the append path', look: commands },
        { name: 'read models', look: reads },
      ],
    },
    async close() {
      endFigures();
      await close();
    },
  };
}
