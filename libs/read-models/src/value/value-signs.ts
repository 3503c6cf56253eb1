import type { LocalDate, Uuid } from '#event-sourcing';
import type { ChurnSignalName } from '#tiers';
import type { ReadDatabase } from '../reading/read-database.js';
import { churnOfChunk } from './value-churn-query.js';
import { oneClient } from './value-clients.js';
import { dormancyOfChunk } from './value-dormancy-query.js';
import { valueFrame, type ValueQuestion } from './value-pages.js';

/** What is to be seen at a glance of a client's value; the evidence is in the client's value itself. */
export interface ValueSigns {
  dormant: boolean;
  lastActivityOn: LocalDate | null;
  /** Signs of leaving that are present; none of a prospect, who cannot leave. */
  churnSignals: ChurnSignalName[];
}

/** Of a page of clients, wherever their ids lie: one after the other, so that no others' facts are read. */
export async function signsOfClients(
  database: ReadDatabase,
  question: ValueQuestion,
  clientIds: readonly Uuid[],
): Promise<ReadonlyMap<Uuid, ValueSigns>> {
  const frame = await valueFrame(database, question);
  return database.inScope(question.scope, async (manager) => {
    const signs = new Map<Uuid, ValueSigns>();
    for (const clientId of clientIds) {
      const chunk = await oneClient(manager, clientId, question.zone);
      if (!chunk) continue;
      const [dormancy] = await dormancyOfChunk(manager, chunk, frame, frame.scales.dormancy);
      const [churn] = chunk.clients[0]!.status === 'active' ? await churnOfChunk(manager, chunk, frame, frame.scales.churn) : [];
      const present = (churn?.signals ?? []).filter((one) => one.present).map(({ signal }) => signal);
      signs.set(clientId, { dormant: dormancy!.dormant, lastActivityOn: dormancy!.lastActivityOn, churnSignals: present });
    }
    return signs;
  });
}
