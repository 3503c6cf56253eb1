import type { BackOfficeMessage } from '#back-office';
import { type Database, type Sql, transaction } from '#database';
import type { Instant, LocalDate, Uuid } from '#event-sourcing';
import { namingsOf, sayNamed } from './authorities.js';
import { ApplyingPage, type ApplyingParts } from './applying-page.js';
import { appliedOf, messagesOf, settle, waitingIn } from './inbox-rows.js';
import { lockLanes } from './lanes.js';
import { byKeys } from './look-ups.js';
import { clientsNumbered, type Owner, ownersOf } from './owners.js';
import type { RawVault } from './raw-vault.js';
import { Sequences } from './sequences.js';
import { standingsOf } from './source-registry.js';

const PAGE = 2_000; // more than a block of a file, so that the end of most is seen at once
const PAGES_MAX = 1_000;
const LANES_MAX = 1_000; // each is a lock in PostgreSQL's memory, which has room for 6,400

export interface ApplierParts extends ApplyingParts {
  database: Database;
  vault: RawVault;
  today(): LocalDate;
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
    const { database, vault, facts } = this.parts;
    return transaction(database, async (sql) => {
      await byKeys(sql);
      await lockLanes(sql, lanes);
      const accounts = named(lanes, 'account|');
      const owners = await ownersOf(sql, accounts);
      const numbered = await clientsNumbered(sql, named(lanes, 'client|'));
      const open = lanes.filter((lane) => {
        const [kind, name] = [lane.slice(0, lane.indexOf('|')), lane.slice(lane.indexOf('|') + 1)];
        return kind === 'source' || (kind === 'account' ? owners.has(name) : numbered.has(name));
      });
      const rows = await waitingIn(sql, open, PAGE);
      if (rows.length === 0) return false;
      const now = new Date().toISOString();
      const latest = await appliedOf(sql, rows);
      const sequences = await Sequences.load(sql, facts, now, accounts);
      const unknown = rows.filter(({ messageId }) => !known.has(messageId));
      const read = await messagesOf(sql, vault, unknown, this.parts.today());
      const messages = new Map(rows.map(({ messageId }) => [messageId, known.get(messageId) ?? read.get(messageId)]));
      const stated = await clientsNumbered(sql, clientNumbersIn(messages.values()));
      const standings = await standingsOf(
        sql,
        rows.map(({ source }) => source),
      );
      await this.sayNamings(sql, owners, now);
      const page = new ApplyingPage(this.parts, { sql, now, owners, numbered, latest, sequences, messages, stated, standings });
      const settled = await page.apply(rows);
      await sequences.save();
      await settle(sql, settled);
      return rows.length === PAGE && settled.length > 0;
    });
  }

  /** An owner who came after a source was named for the account is told of it before its facts. */
  private async sayNamings(sql: Sql, owners: ReadonlyMap<string, readonly Owner[]>, now: Instant): Promise<void> {
    const namings = await namingsOf(sql, [...owners.keys()]);
    for (const [accountId, those] of namings)
      for (const naming of those) for (const owner of owners.get(accountId)!) await sayNamed(this.parts.facts, naming, owner, now);
  }
}

const named = (lanes: readonly string[], prefix: string): string[] =>
  lanes.filter((lane) => lane.startsWith(prefix)).map((lane) => lane.slice(prefix.length));

const clientNumbersIn = (messages: Iterable<BackOfficeMessage | undefined>): string[] =>
  [...messages].flatMap((message) => message?.clientNo ?? []);
