import type { BackOfficeMessage } from '#back-office';
import { type CommandContext, eventRegistry, PlainCodec } from '#application';
import { type Adapter, BackOffice, type Inbox, standard, type TakenMessage } from '#bridge';
import { createPool, type Database } from '#database';
import { newId } from '#event-sourcing';
import { type TierEvent, tierStream } from '#tiers';
import { aClient, type ApiUnderTest, type Caller, SHANGHAI, startApiUnderTest, type UnderTestOptions } from './api.js';
import { rawOf } from './back-office-messages.js';
import { letSpeak } from './seen-sources.js';

/** An inbox on the API's database, with the read models beside it. */
export interface BackOfficeUnderTest {
  under: ApiUnderTest;
  /** With the bridge's rights. */
  database: Database;
  office: BackOffice;
  inbox: Inbox;
  manager: Caller;
  /** Takes messages in one delivery; answers what became of each, as `status` or `status:code`. */
  say(...messages: readonly (BackOfficeMessage | Uint8Array | object)[]): Promise<string[]>;
  take(messages: readonly (BackOfficeMessage | Uint8Array | object)[], adapter?: Adapter): Promise<TakenMessage[]>;
  /** Registers a client who owns these accounts, and waits until the read models know. Answers the client's id. */
  owner(...accountIds: string[]): Promise<string>;
  link(clientId: string, ...accountIds: string[]): Promise<void>;
  /** Facts of an account's stream in the log, as `type`, in order. */
  facts(accountId: string): Promise<{ type: string; data: Record<string, unknown>; record: string }[]>;
  /** Appends an event to a client's tier stream, as an evaluation would. */
  tier(clientId: string, event: TierEvent): Promise<void>;
  close(): Promise<void>;
}

/** `strict`: sources speak only where they were registered. */
export async function startBackOffice(options?: UnderTestOptions & { strict?: boolean }): Promise<BackOfficeUnderTest> {
  const under = await startApiUnderTest(options);
  const database: Database & { end(): Promise<void> } = createPool({
    url: under.url,
    role: 'rapport_bridge',
    applicationName: 'inbox under test',
  });
  const office = new BackOffice({ database, store: under.parts.store, keys: under.parts.keys, zone: 'Asia/Shanghai' });
  const { inbox } = office;
  const manager = await under.as('branchManager', SHANGHAI);
  const rawsOf = (messages: readonly object[]) => messages.map((one) => (one instanceof Uint8Array ? one : rawOf(one)));
  const take = async (messages: readonly object[], adapter = standard) => {
    if (!options?.strict)
      await letSpeak(under.owner, ...messages.map(({ source }: { source?: unknown }) => (typeof source === 'string' ? source : 'core')));
    return inbox.take(rawsOf(messages), { channel: 'http', deliveryId: newId(), adapter, source: 'unknown' });
  };
  const link = async (clientId: string, ...accountIds: string[]) => {
    for (const accountId of accountIds) {
      const version = await under.store.streamVersion(clientId);
      const { status, body } = await manager.post(`/v1/clients/${clientId}/link-account`, { accountId, role: 'owner' }, { version });
      if (status !== 200) throw new Error(JSON.stringify(body));
      // what came before its owner is a second person's to decide about
      if ((body['events'] as string[]).includes('AccountClaimed')) await office.claims.decide(String(body['id']), 'approve', decidedBy());
      await under.settled();
    }
  };
  return {
    under,
    database,
    office,
    inbox,
    manager,
    take,
    link,
    say: async (...messages) => (await take(messages)).map(({ status, code }) => (code === undefined ? status : `${status}:${code}`)),
    async owner(...accountIds) {
      const clientId = String((await manager.post('/v1/clients', aClient())).body['id']);
      await under.settled();
      await link(clientId, ...accountIds);
      return clientId;
    },
    async facts(accountId) {
      const { rows: events } = await under.owner.query<{ type: string; data: string; metadata: string }>(
        `SELECT type, data, metadata FROM log.events WHERE stream_kind = 'account' ORDER BY position`,
      );
      return events
        .map(({ type, data, metadata }) => ({
          type,
          data: JSON.parse(data) as Record<string, unknown>,
          record: (JSON.parse(metadata) as { source?: { record: string } }).source?.record ?? '',
        }))
        .filter(({ data }) => data['accountId'] === accountId);
    },
    async tier(clientId, event) {
      const commandId = newId();
      const context: CommandContext = { ...decidedBy('rules', commandId), commandId };
      const events = [new PlainCodec(eventRegistry).encodeOne(event, undefined, SHANGHAI, context)];
      const { requestHash, keepOutcome } = context;
      const outcome = await under.store.append({
        commandId,
        requestHash,
        keepOutcome,
        stream: tierStream(clientId),
        expectedVersion: 'any',
        events,
      });
      if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    },
    async close() {
      await database.end();
      await under.close();
    },
  };
}

/** What comes with a person's decision. */
export const decidedBy = (subject = 'lin', commandId = newId()): CommandContext => ({
  commandId,
  requestHash: 'ab'.repeat(32),
  keepOutcome: 'sevenDays',
  now: new Date().toISOString(),
  correlationId: commandId,
  principal: { subject, role: 'complianceOfficer', branchScope: '*' },
});
