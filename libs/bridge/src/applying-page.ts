import {
  accountFactOf,
  type BackOfficeMessage,
  isOfAccount,
  type MessageOf,
  sourceFactOf,
  type SourceStanding,
  type SourceTerms,
  subjectOf,
} from '#back-office';
import type { Sql } from '#database';
import { DomainError, HEAD_OFFICE, type Instant, type LocalDate, type SourceRef, type Uuid } from '#event-sourcing';
import { createLogger } from '#telemetry';
import type { Days } from './days.js';
import { AppliedOtherwise, type FactLog } from './fact-log.js';
import { type AppliedRecord, type InboxRow, recordKey, type Settled } from './inbox-rows.js';
import type { Owner } from './owners.js';
import type { RiskResults } from './risk-results.js';
import type { Sequences } from './sequences.js';
import { countedOf } from './statement.js';
import { wavesOf } from './waves.js';

const log = createLogger('back-office');

/** What facts are made with. */
export interface ApplyingParts {
  facts: FactLog;
  days: Days;
  risk: RiskResults;
}

/** What one page of rows is applied with, on the connection that holds their lanes. */
export interface PageParts {
  sql: Sql;
  now: Instant;
  owners: ReadonlyMap<string, readonly [Owner, ...Owner[]]>;
  /** Clients of lanes that are a client's, by number. */
  numbered: ReadonlyMap<string, Uuid>;
  /** The latest applied statement of each record, moving along. */
  latest: Map<string, AppliedRecord>;
  sequences: Sequences;
  /** Undefined: its raw bytes can no longer be read. */
  messages: ReadonlyMap<Uuid, BackOfficeMessage | undefined>;
  /** What is known of their sources. */
  standings: ReadonlyMap<string, SourceStanding>;
  /** Clients by the numbers that messages state. */
  stated: ReadonlyMap<string, Uuid>;
}

/** Rows on their way into the log: many at once, and with the effect that each had if it came alone. */
export class ApplyingPage {
  constructor(
    private readonly parts: ApplyingParts,
    private readonly page: PageParts,
  ) {}

  /** Rejects only once nothing of it is under way any more. */
  async apply(rows: readonly InboxRow[]): Promise<Settled[]> {
    const settled: Settled[] = [];
    for (const wave of wavesOf(rows, (row) => this.aloneBy(row))) {
      const results = await Promise.allSettled(wave.map((row) => this.take(row)));
      for (const [at, result] of results.entries()) {
        if (result.status === 'rejected') throw result.reason;
        settled.push(result.value);
        this.remember(wave[at]!, result.value);
      }
    }
    return settled;
  }

  /** What a row is decided from, which another row may change: its record; its client's risk profile; the source's days. */
  private aloneBy(row: InboxRow): string[] {
    const message = this.page.messages.get(row.messageId);
    if (message?.kind === 'riskResult') return [recordKey(row), `risk|${this.clientOf(row) ?? row.lane}`];
    return message?.kind === 'dayCompleted' ? [recordKey(row), message.kind] : [recordKey(row)];
  }

  // What is sent is sent before this first waits, so that rows of an account arrive in the log in their order.
  private async take(row: InboxRow): Promise<Settled> {
    const message = this.page.messages.get(row.messageId);
    const decided = this.decide(row, message);
    const owners = this.ownersOf(row);
    const counts = decided === undefined || decided.status === 'stale';
    if (counts && message?.accountId !== undefined && message.sequence !== undefined && owners) {
      this.page.sequences.seen({ source: row.source, accountId: message.accountId }, message.sequence, owners, row.messageId);
    }
    if (decided) return decided;
    try {
      return await this.state(row, message!);
    } catch (error) {
      const { messageId, source, record, version } = row;
      if (error instanceof DomainError) return { messageId, status: 'parked', reason: error.code };
      if (!(error instanceof AppliedOtherwise)) throw error;
      log.error({ source, record, version }, 'the log holds another content of this statement');
      return { messageId, status: 'parked', reason: 'applied-otherwise' };
    }
  }

  /** What becomes of the row where it is not stated: from what was applied before it. */
  private decide(row: InboxRow, message: BackOfficeMessage | undefined): Settled | undefined {
    const { messageId } = row;
    const parked = (reason: string): Settled => ({ messageId, status: 'parked', reason });
    if (!message) return parked('raw-message-gone');
    const before = this.page.latest.get(recordKey(row));
    if (before && before.lane !== row.lane) return parked('record-of-another-account');
    if (before && subjectOf(before.kind as never) !== subjectOf(message.kind)) return parked('record-of-another-kind');
    const { clientNo, accountId } = message;
    const owners = this.ownersOf(row) ?? [];
    const stated = clientNo === undefined ? undefined : this.page.stated.get(clientNo);
    if (clientNo !== undefined && accountId !== undefined && !owners.some(({ clientId }) => clientId === stated))
      return parked('owner-differs');
    // a profile is one person's
    if (message.kind === 'riskResult' && owners.length > 1 && clientNo === undefined) return parked('joint-account');
    const branches = this.termsOf(row)?.branches;
    if (branches && owners.some(({ branchId }) => !branches.includes(branchId))) return parked('branch-not-of-source');
    return before && row.version < before.version ? { messageId, status: 'stale' } : undefined;
  }

  private async state(row: InboxRow, message: BackOfficeMessage): Promise<Settled> {
    const { messageId, source: system, record, version, contentSha256 } = row;
    const { sql, now } = this.page;
    const source: SourceRef = { system, record: `${record}#${version}` };
    if (message.sequence !== undefined) source.sequence = message.sequence;
    const zone = this.termsOf(row)?.zone;
    const dated = (on: LocalDate | null) => ({ on, ...(zone !== undefined && { zone }) });
    const purpose = `inbox|${system}|${record}|${version}${row.conflictsWith ? `|${contentSha256}` : ''}`;
    if (isOfAccount(message)) {
      // a correction goes where the first statement went, also after the account has another owner
      const heirs = this.heirsOf(row);
      const { on } = countedOf(message);
      const stated = heirs.map(async ({ clientId, branchId }) => {
        const { stream, event } = accountFactOf(message, clientId);
        const fact = { stream, event, purpose, contentSha256, branchId, source, ...dated(on), correlationId: messageId };
        return { streamId: stream.id, position: await this.parts.facts.append(fact, now) };
      });
      const [first] = await Promise.all(stated);
      const [{ clientId, branchId }, ...joint] = heirs;
      return { messageId, status: 'applied', clientId, branchId, joint, ...first! };
    }
    if (message.kind === 'riskResult') {
      const clientId = this.clientOf(row)!;
      const position = await this.parts.risk.record(message, clientId, { purpose, contentSha256, source, correlationId: messageId }, now);
      return { messageId, status: 'applied', clientId, position };
    }
    if (message.kind === 'dayCompleted') return this.parts.days.stated(sql, row, message, now);
    const { stream, event } = sourceFactOf(message as MessageOf<'feeSchedule' | 'outageDeclared' | 'exchangeRate' | 'sourceEnded'>);
    const { on } = countedOf(message);
    const position = await this.parts.facts.append(
      { stream, event, purpose, contentSha256, branchId: HEAD_OFFICE, source, ...dated(on), correlationId: messageId },
      now,
    );
    return { messageId, status: 'applied', streamId: stream.id, position };
  }

  private remember(row: InboxRow, { status, clientId, branchId, joint = [] }: Settled): void {
    if (status !== 'applied') return;
    const { version, kind, lane } = row;
    this.page.latest.set(recordKey(row), { version, kind, lane, clientId: clientId ?? null, branchId: branchId ?? null, joint });
  }

  private termsOf({ source }: InboxRow): SourceTerms | undefined {
    const standing = this.page.standings.get(source);
    return standing?.is === 'registered' ? standing.terms : undefined;
  }

  /** Each who got the earlier statement; of a record that is new, each who owns the account. */
  private heirsOf(row: InboxRow): readonly [Owner, ...Owner[]] {
    const before = this.page.latest.get(recordKey(row));
    const owners = this.ownersOf(row)!;
    if (!before?.clientId) return owners;
    return [{ clientId: before.clientId, branchId: before.branchId ?? owners[0].branchId }, ...before.joint];
  }

  private ownersOf({ lane }: InboxRow): readonly [Owner, ...Owner[]] | undefined {
    return lane.startsWith('account|') ? this.page.owners.get(lane.slice('account|'.length)) : undefined;
  }

  private clientOf(row: InboxRow): Uuid | undefined {
    if (row.lane.startsWith('client|')) return this.page.numbered.get(row.lane.slice('client|'.length));
    const owners = this.ownersOf(row);
    const clientNo = this.page.messages.get(row.messageId)?.clientNo;
    const named = clientNo === undefined ? undefined : this.page.stated.get(clientNo);
    return owners?.find(({ clientId }) => clientId === named)?.clientId ?? owners?.[0].clientId;
  }
}
