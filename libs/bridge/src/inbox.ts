import type { BackOfficeMessage } from '#back-office';
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
import { messageRow } from './inbox-rows.js';
import { type Taken, takeIn } from './intake.js';
import { MessageDigests } from './message-digests.js';
import { lockLane, sourceLane } from './lanes.js';
import { RawVault } from './raw-vault.js';
import { RiskResults } from './risk-results.js';
import { heard } from './hearing.js';
import { standingsOf } from './source-registry.js';
import { type Delivery, type Statement, statementsOf } from './statement.js';
import { statusesOf, type TakenMessage, told } from './taken-messages.js';

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

const log = createLogger('back-office');

/** The way in for what the trading back office says, whatever it comes over: stored first, durably and once, then applied. */
export class Inbox {
  readonly facts: FactLog;
  readonly vault: RawVault;
  readonly days: Days;
  readonly applier: Applier;
  readonly digests: MessageDigests;
  readonly conflicts: ConflictNotes;
  /** What is being taken in, so that nobody has to decrypt it to apply it. */
  private readonly atHand = new Map<Uuid, BackOfficeMessage>();

  constructor(readonly options: InboxOptions) {
    const { database, store, keys, zone } = options;
    this.facts = new FactLog(store, eventRegistry, zone);
    this.vault = new RawVault(keys);
    this.digests = new MessageDigests(keys);
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
    const taken = await this.keep(raws, delivery);
    return this.applyKept(taken, delivery, true);
  }

  /** The first half of taking in: what came is kept, and not applied yet. `applyKept` has to follow. */
  async keep(raws: readonly Uint8Array[], delivery: Delivery): Promise<readonly Taken[]> {
    await this.digests.readyIn(this.options.database);
    const statements = await this.understood(raws, delivery);
    if (statements.length === 0) return [];
    // which version an unnumbered one is, is known once it is in
    for (const { messageId, message, unnumbered } of statements) if (message && !unnumbered) this.atHand.set(messageId, message);
    try {
      const taken = await takeIn(this.options.database, this.vault, delivery, statements, this.digests);
      for (const { as, statement } of taken)
        if (as === 'new' && statement.unnumbered) this.atHand.set(statement.messageId, statement.message!);
      return taken;
    } catch (error) {
      for (const { messageId } of statements) this.atHand.delete(messageId);
      throw error;
    }
  }

  /**
   * Every statement of these bytes; one that nobody may make who brings it is a refusal. Throws DomainError where it came over
   * HTTP: its caller is told, and nothing of the delivery is kept.
   */
  async understood(raws: readonly Uint8Array[], delivery: Delivery): Promise<Statement[]> {
    const today = this.today();
    const pieces = raws.map((raw) => statementsOf(raw, delivery, today, this.digests));
    const standings = await standingsOf(
      this.options.database,
      pieces.flat().map(({ source }) => source),
    );
    return heard(pieces, delivery, standings);
  }

  /** The second half. `settling`: the days of what came are looked at again; who takes a whole file in does so at its end. */
  async applyKept(taken: readonly Taken[], delivery: Delivery, settling: boolean): Promise<TakenMessage[]> {
    if (taken.length === 0) return [];
    const fresh = taken.filter(({ as }) => as === 'new').map(({ statement }) => statement);
    // a file that comes again may have been left between the two halves: what it said then still waits
    const left = delivery.channel === 'file' ? taken.filter(({ as }) => as === 'ignored').map(({ statement }) => statement) : [];
    try {
      await this.conflicts.note();
      await this.applyIn([...fresh, ...left.filter(({ message }) => message)]);
      if (settling) await this.settleDays([...new Set(fresh.map(({ source }) => source))]);
    } catch (error) {
      log.warn({ error: String(error) }, 'kept in the inbox, and not applied yet');
    } finally {
      for (const { statement } of taken) this.atHand.delete(statement.messageId);
    }
    return told(taken, delivery, await statusesOf(this.options.database, taken, delivery));
  }

  private async applyIn(statements: readonly Statement[]): Promise<void> {
    // facts before what says that a day of them is complete
    const lanes = [...new Set(statements.map(({ lane }) => lane))];
    const ofSource = (lane: string): boolean => lane.startsWith('source|');
    await this.applier.apply(
      lanes.filter((lane) => !ofSource(lane)),
      this.atHand,
    );
    await this.applier.apply(lanes.filter(ofSource), this.atHand);
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
}
