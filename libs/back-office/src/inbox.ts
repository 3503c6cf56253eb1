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
import { messagesTaken } from './inbox-metrics.js';
import { messageRow } from './inbox-rows.js';
import { takeIn } from './intake.js';
import { lockLane, sourceLane } from './lanes.js';
import { RawVault } from './raw-vault.js';
import { RiskResults } from './risk-results.js';
import { type Delivery, type Statement, statementsOf } from './statement.js';

export interface InboxOptions {
  /**
   * A pool of its own, apart from the one that `keys` ask: a transaction here may have to look a key up, and would wait for a
   * connection that others hold who wait for it.
   */
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
    const statuses = await this.statusesOf(
      taken.map(({ statement }) => statement),
      delivery.deliveryId,
    );
    const told = new Set<string>();
    return taken.map(({ statement, as }) => {
      const { source, record, version } = statement;
      const key = contentKey(statement);
      // a request that is repeated because its answer was lost is answered alike; anything else that came before is ignored
      const again = told.has(key) || (as === 'ignored' && delivery.channel !== 'http');
      told.add(key);
      const stands = (again ? undefined : statuses.get(key)) ?? { status: 'ignored' as const };
      messagesTaken.inc({ channel: delivery.channel, outcome: stands.status });
      return { source, record, version, ...stands };
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

  /** What a source said word for word; undefined where there is no such message, or its key is gone. */
  async rawOf(messageId: Uuid): Promise<Buffer | undefined> {
    const row = await messageRow(this.options.database, messageId);
    return row && this.vault.open(row);
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

  /** How what came in this delivery stands; what had come in another before is not in it. Asked again, a delivery is answered alike. */
  private async statusesOf(
    statements: readonly Statement[],
    deliveryId: Uuid,
  ): Promise<Map<string, Pick<TakenMessage, 'status' | 'code' | 'pointer'>>> {
    const { rows } = await this.options.database.query<
      Pick<Statement, 'source' | 'record' | 'version' | 'contentSha256'> & {
        status: MessageStatus;
        reason: string | null;
        pointer: string | null;
      }
    >(
      `SELECT m.source, m.record, m.version, m.content_sha256 AS "contentSha256", m.status, m.reason, m.pointer FROM bridge.messages m
         JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[]) AS k (source, record, version, content)) k
           ON m.source = k.source AND m.record = k.record AND m.version = k.version AND m.content_sha256 = k.content
        WHERE m.delivery_id = $5`,
      [
        ...[statements.map((s) => s.source), statements.map((s) => s.record), statements.map((s) => s.version)],
        ...[statements.map((s) => s.contentSha256), deliveryId],
      ],
    );
    return new Map(
      rows.map(({ status, reason, pointer, ...key }) => [
        contentKey(key),
        { status, ...(reason !== null && { code: reason }), ...(pointer !== null && { pointer }) },
      ]),
    );
  }
}

const contentKey = ({
  source,
  record,
  version,
  contentSha256,
}: Pick<Statement, 'source' | 'record' | 'version' | 'contentSha256'>): string => `${source}|${record}|${version}|${contentSha256}`;
