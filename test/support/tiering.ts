import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EventCodec, eventRegistry } from '#application';
import { timekeepingMigrations } from '#timekeeping';
import { createPool, type Database, migrate } from '#database';
import { eventFeedMigrations, PostgresFeed } from '#event-feed';
import type { LocalDate } from '#event-sourcing';
import { EventStore, eventStoreMigrations, LogReader } from '#event-store';
import { ClientKeys, MasterKeys, privacyMigrations } from '#privacy';
import { allProjections, laterReadModelMigrations, readModelMigrations } from '#read-models';
import { firstGenerationMigrations, ProjectionRunner, readModelRunnerMigrations } from '#projections';
import { openTiering, type Tiering, tieringMigrations, type TieringOptions } from '#tiering';
import { createTestDatabase, type TestDatabase } from './postgres.js';
import { FIRM_ZONE, SOURCE, type TierFacts, tierFacts } from './tier-facts.js';

export { FIRM_ZONE, SOURCE };

/** Facts of accounts on a log of its own with its read models, and what evaluates them. */
export interface TieredLog extends TierFacts {
  url: string;
  masterKeyFile: string;
  owner: Database;
  store: EventStore;
  tiering: Tiering;
  /** What has come since is looked at. */
  late(): Promise<number>;
  run(...dates: LocalDate[]): Promise<void>;
  open(options?: Partial<TieringOptions>): Promise<Tiering>;
  /** From here on the read models stay as they are. */
  stopProjecting(): Promise<void>;
  close(): Promise<void>;
}

/** `database`: an empty one; a new one of the test run's cluster otherwise. */
export async function createTieredLog(options: Partial<TieringOptions> = {}, database?: TestDatabase): Promise<TieredLog> {
  const migrations = [eventStoreMigrations, privacyMigrations, eventFeedMigrations, readModelRunnerMigrations, readModelMigrations];
  const { url, drop } = database ?? (await createTestDatabase());
  await migrate(url, [
    ...migrations.flat(),
    ...timekeepingMigrations,
    ...tieringMigrations,
    ...firstGenerationMigrations,
    ...laterReadModelMigrations,
  ]);
  const folder = mkdtempSync(path.join(tmpdir(), 'rapport-tiers-'));
  const owner = createPool({ url, max: 3, applicationName: 'owner' });
  const projectorPool = createPool({ url, role: 'rapport_projector', applicationName: 'projector under test' });
  const masterKeyFile = path.join(folder, 'master-keys.json');
  const master = MasterKeys.loadOrCreate(masterKeyFile);
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'facts under test' });
  const keys = new ClientKeys(projectorPool, master);
  const codec = new EventCodec(eventRegistry, new ClientKeys(owner, master));
  const reader = new LogReader(projectorPool);
  const projections = allProjections({ registry: eventRegistry, keys, master, firmZone: FIRM_ZONE });
  const runner = new ProjectionRunner({ pool: projectorPool, store: reader, registry: eventRegistry, projections });
  const stopping = new AbortController();
  const feed = new PostgresFeed({ pool: projectorPool, group: 'test', reader, pollMs: 5, onAppended: store.onAppended });
  const feeding = feed.run(runner, stopping.signal);
  const stopProjecting = async (): Promise<void> => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    await feeding;
    await runner.close();
  };
  const opened: Tiering[] = [];
  const open = async (more: Partial<TieringOptions> = {}): Promise<Tiering> => {
    const tiering = await openTiering({ url, firmZone: FIRM_ZONE, readyWithinMs: 10_000, ...options, ...more });
    opened.push(tiering);
    return tiering;
  };
  const tiering = await open();
  return {
    url,
    masterKeyFile,
    owner,
    store,
    tiering,
    open,
    stopProjecting,
    ...tierFacts(store, codec),
    late: async () => tiering.latePass.run(await tiering.readModelsReady(), new AbortController().signal),
    async run(...dates) {
      for (const on of dates) await tiering.evaluator.run(on, new AbortController().signal);
    },
    async close() {
      for (const one of opened) await one.close();
      await stopProjecting();
      await store.close();
      await Promise.all([projectorPool, owner].map((pool) => pool.end()));
      await drop();
      rmSync(folder, { recursive: true });
    },
  };
}
