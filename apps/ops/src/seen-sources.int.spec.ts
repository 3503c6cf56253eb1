import { expect, it, jest } from '@jest/globals';
import { createPool, migrate } from '#database';
import { createTestDatabase } from '../../../test/support/postgres.js';
import { allMigrations } from './migrations.js';

jest.setTimeout(60_000);

it('carries the sources of an installation from before they were registered as seen, so that nothing of it stops', async () => {
  const at = allMigrations.findIndex(({ name }) => name === 'back-office-004-sources');
  const database = await createTestDatabase(allMigrations.slice(0, at));
  const owner = createPool({ url: database.url, max: 1, applicationName: 'owner' });
  await owner.query(`INSERT INTO bridge.messages (message_id, source, record, version, lane, content_sha256, raw_sha256, ordinal, adapter, sealed,
      key_subject, channel, delivery_id, status, holds_key)
    SELECT gen_random_uuid(), s, 'r', 1, 'x', '', i::text, 0, 'standard', '', gen_random_uuid(), 'http', gen_random_uuid(), status, holds
      FROM unnest('{core,core2,rubbish}'::text[], '{applied,waiting,parked}'::text[], '{t,t,f}'::boolean[]) WITH ORDINALITY AS m (s, status, holds, i)`);
  await migrate(database.url, allMigrations);
  expect((await owner.query('SELECT source, as_seen, terms FROM bridge.sources ORDER BY 1')).rows).toEqual([
    { source: 'core', as_seen: true, terms: null },
    { source: 'core2', as_seen: true, terms: null },
  ]);
  await owner.end();
  await database.drop();
});
