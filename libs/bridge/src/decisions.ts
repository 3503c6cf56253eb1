import {
  type ConflictDecision,
  inboxConflict,
  inboxConflictStream,
  inboxProblems,
  parkedMessage,
  type ParkedMessageCommand,
  parkedMessageStream,
} from '#back-office';
import { type CommandContext, type CommandResult, type CommandRunner, NotFound } from '#application';
import { type Database, type Sql, transaction } from '#database';
import { DomainError, HEAD_OFFICE, type Uuid } from '#event-sourcing';
import { adapterNamed } from './adapters/index.js';
import type { Inbox } from './inbox.js';
import { messageRow } from './inbox-rows.js';
import { lockLane } from './lanes.js';
import type { Delivery } from './statement.js';

const refusal = DomainError.of(inboxProblems);

/** What persons decide about the inbox. The decision is an event first; what follows from it is done after, and again where it was not. */
export class InboxDecisions {
  private readonly database: Database;

  constructor(
    private readonly inbox: Inbox,
    private readonly runner: CommandRunner,
  ) {
    this.database = inbox.options.database;
  }

  /** Of two contents under one key, keeps the first, or takes the other as a new statement in its place. */
  async resolveConflict(messageId: Uuid, decision: ConflictDecision, context: CommandContext): Promise<CommandResult> {
    const row = await messageRow(this.database, messageId);
    if (!row || row.conflictsWith === null) throw new NotFound();
    await this.inbox.conflicts.note();
    const stream = inboxConflictStream(messageId);
    const result = await this.runner.run({ id: messageId, created: false }, context, async () => {
      const loaded = await this.runner.load(inboxConflict, stream.id);
      const command = { type: 'ResolveConflict', decision, resolvedBy: context.principal.subject } as const;
      const events = inboxConflict.decide(command, loaded?.state ?? inboxConflict.initial);
      return { stream, version: loaded?.version ?? 0, decision: { events, branchId: HEAD_OFFICE } };
    });
    await transaction(this.database, async (sql) => {
      await lockLane(sql, row.lane);
      if (decision === 'keepFirst') await decided(sql, messageId, 'conflict', 'ignored', 'kept-first');
      else await takeOther(sql, messageId);
    });
    await this.inbox.follow(row);
    return result;
  }

  /** Tries a parked message again, e.g. after its source's adapter was repaired. */
  async retry(messageId: Uuid, context: CommandContext): Promise<CommandResult> {
    const row = await this.parked(messageId);
    const result = await this.decide(messageId, context, (stated) => ({ type: 'RetryParked', ...stated }));
    if (row.holdsKey) {
      await decided(this.database, messageId, 'parked', 'waiting', null);
      await this.inbox.follow(row);
      return result;
    }
    const raw = await this.inbox.vault.open(row);
    const adapter = adapterNamed(row.adapter);
    if (!raw || !adapter) return result;
    const { channel, speaker } = row;
    const delivery: Delivery = { channel, deliveryId: row.deliveryId, adapter, source: row.source, ...(speaker !== null && { speaker }) };
    const { message, refusal } = (await this.inbox.understood([raw], delivery))[row.ordinal] ?? {};
    if (!message) {
      await this.database.query('UPDATE bridge.messages SET reason = $2, pointer = $3 WHERE message_id = $1', [
        messageId,
        refusal?.code ?? row.reason,
        refusal?.pointer ?? null,
      ]);
      return result;
    }
    await this.inbox.take([raw], delivery);
    await decided(this.database, messageId, 'parked', 'repaired', null);
    await this.inbox.settleDays([row.source]);
    return result;
  }

  /** A parked message will never count; it stays where it is, for the record. */
  async giveUp(messageId: Uuid, context: CommandContext): Promise<CommandResult> {
    const row = await this.parked(messageId);
    const result = await this.decide(messageId, context, (stated) => ({ type: 'GiveUpParked', rawSha256: row.rawSha256, ...stated }));
    await decided(this.database, messageId, 'parked', 'givenUp', row.reason);
    await this.inbox.settleDays([row.source]);
    return result;
  }

  /** Parked now or once: a repeat of the command is answered as the first was. */
  private async parked(messageId: Uuid) {
    const row = await messageRow(this.database, messageId);
    if (!row || !['parked', 'givenUp', 'repaired', 'applied', 'waiting', 'stale'].includes(row.status)) throw new NotFound();
    return row;
  }

  private decide(
    messageId: Uuid,
    context: CommandContext,
    command: (stated: { source: string; record: string; reason: string; by: string }) => ParkedMessageCommand,
  ): Promise<CommandResult> {
    const stream = parkedMessageStream(messageId);
    return this.runner.run({ id: messageId, created: false }, context, async () => {
      const row = await messageRow(this.database, messageId);
      if (row?.status !== 'parked') throw refusal('message-not-parked');
      const loaded = await this.runner.load(parkedMessage, stream.id);
      const stated = { source: row.source, record: row.record, reason: row.reason ?? 'unknown', by: context.principal.subject };
      const events = parkedMessage.decide(command(stated), loaded?.state ?? parkedMessage.initial);
      return { stream, version: loaded?.version ?? 0, decision: { events, branchId: HEAD_OFFICE } };
    });
  }
}

const decided = (sql: Sql, messageId: Uuid, from: string, to: string, reason: string | null) =>
  sql.query('UPDATE bridge.messages SET status = $3, reason = $4, decided_at = now() WHERE message_id = $1 AND status = $2', [
    messageId,
    from,
    to,
    reason,
  ]);

/** The key changes hands. What held it remembers for whom, so that the same coming again is known to be decided. */
async function takeOther(sql: Sql, messageId: Uuid): Promise<void> {
  await sql.query(
    `UPDATE bridge.messages m SET status = 'replaced', holds_key = false, conflicts_with = o.message_id, decided_at = now()
       FROM bridge.messages o WHERE o.message_id = $1 AND o.status = 'conflict'
        AND m.source = o.source AND m.record = o.record AND m.version = o.version AND m.holds_key`,
    [messageId],
  );
  await sql.query(
    `UPDATE bridge.messages SET status = 'waiting', holds_key = true, reason = NULL, position = NULL, stream_id = NULL, decided_at = now()
      WHERE message_id = $1 AND status = 'conflict'`,
    [messageId],
  );
}
