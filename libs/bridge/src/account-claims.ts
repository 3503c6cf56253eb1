import { accountClaim, type AccountClaimCommand, accountClaimStream, claimProblems, type ClaimReason } from '#back-office';
import {
  ACCOUNT_OWNER,
  type CommandContext,
  type CommandResult,
  type CommandRunner,
  linkAccount,
  maySee,
  NotFound,
  ownCommand,
  type Principal,
} from '#application';
import { type AccountLink, client } from '#clients';
import type { Database } from '#database';
import { derivedId, DomainError, type Instant, type StaffId, type Uuid } from '#event-sourcing';
import { BRIDGE } from './fact-log.js';
import { sourceSaysOwner } from './source-says-owner.js';

const refusal = DomainError.of(claimProblems);
const CONFIRMED_MAX = 200;

export interface ListedClaim {
  claimId: Uuid;
  accountId: string;
  clientId: Uuid;
  branchId: string;
  reason: ClaimReason;
  claimedBy: StaffId;
  claimedAt: Instant;
}

/** Who owns an account where that is not plain: a second person decides, or the source confirms it by the client's number. */
export class AccountClaims {
  constructor(
    private readonly database: Database,
    private readonly runner: CommandRunner,
  ) {}

  /**
   * Links a client to an account that is free, or that its source says is theirs. A claim on another is kept for a person:
   * `events` says which it was.
   */
  async link(clientId: Uuid, link: AccountLink, context: CommandContext): Promise<CommandResult> {
    const loaded = await this.runner.loadVisible(client, clientId, context.principal);
    const known = loaded.state.status !== 'unregistered' && loaded.state.accounts.get(link.accountId);
    const reason = link.role === 'owner' && !known ? await this.obstacle(clientId, link.accountId) : undefined;
    if (reason === undefined) return linkAccount(this.runner, clientId, link, context);
    const { expectedVersion, ...claiming } = context; // the client is not changed, but must be as the caller has seen it
    if (expectedVersion !== undefined && expectedVersion !== loaded.version) return linkAccount(this.runner, clientId, link, context);
    client.decide({ type: 'LinkAccount', link }, loaded.state); // a claim on what could not be linked is none
    const command = { type: 'ClaimAccount', accountId: link.accountId, reason, by: context.principal.subject } as const;
    return this.command(clientId, link.accountId, loaded.branchId, command, claiming);
  }

  /** Throws NotFound where the caller sees no such claim. */
  async decide(claimId: Uuid, verdict: 'approve' | 'refuse', context: CommandContext): Promise<CommandResult> {
    const { clientId, accountId, branchId } = await this.find(claimId);
    if (!maySee(context.principal, branchId)) throw new NotFound();
    if (verdict === 'refuse')
      return this.command(clientId, accountId, branchId, { type: 'RefuseClaim', by: context.principal.subject }, context);
    return this.approve(clientId, accountId, branchId, 'person', context);
  }

  /** Approves what a source has confirmed since it was claimed. */
  async confirm(): Promise<void> {
    const { rows } = await this.database.query<{ clientId: Uuid; accountId: string; branchId: string }>(
      `SELECT client_id AS "clientId", account_id AS "accountId", branch_id AS "branchId" FROM bridge.claims c
        WHERE reason = 'factsKnown' AND ${sourceSaysOwner('c.account_id', 'c.client_id')}
          AND NOT EXISTS (SELECT FROM log.reservations h WHERE h.kind = '${ACCOUNT_OWNER}' AND h.key = c.account_id AND h.stream_id <> c.client_id)
        LIMIT ${CONFIRMED_MAX}`,
    );
    for (const { clientId, accountId, branchId } of rows) {
      const { id } = accountClaimStream(clientId, accountId);
      const loaded = (await this.runner.load(accountClaim, id))!;
      const commandId = derivedId(id, `confirmed|${loaded.version}`);
      const now = new Date().toISOString();
      await this.approve(clientId, accountId, branchId, 'source', ownCommand({ commandId, principal: BRIDGE, now }));
    }
  }

  // The link first: whoever dies in between leaves a claim that is approved again, with no other effect.
  private async approve(
    clientId: Uuid,
    accountId: string,
    branchId: string,
    basis: 'person' | 'source',
    context: CommandContext,
  ): Promise<CommandResult> {
    const holder = await this.holderOf(accountId);
    const joint = holder !== undefined && holder !== clientId;
    const command = { type: 'ApproveClaim', joint, basis, by: context.principal.subject } as const;
    const loaded = await this.runner.load(accountClaim, accountClaimStream(clientId, accountId).id);
    if (loaded?.state.pending) {
      accountClaim.decide(command, loaded.state); // may this person?
      if (joint) await this.mustSee(holder, context.principal);
      const link = { accountId, role: 'owner' } as const;
      const commandId = derivedId(loaded.clientId, `claim approved|${accountId}|${loaded.version}`);
      await linkAccount(this.runner, clientId, link, { ...context, commandId }, joint ? 'jointOwner' : 'owner');
    }
    return this.command(clientId, accountId, branchId, command, context);
  }

  private async mustSee(holder: Uuid, principal: Principal): Promise<void> {
    try {
      await this.runner.originVisible(client, holder, principal);
    } catch (error) {
      if (error instanceof NotFound) throw refusal('claim-needs-both-branches');
      throw error;
    }
  }

  private async command(
    clientId: Uuid,
    accountId: string,
    branchId: string,
    command: AccountClaimCommand,
    context: CommandContext,
  ): Promise<CommandResult> {
    const stream = accountClaimStream(clientId, accountId);
    const result = await this.runner.run({ id: stream.id, created: false }, context, async () => {
      const loaded = await this.runner.load(accountClaim, stream.id);
      const events = accountClaim.decide(command, loaded?.state ?? accountClaim.initial);
      return { stream, version: loaded?.version ?? 0, decision: { events, branchId } };
    });
    await this.show(clientId, accountId, branchId);
    return result;
  }

  /** What waits for a decision, as the streams have it. */
  private async show(clientId: Uuid, accountId: string, branchId: string): Promise<void> {
    const { id } = accountClaimStream(clientId, accountId);
    const loaded = (await this.runner.load(accountClaim, id))!;
    const { pending } = loaded.state;
    await this.database.query(
      `INSERT INTO bridge.claims AS c (claim_id, account_id, client_id, branch_id, reason, claimed_by, version) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (claim_id) DO UPDATE SET reason = excluded.reason, claimed_by = excluded.claimed_by, version = excluded.version
        WHERE c.version < excluded.version`,
      [id, accountId, clientId, branchId, pending?.reason ?? null, pending?.claimedBy ?? null, loaded.version],
    );
  }

  /** Claims of clients of this branch, or of all, the newest first. */
  async list(scope: string): Promise<ListedClaim[]> {
    const { rows } = await this.database.query<ListedClaim>(
      `SELECT claim_id AS "claimId", account_id AS "accountId", client_id AS "clientId", branch_id AS "branchId", reason,
              claimed_by AS "claimedBy", claimed_at AS "claimedAt"
         FROM bridge.claims WHERE reason IS NOT NULL AND $1 IN ('*', branch_id) ORDER BY claimed_at DESC, claim_id LIMIT 500`,
      [scope],
    );
    return rows;
  }

  private async find(claimId: Uuid): Promise<{ clientId: Uuid; accountId: string; branchId: string }> {
    const { rows } = await this.database.query<{ clientId: Uuid; accountId: string; branchId: string }>(
      'SELECT client_id AS "clientId", account_id AS "accountId", branch_id AS "branchId" FROM bridge.claims WHERE claim_id = $1',
      [claimId],
    );
    if (!rows[0]) throw new NotFound();
    return rows[0];
  }

  private async holderOf(accountId: string): Promise<Uuid | undefined> {
    const { rows } = await this.database.query<{ holder: Uuid }>(
      'SELECT stream_id AS holder FROM log.reservations WHERE kind = $1 AND key = $2',
      [ACCOUNT_OWNER, accountId],
    );
    return rows[0]?.holder;
  }

  /** Why the client is not simply the owner; undefined where nothing speaks against it. */
  private async obstacle(clientId: Uuid, accountId: string): Promise<ClaimReason | undefined> {
    const holder = await this.holderOf(accountId);
    if (holder !== undefined && holder !== clientId) return 'held';
    const { rows } = await this.database.query<{ known: boolean; confirmed: boolean }>(
      `SELECT EXISTS (SELECT FROM bridge.messages WHERE account_id = $1) AS known, ${sourceSaysOwner('$1', '$2::uuid')} AS confirmed`,
      [accountId, clientId],
    );
    const { known, confirmed } = rows[0]!;
    return known && !confirmed ? 'factsKnown' : undefined;
  }
}
