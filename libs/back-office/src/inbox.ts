import type { BackOfficeMessage } from '#accounts';
import { eventRegistry } from '#application';
import { type Database, transaction } from '#database';
import { type LocalDate, toLocalDate, type Uuid } from '#event-sourcing';
import type { EventStore } from '#event-store';
import type { ClientKeys } from '#privacy';
import { createLogger } from '#telemetry';
import { Applier } from './applier.js';
import { ConflictNotes } from './conflicts.js';
import { Days } from './days.js';
import { FactLog } from './fact-log.js';
import { takeIn } from './intake.js';
import { lockLane, sourceLane } from './lanes.js';
import { RawVault } from './raw-vault.js';
import { RiskResults } from './risk-results.js';
import { type Delivery, type Statement, statementsOf } from './statement.js';

export interface InboxOptions {
  database: Database;
  store: EventStore;
  keys: ClientKeys;
  /** IANA zone of the firm: whose today it is, and in which the sources' dates are. */
  zone: string;
  now?: () => Date;
}

export type MessageStatus = 'applied' | 'waiting' | 'ignored' | 'stale' | 'conflict' | 'parked';

/** What became of one statement of a delivery. `code` and `pointer`: why it is parked. */
export interface TakenMessage {
  source: string;
  record: string;
  version: number;
  status: MessageStatus;
  code?: string;
  pointer?: string;
}

const log = createLogger('back-office');

/** The way in for what the trading back office says, whatever it comes over: stored first, durably and once, then applied. */
export class Inbox {
  readonly facts: FactLog;
  readonly vault: RawVault;
  readonly days: Days;
  readonly applier: Applier;
  readonly conflicts: ConflictNotes;

  constructor(readonly options: InboxOptions) {
    const { database, store, keys, zone } = options;
    this.facts = new FactLog(store, eventRegistry, zone);
    this.vault = new RawVault(keys);
    this.days = new Days(this.facts);
    this.conflicts = new ConflictNotes(database, this.facts);
    const today = () => this.today();
    const risk = new RiskResults(store, keys, today);
    this.applier = new Applier({ database, vault: this.vault, facts: this.facts, days: this.days, risk, today });
  }

  today(): LocalDate {
    return toLocalDate((this.options.now?.() ?? new Date()).toISOString(), this.options.zone);
  }

  /**
   * Takes raw messages in. Once this resolves they are kept; what could not be applied for now waits, and is applied by the
   * bridge. Rejects only where nothing was kept.
   */
  async take(raws: readonly Uint8Array[], delivery: Delivery): Promise<TakenMessage[]> {
    const today = this.today();
    const statements = raws.flatMap((raw) => statementsOf(raw, delivery, today));
    if (statements.length === 0) return [];
    const taken = await takeIn(this.options.database, this.vault, delivery, statements);
    const fresh = taken.filter(({ as }) => as === 'new').map(({ statement }) => statement);
    try {
      await this.conflicts.note();
      await this.applyNew(fresh);
    } catch (error) {
      log.warn({ error: String(error) }, 'kept in the inbox, and not applied yet');
    }
    const statuses = await this.statusesOf(taken.filter(({ as }) => as !== 'ignored').map(({ statement }) => statement.messageId));
    return taken.map(({ statement: { source, record, version, messageId }, as }) => {
      const now = statuses.get(messageId);
      return { source, record, version, ...(as === 'ignored' || !now ? { status: 'ignored' } : now) };
    });
  }

  private async applyNew(statements: readonly Statement[]): Promise<void> {
    const known = new Map<Uuid, BackOfficeMessage>(statements.map(({ messageId, message }) => [messageId, message!]));
    // facts before what says that a day of them is complete
    const lanes = [...new Set(statements.map(({ lane }) => lane))];
    const ofSource = (lane: string): boolean => lane.startsWith('source|');
    await this.applier.apply(
      lanes.filter((lane) => !ofSource(lane)),
      known,
    );
    await this.applier.apply(lanes.filter(ofSource), known);
    await this.settleDays([...new Set(statements.map(({ source }) => source))]);
  }

  /** Applies what a decision has set free, and what follows from it. */
  async follow({ lane, source }: { lane: string; source: string }): Promise<void> {
    await this.applier.apply([lane]);
    await this.settleDays([source]);
  }

  /** Completes the stated days of these sources that can be completed by now. */
  async settleDays(sources: readonly string[]): Promise<void> {
    for (const source of [...sources].sort()) {
      await transaction(this.options.database, async (sql) => {
        await lockLane(sql, sourceLane(source));
        await this.days.settleOpen(sql, source, new Date().toISOString());
      });
    }
  }

  private async statusesOf(messageIds: readonly Uuid[]): Promise<Map<Uuid, Pick<TakenMessage, 'status' | 'code' | 'pointer'>>> {
    const { rows } = await this.options.database.query<{ id: Uuid; status: MessageStatus; reason: string | null; pointer: string | null }>(
      'SELECT message_id AS id, status, reason, pointer FROM bridge.messages WHERE message_id = ANY ($1::uuid[])',
      [messageIds],
    );
    return new Map(
      rows.map(({ id, status, reason, pointer }) => [
        id,
        { status, ...(reason !== null && { code: reason }), ...(pointer !== null && { pointer }) },
      ]),
    );
  }
}
