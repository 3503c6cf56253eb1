import { accountStream, authority, type AuthorityCommand, type AuthorityOver, authorityStream, rateStream } from '#back-office';
import { type CommandContext, type CommandResult, type CommandRunner, NotFound } from '#application';
import { type Database, type Sql, transaction } from '#database';
import { HEAD_OFFICE, type Instant, type StaffId, type Uuid } from '#event-sourcing';
import { hash } from 'node:crypto';
import type { FactLog } from './fact-log.js';
import { accountLane, lockLane } from './lanes.js';
import { type Owner, ownersOf } from './owners.js';

export interface ListedAuthority {
  authorityId: Uuid;
  over: AuthorityOver;
  /** Named by two persons; null: the first to tell counts. */
  source: string | null;
  approvedBy: StaffId | null;
  pending: { source: string; requestedBy: StaffId } | null;
}

/** A naming that the streams of accounts are told of. */
export interface Naming {
  authorityId: Uuid;
  over: AuthorityOver;
  source: string;
  /** How often one was named for this. */
  given: number;
}

/** Which source counts for a kind of fact of an account: decided by two persons, and said in the account's own stream. */
export class Authorities {
  constructor(
    private readonly database: Database,
    private readonly runner: CommandRunner,
    private readonly facts: FactLog,
  ) {}

  request(over: AuthorityOver, source: string, context: CommandContext): Promise<CommandResult> {
    return this.command(over, { type: 'RequestAuthority', over, source, by: context.principal.subject }, context);
  }

  /** Throws NotFound where nothing of this id was ever requested. */
  async decide(authorityId: Uuid, verdict: 'approve' | 'refuse', context: CommandContext): Promise<CommandResult> {
    const { rows } = await this.database.query<{ over: string }>('SELECT over FROM bridge.authorities WHERE authority_id = $1', [
      authorityId,
    ]);
    if (!rows[0]) throw new NotFound();
    const type = verdict === 'approve' ? 'ApproveAuthority' : 'RefuseAuthority';
    return this.command(JSON.parse(rows[0].over) as AuthorityOver, { type, by: context.principal.subject }, context);
  }

  private async command(over: AuthorityOver, command: AuthorityCommand, context: CommandContext): Promise<CommandResult> {
    const stream = authorityStream(over);
    const result = await this.runner.run({ id: stream.id, created: false }, context, async () => {
      const loaded = await this.runner.load(authority, stream.id);
      const events = authority.decide(command, loaded?.state ?? authority.initial);
      return { stream, version: loaded?.version ?? 0, decision: { events, branchId: HEAD_OFFICE } };
    });
    await this.follow(over, context.now);
    return result;
  }

  /** Writes the stream's state down anew, and has it said where it counts: each as often as it is asked for, and once. */
  private async follow(over: AuthorityOver, now: Instant): Promise<void> {
    const { id } = authorityStream(over);
    const { state, version } = (await this.runner.load(authority, id))!;
    const { source, approvedBy, pending, given } = state;
    const accountId = over.kind === 'rates' ? null : over.accountId;
    await transaction(this.database, async (sql) => {
      if (accountId !== null) await lockLane(sql, accountLane(accountId));
      await sql.query(
        `INSERT INTO bridge.authorities AS a (authority_id, over, account_id, source, given, approved_by, pending, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (authority_id) DO UPDATE SET source = excluded.source, given = excluded.given, approved_by = excluded.approved_by,
           pending = excluded.pending, version = excluded.version WHERE a.version < excluded.version`,
        [id, JSON.stringify(over), accountId, source ?? null, given, approvedBy ?? null, pending ? JSON.stringify(pending) : null, version],
      );
      if (source === undefined) return;
      const naming = { authorityId: id, over, source, given };
      if (over.kind === 'rates') await sayRates(this.facts, naming, over, now);
      else {
        const owners = await ownersOf(sql, [over.accountId]);
        for (const owner of owners.get(over.accountId) ?? []) await sayNamed(this.facts, naming, owner, now);
      }
    });
  }

  async list(): Promise<ListedAuthority[]> {
    const { rows } = await this.database.query<Omit<ListedAuthority, 'over' | 'pending'> & { over: string; pending: string | null }>(
      `SELECT authority_id AS "authorityId", over, source, approved_by AS "approvedBy", pending FROM bridge.authorities ORDER BY over`,
    );
    return rows.map(({ over, pending, ...row }) => ({
      ...row,
      over: JSON.parse(over) as AuthorityOver,
      pending: pending === null ? null : (JSON.parse(pending) as ListedAuthority['pending']),
    }));
  }
}

/** What was named for these accounts. */
export async function namingsOf(sql: Sql, accountIds: readonly string[]): Promise<ReadonlyMap<string, readonly Naming[]>> {
  const namings = new Map<string, Naming[]>();
  if (accountIds.length === 0) return namings;
  const { rows } = await sql.query<{ accountId: string; authorityId: Uuid; over: string; source: string; given: number }>(
    `SELECT account_id AS "accountId", authority_id AS "authorityId", over, source, given FROM bridge.authorities
      WHERE account_id = ANY ($1::text[]) AND source IS NOT NULL`,
    [accountIds],
  );
  for (const { accountId, over, ...row } of rows)
    namings.set(accountId, [...(namings.get(accountId) ?? []), { ...row, over: JSON.parse(over) as AuthorityOver }]);
  return namings;
}

const commonTo = ({ authorityId, source, given }: Naming, branchId: string) => ({
  purpose: `authority|${authorityId}|${given}`,
  contentSha256: hash('sha256', source, 'hex'),
  branchId,
  source: { system: source, record: `authority#${given}` },
  on: null,
  correlationId: authorityId,
});

/** In the stream of the account under this owner, once. */
export async function sayNamed(facts: FactLog, naming: Naming, { clientId, branchId }: Owner, now: Instant): Promise<void> {
  const { over, source } = naming;
  if (over.kind === 'rates') return;
  const event = { type: 'AuthoritativeSourceNamed', data: { accountId: over.accountId, source, kind: over.kind } };
  await facts.append({ stream: accountStream(clientId, over.accountId), event, ...commonTo(naming, branchId) }, now);
}

async function sayRates(
  facts: FactLog,
  naming: Naming,
  { currency, base }: { currency: string; base: string },
  now: Instant,
): Promise<void> {
  const event = { type: 'AuthoritativeRatesNamed', data: { source: naming.source, currency, base } };
  await facts.append({ stream: rateStream(currency, base), event, ...commonTo(naming, HEAD_OFFICE) }, now);
}
