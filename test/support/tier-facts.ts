import { randomUUID } from 'node:crypto';
import { type AccountEvent, accountStream, type RateEvent, rateStream, type SourceEvent, sourceStream } from '#back-office';
import type { CommandContext, EventCodec } from '#application';
import { clientStream } from '#clients';
import { type DomainEvent, type LocalDate, newId, type StreamRef, type Uuid } from '#event-sourcing';
import type { EventStore } from '#event-store';
import { type RecordedTierEvent, type TierEvent, type TierRules, tierRulesStream, tierStream } from '#tiers';

export const FIRM_ZONE = 'Asia/Shanghai';
export const SOURCE = 'core';
const REGISTERED = { reachableAt: [], acquisitionSource: 'branch', provisional: true };

/** What the back office says, straight to the log. */
export interface TierFacts {
  say(stream: StreamRef, ...events: DomainEvent[]): Promise<number>;
  /** The same, known by its day alone. */
  sayOn(on: LocalDate, stream: StreamRef, ...events: DomainEvent[]): Promise<number>;
  publish(rules: TierRules, effectiveFrom: LocalDate): Promise<void>;
  /** A client with accounts that are theirs, of which nothing is known yet. */
  register(accountIds: readonly string[], clientId?: Uuid, branchId?: string): Promise<Uuid>;
  /** A client with an account open from a date on; answers the client. */
  client(accountId: string, openedOn: LocalDate, clientId?: Uuid, branchId?: string): Promise<Uuid>;
  account(clientId: Uuid, event: AccountEvent, branchId?: string): Promise<number>;
  assets(clientId: Uuid, accountId: string, on: LocalDate, totalMinor: number, currency?: string): Promise<number>;
  source(event: SourceEvent): Promise<number>;
  rate(event: RateEvent): Promise<number>;
  complete(...days: LocalDate[]): Promise<void>;
  /** A client's tier events, in log order. */
  tierOf(clientId: Uuid): Promise<RecordedTierEvent[]>;
}

export function tierFacts(store: EventStore, codec: EventCodec): TierFacts {
  const branches = new Map<Uuid, string>();
  const append = async (on: LocalDate | undefined, stream: StreamRef, events: DomainEvent[]): Promise<number> => {
    const commandId = newId();
    const at = `${on}T00:00:00.000Z`;
    const context: CommandContext = {
      commandId,
      requestHash: randomUUID().replaceAll('-', '').repeat(2),
      keepOutcome: 'sevenDays',
      now: new Date().toISOString(),
      principal: { subject: 'back-office', role: 'integrationClient', branchScope: '*' },
      correlationId: commandId,
      ...(on !== undefined && { occurred: { precision: 'day', at, date: on, zone: FIRM_ZONE } }),
      source: { system: SOURCE, record: `R-${commandId.slice(-6)}#1` },
    };
    const encoded = await codec.encode(events, stream.key, branches.get(stream.key) ?? 'sh-01', context);
    const outcome = await store.append({ ...context, stream, expectedVersion: 'any', events: encoded });
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    return outcome.position;
  };
  const say: TierFacts['say'] = (stream, ...events) => append(undefined, stream, events);
  const account = (clientId: Uuid, event: AccountEvent) => say(accountStream(clientId, event.data.accountId), event);
  const source = (event: SourceEvent) => say(sourceStream(event.data.source), event);
  const register: TierFacts['register'] = async (accountIds, clientId = newId(), branchId = 'sh-01') => {
    branches.set(clientId, branchId);
    const linked = accountIds.map((accountId) => ({ type: 'AccountLinked', data: { accountId, role: 'owner' } }));
    const file = { clientNo: `N-${clientId}`, party: 'person', identity: {}, branchId, ...REGISTERED };
    await say(clientStream(clientId), { type: 'ClientRegistered', data: file }, ...linked);
    return clientId;
  };
  return {
    say,
    account,
    source,
    register,
    sayOn: (on, stream, ...events) => append(on, stream, events),
    async publish(rules, effectiveFrom) {
      const drafted = { type: 'TierRulesDrafted', data: { rules, draftedBy: 'li.na' } };
      const approved = { type: 'TierRulesApproved', data: { version: rules.version, approvedBy: 'lin' } };
      await say(tierRulesStream, drafted, approved, { type: 'TierRulesPublished', data: { rules, effectiveFrom, publishedBy: 'lin' } });
    },
    async client(accountId, openedOn, id, branchId) {
      const clientId = await register([accountId], id, branchId);
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
  };
}
