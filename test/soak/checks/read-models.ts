import { eventRegistry } from '#application';
import { createPool } from '#database';
import { PostgresFeed } from '#event-feed';
import { LogReader } from '#event-store';
import { ClientKeys, MasterKeys } from '#privacy';
import { allProjections } from '#read-models';
import { ProjectionRunner } from '#projections';
import { digestsOf } from '../../support/read-model-digests.js';
import type { Rogue } from '../rogue.js';
import { FIRM_ZONE, migrated, type World } from '../world.js';
import type { Check } from './check.js';

const POLL_MS = 50;
const FOLDED_MAX_MS = 300_000;

/**
 * G7, G8, G10: the live rows are those of a fold of the log from its beginning by the code of this build, into a database of
 * its own, and so is what is parked: the poisoned clients, and nobody else.
 */
export async function checkReadModels(world: World, rogue: Rogue, head: number): Promise<Check> {
  const name = `fold_${head}`;
  await world.owner.query(`CREATE DATABASE ${name}`);
  const url = new URL(world.postgres.url);
  url.pathname = `/${name}`;
  try {
    migrated(url.href, process.cwd());
    await foldInto(url.href, world, head);
    const [live, folded] = [await digestsOf(world.postgres.url), await digestsOf(url.href)];
    const findings = Object.keys(folded).flatMap((table) =>
      live[table] === folded[table] ? [] : [`${table}: live ${live[table]}, folded ${folded[table]}`],
    );
    const { rows } = await world.owner.query<{ key: string }>('SELECT DISTINCT key FROM read.parked');
    for (const { key } of rows) if (!rogue.poisoned.has(key)) findings.push(`client ${key} is parked, and nothing is wrong with it`);
    const { rows: timeline } = await world.owner.query<{ delivered: number; shown: number }>(
      `SELECT (SELECT count(*)::int FROM log.events WHERE key = ANY ($1::uuid[])) AS delivered,
              (SELECT count(*)::int FROM read.parked WHERE projection = 'timeline')
            + (SELECT count(*)::int FROM read.timeline WHERE client_id = ANY ($1::uuid[])) AS shown`,
      [[...rogue.poisoned]],
    );
    const { delivered, shown } = timeline[0]!;
    if (delivered !== shown) findings.push(`${delivered} events of poisoned clients, ${shown} applied or parked`);
    const compared = `${Object.keys(folded).length} tables, ${rows.length} clients parked`;
    return { name: 'read models are the fold of the log, and nothing vanished', findings, compared };
  } finally {
    await world.owner.query(`DROP DATABASE ${name} WITH (FORCE)`);
  }
}

async function foldInto(url: string, { postgres, masterKeyFile }: World, head: number): Promise<void> {
  const log = createPool({ url: postgres.url, applicationName: 'fold' });
  const pool = createPool({ url, role: 'rapport_projector', applicationName: 'fold' });
  const master = MasterKeys.load(masterKeyFile);
  const projections = allProjections({ registry: eventRegistry, keys: new ClientKeys(log, master), master, firmZone: FIRM_ZONE });
  const reader = new LogReader(log);
  const runner = new ProjectionRunner({ pool, store: reader, registry: eventRegistry, projections });
  const stopping = new AbortController();
  const running = new PostgresFeed({ pool, group: 'fold', reader }).run(runner, stopping.signal);
  try {
    for (const start = performance.now(); ; await new Promise((resolve) => setTimeout(resolve, POLL_MS))) {
      const { rows } = await pool.query<{ behind: number; models: number }>(
        'SELECT count(*) FILTER (WHERE position < $1)::int AS behind, count(*)::int AS models FROM read.checkpoints',
        [head],
      );
      if (rows[0]!.models > 0 && rows[0]!.behind === 0) return;
      if (performance.now() - start > FOLDED_MAX_MS) throw new Error('the log was not folded within five minutes');
    }
  } finally {
    stopping.abort();
    await running;
    await runner.close();
    await Promise.all([log.end(), pool.end()]);
  }
}
