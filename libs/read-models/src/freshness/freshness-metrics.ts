import type { Sql } from '#database';
import { gauge, onScrape } from '#telemetry';
import { readModels } from '../read-models.js';
import { readFreshness } from './freshness.js';

const lagEvents = gauge('rapport_projection_lag_events', 'Events of the log that a read model does not show yet.', [
  'projection',
  'version',
]);
const lagSeconds = gauge('rapport_projection_lag_seconds', 'Age of the oldest event that a read model does not show yet.', [
  'projection',
  'version',
]);
const parked = gauge('rapport_parked_keys', 'Clients whose events a read model could not apply, and that wait for a person.', [
  'projection',
  'version',
]);

const current = new Set(readModels.map(({ name, version }) => `${name} ${version}`));

/** Shows how fresh every read model is on every scrape. Answers what ends it. */
export const showFreshness = (database: Sql): (() => void) =>
  onScrape({
    read: () => readFreshness(database),
    show: ({ models }) => {
      for (const { model: projection, version, eventsBehind, secondsBehind, parkedClients } of models) {
        if (!current.has(`${projection} ${version}`)) continue; // what an earlier build has left is read by nobody
        const labels = { projection, version: String(version) };
        lagEvents.set(labels, eventsBehind);
        lagSeconds.set(labels, secondsBehind);
        parked.set(labels, parkedClients);
      }
    },
    clear: () => [lagEvents, lagSeconds, parked].forEach((one) => one.reset()),
  });
