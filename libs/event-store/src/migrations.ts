import type { Migration } from '#database';
import { appendFunction } from './append-function.js';
import { firstAppendFunction } from './first-append-function.js';
import { logSchema } from './log-schema.js';

// Nobody but the functions writes: they run with their owner's rights, whoever calls them.
const rights = `
REVOKE UPDATE, DELETE, TRUNCATE ON log.events, log.seals FROM PUBLIC, CURRENT_USER;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA log FROM PUBLIC;
GRANT USAGE ON SCHEMA log TO rapport_api, rapport_relay, rapport_projector, rapport_reader;
GRANT SELECT ON log.events, log.seals, log.stored_types TO rapport_api, rapport_relay, rapport_projector, rapport_reader;
GRANT SELECT ON log.outcomes, log.reservations TO rapport_api;
GRANT EXECUTE ON FUNCTION log.append, log.purge_outcomes TO rapport_api;
GRANT EXECUTE ON FUNCTION log.collect_types TO rapport_api, rapport_relay, rapport_projector;
`;

export const eventStoreMigrations: readonly Migration[] = [
  { name: 'event-store-001-log', sql: logSchema },
  { name: 'event-store-002-append', sql: firstAppendFunction },
  { name: 'event-store-003-rights', sql: rights },
  { name: 'event-store-004-append-usual-case', sql: appendFunction },
];
