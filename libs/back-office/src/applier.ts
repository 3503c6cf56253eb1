import { accountFactOf, type BackOfficeMessage, isOfAccount, type MessageOf, sourceFactOf, subjectOf } from '#accounts';
import { type Database, type Sql, transaction } from '#database';
import { DomainError, type Instant, type LocalDate, type Uuid } from '#event-sourcing';
import { createLogger } from '#telemetry';
import type { Days } from './days.js';
import { AppliedOtherwise, type FactLog } from './fact-log.js';
import { type AppliedRecord, appliedOf, type InboxRow, messageOf, recordKey, settle, type Settled, waitingIn } from './inbox-rows.js';
import { lockLanes } from './lanes.js';
import { clientsNumbered, type Owner, ownersOf } from './owners.js';
import type { RawVault } from './raw-vault.js';
import type { RiskResults } from './risk-results.js';
import { Sequences } from './sequences.js';
import { countedOf } from './statement.js';

const PAGE = 1_000;
const PAGES_MAX = 1_000;
const LANES_MAX = 500; // each is a lock in PostgreSQL's memory
const log = createLogger('back-office');

export interface ApplierParts {
  database: Database;
  vault: RawVault;
  facts: FactLog;
  days: Days;
  risk: RiskResults;
  today(): LocalDate;
}

/** What one page of rows is applied with. */
interface Page {
  sql: Sql;
  now: Instant;
  owners: ReadonlyMap<string, Owner>;
  numbered: ReadonlyMap<string, Uuid>;
  latest: Map<string, AppliedRecord>;
  sequences: Sequences;
  known: ReadonlyMap<Uuid, BackOfficeMessage>;
}

/**
 * Turns what waits in the inbox into facts in the log, lane by lane and in the order it came. A lane is locked for as long as
 * a page of it is worked on, so that two processes never apply one account at once; each fact has an id of its own, so that
 * one who died between the log and the inbox is simply followed by another.
 */
export class Applier {
  constructor(private readonly parts: ApplierParts) {}

  /** Applies what can be applied in these lanes. `known`: messages at hand, so that they need not be decrypted. */
  async apply(lanes: readonly string[], known: ReadonlyMap<Uuid, BackOfficeMessage> = new Map()): Promise<void> {
    const distinct = [...new Set(lanes)];
    for (let from = 0; from < distinct.length; from += LANES_MAX) {
      const some = distinct.slice(from, from + LANES_MAX);
      for (let page = 0; page < PAGES_MAX && (await this.page(some, known)); page++);
    }
  }

  /** Answers whether there may be more that can be applied. */
  private page(lanes: readonly string[], known: ReadonlyMap<Uuid, BackOfficeMessage>): Promise<boolean> {
    return transaction(this.parts.database, async (sql) => {
      await lockLanes(sql, lanes);
      const named = (prefix: string) => lanes.filter((lane) => lane.startsWith(prefix)).map((lane) => lane.slice(prefix.length));
      const owners = await ownersOf(sql, named('account|'));
      const numbered = await clientsNumbered(sql, named('client|'));
      const open = lanes.filter((lane) => {
        const [kind, name] = [lane.slice(0, lane.indexOf('|')), lane.slice(lane.indexOf('|') + 1)];
        return kind === 'source' || (kind === 'account' ? owners.has(name) : numbered.has(name));
      });
      const rows = await waitingIn(sql, open, PAGE);
      if (rows.length === 0) return false;
      const now = new Date().toISOString();
      const latest = await appliedOf(sql, rows);
      const sequences = await Sequences.load(sql, this.parts.facts, now, named('account|'));
      const settled = await this.applyRows(rows, { sql, now, owners, numbered, latest, sequences, known });
      await sequences.save();
      await settle(sql, settled);
      return rows.length === PAGE && settled.length > 0;
    });
  }

  private async applyRows(rows: readonly InboxRow[], page: Page): Promise<Settled[]> {
    const numbers = new Map<string, Uuid>();
    const messages = new Map<Uuid, BackOfficeMessage | undefined>();
    for (const row of rows) {
      const message = page.known.get(row.messageId) ?? (await messageOf(this.parts.vault, row, this.parts.today()));
      messages.set(row.messageId, message);
    }
    const stated = [...messages.values()].flatMap((message) => message?.clientNo ?? []);
    for (const [number, client] of await clientsNumbered(page.sql, stated)) numbers.set(number, client);
    const underWay = new Map<string, Promise<unknown>>();
    const results: Promise<Settled | undefined>[] = [];
    for (const row of rows) {
      const message = messages.get(row.messageId);
      // a record’s statements one after the other; and all that is completed, for it is looked up on this transaction’s connection
      const key = message?.kind === 'dayCompleted' ? message.kind : recordKey(row);
      const before = underWay.get(key);
      const decided = this.decide(row, message, page, numbers);
      const owner = ownerIn(page, row);
      if (
        (decided === 'apply' || decided.status === 'stale') &&
        message?.accountId !== undefined &&
        message.sequence !== undefined &&
        owner
      ) {
        await page.sequences.seen({ source: row.source, accountId: message.accountId }, message.sequence, owner, row.messageId);
      }
      const work = Promise.resolve(before).then(() => (typeof decided === 'object' ? decided : this.state(row, message!, page)));
      underWay.set(
        key,
        work.catch(() => undefined),
      );
      results.push(work);
      work.catch(() => undefined); // told below
    }
    return (await Promise.all(results)).filter((one) => one !== undefined);
  }

  /** Whether the statement counts, from what was applied before it: decided in order, before anything is sent. */
  private decide(row: InboxRow, message: BackOfficeMessage | undefined, page: Page, numbers: ReadonlyMap<string, Uuid>): Settled | 'apply' {
    const { messageId } = row;
    const parked = (reason: string): Settled => ({ messageId, status: 'parked', reason });
    if (!message) return parked('raw-message-gone');
    const before = page.latest.get(recordKey(row));
    if (before && before.lane !== row.lane) return parked('record-of-another-account');
    if (before && subjectOf(before.kind as never) !== subjectOf(message.kind)) return parked('record-of-another-kind');
    const owner = ownerIn(page, row);
    if (message.clientNo !== undefined && message.accountId !== undefined && numbers.get(message.clientNo) !== owner?.clientId)
      return parked('owner-differs');
    if (before && row.version < before.version) return { messageId, status: 'stale' };
    // a correction goes where the first statement went, also after the account has another owner
    const { clientId = null, branchId = null } = before ?? {};
    page.latest.set(recordKey(row), {
      ...{ version: row.version, kind: message.kind, lane: row.lane },
      ...{ clientId: clientId ?? owner?.clientId ?? null, branchId: branchId ?? owner?.branchId ?? null },
    });
    return 'apply';
  }

  private async state(row: InboxRow, message: BackOfficeMessage, page: Page): Promise<Settled | undefined> {
    try {
      return await this.append(row, message, page);
    } catch (error) {
      if (error instanceof DomainError) return { messageId: row.messageId, status: 'parked', reason: error.code };
      if (!(error instanceof AppliedOtherwise)) throw error;
      log.error({ source: row.source, record: row.record, version: row.version }, 'the log holds another content of this statement');
      return { messageId: row.messageId, status: 'parked', reason: 'applied-otherwise' };
    }
  }

  private async append(
    row: InboxRow,
    message: BackOfficeMessage,
    { sql, now, numbered, latest, owners }: Page,
  ): Promise<Settled | undefined> {
    const { messageId, source, record, version, contentSha256 } = row;
    const applied = { messageId, status: 'applied' as const };
    const origin = {
      system: source,
      record: `${record}#${version}`,
      ...(message.sequence !== undefined && { sequence: message.sequence }),
    };
    const purpose = `inbox|${source}|${record}|${version}${row.conflictsWith ? `|${contentSha256}` : ''}`;
    const { on } = countedOf(message);
    const fact = { purpose, contentSha256, source: origin, on, correlationId: messageId };
    if (isOfAccount(message)) {
      const { clientId, branchId } = latest.get(recordKey(row))!;
      const { stream, event } = accountFactOf(message, clientId!);
      const position = await this.parts.facts.append({ ...fact, stream, event, branchId: branchId! }, now);
      return { ...applied, clientId: clientId!, branchId: branchId!, streamId: stream.id, position };
    }
    if (message.kind === 'riskResult') {
      const clientId = message.accountId !== undefined ? owners.get(message.accountId)!.clientId : numbered.get(message.clientNo!)!;
      const position = await this.parts.risk.record(message, clientId, fact, now);
      return { ...applied, clientId, position };
    }
    if (message.kind === 'dayCompleted') return this.parts.days.stated(sql, row, message, now);
    const { stream, event } = sourceFactOf(message as MessageOf<'feeSchedule' | 'outageDeclared' | 'exchangeRate' | 'sourceEnded'>);
    const position = await this.parts.facts.append({ ...fact, stream, event, branchId: 'head-office' }, now);
    return { ...applied, streamId: stream.id, position };
  }
}

const ownerIn = ({ owners }: Page, { lane }: InboxRow): Owner | undefined =>
  lane.startsWith('account|') ? owners.get(lane.slice('account|'.length)) : undefined;
