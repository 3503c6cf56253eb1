import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { type AccountEvent, accountStream, type RateEvent, rateStream, type SourceEvent, sourceStream } from '#accounts';
import { type CommandContext, EventCodec, eventRegistry, timekeepingMigrations } from '#application';
import { clientStream } from '#clients';
import { createPool, type Database, migrate } from '#database';
import { eventFeedMigrations, PostgresFeed } from '#event-feed';
import { type DomainEvent, type LocalDate, newId, type StreamRef, type Uuid } from '#event-sourcing';
import { EventStore, eventStoreMigrations, LogReader } from '#event-store';
import { ClientKeys, MasterKeys, privacyMigrations } from '#privacy';
import { allProjections, ProjectionRunner, readModelMigrations, readModelRunnerMigrations } from '#read-models';
import { openTiering, type Tiering, tieringMigrations, type TieringOptions } from '#tiering';
import { type RecordedTierEvent, type TierEvent, type TierRules, tierRulesStream, tierStream } from '#tiers';
import { createTestDatabase, type TestDatabase } from './postgres.js';

export const FIRM_ZONE = 'Asia/Shanghai';
export const SOURCE = 'core';
const REGISTERED = { reachableAt: [], branchId: 'sh-01', acquisitionSource: 'branch', provisional: true };

/** Facts of accounts on a log of its own with its read models, and what evaluates them. */
export interface TieredLog {
  url: string;
  owner: Database;
  store: EventStore;
  tiering: Tiering;
  say(stream: StreamRef, ...events: DomainEvent[]): Promise<number>;
  publish(rules: TierRules, effectiveFrom: LocalDate): Promise<void>;
  /** A client with an account open from a date on; answers the client. */
  client(accountId: string, openedOn: LocalDate, clientId?: Uuid): Promise<Uuid>;
  account(clientId: Uuid, event: AccountEvent): Promise<number>;
  assets(clientId: Uuid, accountId: string, on: LocalDate, totalMinor: number, currency?: string): Promise<number>;
  source(event: SourceEvent): Promise<number>;
  rate(event: RateEvent): Promise<number>;
  complete(...days: LocalDate[]): Promise<void>;
  /** A client's tier events, in log order. */
  tierOf(clientId: Uuid): Promise<RecordedTierEvent[]>;
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
  await migrate(url, [...migrations.flat(), ...timekeepingMigrations, ...tieringMigrations]);
  const folder = mkdtempSync(path.join(tmpdir(), 'rapport-tiers-'));
  const owner = createPool({ url, max: 3, applicationName: 'owner' });
  const projectorPool = createPool({ url, role: 'rapport_projector', applicationName: 'projector under test' });
  const master = MasterKeys.loadOrCreate(path.join(folder, 'master-keys.json'));
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
  const say = async (stream: StreamRef, ...events: DomainEvent[]): Promise<number> => {
    const commandId = newId();
    const context: CommandContext = {
      ...{ commandId, requestHash: randomUUID().replaceAll('-', '').repeat(2), keepOutcome: 'sevenDays', now: new Date().toISOString() },
      ...{ principal: { subject: 'back-office', role: 'integrationClient', branchScope: '*' }, correlationId: commandId },
      source: { system: SOURCE, record: `R-${commandId.slice(-6)}#1` },
    };
    const encoded = await codec.encode(events, stream.key, 'sh-01', context);
    const outcome = await store.append({ ...context, stream, expectedVersion: 'any', events: encoded });
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    return outcome.position;
  };
  const account = (clientId: Uuid, event: AccountEvent) => say(accountStream(clientId, event.data.accountId), event);
  const source = (event: SourceEvent) => say(sourceStream(event.data.source), event);
  return {
    ...{ url, owner, store, tiering, say, account, source, open, stopProjecting },
    publish: async (rules, effectiveFrom) =>
      void (await say(tierRulesStream, { type: 'TierRulesPublished', data: { rules, effectiveFrom, publishedBy: 'lin' } })),
    async client(accountId, openedOn, clientId = newId()) {
      await say(
        clientStream(clientId),
        { type: 'ClientRegistered', data: { clientNo: `N-${clientId}`, party: 'person', identity: {}, ...REGISTERED } },
        { type: 'AccountLinked', data: { accountId, role: 'owner' } },
      );
      await account(clientId, { type: 'AccountOpened', data: { accountId, source: SOURCE, openedOn, currency: 'CNY' } });
      return clientId;
    },
    assets: (clientId, accountId, on, amountMinor, currency = 'CNY') =>
      account(clientId, { type: 'AssetsObserved', data: { accountId, source: SOURCE, on, total: { amountMinor, currency } } }),
    rate: (event) => say(rateStream(event.data.currency, event.data.base), event),
    async complete(...days) {
      for (const on of days) await source({ type: 'SourceDayCompleted', data: { source: SOURCE, on, totals: { records: 0 } } });
    },
    async tierOf(clientId) {
      const rows = await store.load(tierStream(clientId).id);
      return (await codec.decode<TierEvent>(rows)).map((event, i) => ({ event, recordedAt: rows[i]!.recordedAt }));
    },
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
