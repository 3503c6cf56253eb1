import { createHash } from 'node:crypto';
import { accountStream, noSequence, sequenceGivenUp, sequenceSeen, type SequenceNews, type SequenceState } from '#accounts';
import type { Sql } from '#database';
import { derivedId, type Instant, type StaffId, type Uuid } from '#event-sourcing';
import type { FactLog } from './fact-log.js';
import type { Owner } from './owners.js';

interface Account {
  source: string;
  accountId: string;
}
const keyOf = ({ source, accountId }: Account): string => `${source}|${accountId}`;
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What has been seen of the sequences of some accounts, while their lanes are locked. */
export class Sequences {
  private readonly states = new Map<string, Account & { state: SequenceState; changed: boolean }>();

  private constructor(
    private readonly sql: Sql,
    private readonly log: FactLog,
    private readonly now: Instant,
  ) {}

  static async load(sql: Sql, log: FactLog, now: Instant, accountIds: readonly string[]): Promise<Sequences> {
    const sequences = new Sequences(sql, log, now);
    const { rows } = await sql.query<{ source: string; account_id: string; state: string }>(
      'SELECT source, account_id, state FROM bridge.sequences WHERE account_id = ANY ($1::text[])',
      [[...new Set(accountIds)]],
    );
    for (const { source, account_id: accountId, state } of rows)
      sequences.states.set(keyOf({ source, accountId }), { source, accountId, state: JSON.parse(state) as SequenceState, changed: false });
    return sequences;
  }

  /** A message with this number has come: a gap is found, or closed, or neither. */
  async seen(account: Account, sequence: number, owner: Owner, correlationId: Uuid): Promise<void> {
    const { state } = this.states.get(keyOf(account)) ?? { state: noSequence };
    const news = sequenceSeen(state, sequence);
    if (news.found) await this.found(account, news.found, owner, correlationId);
    if (news.closedThrough !== undefined) await this.closed(account, news.closedThrough, owner, correlationId);
    this.keep(account, news);
  }

  /** What would be closed by giving up all that is missing up to a number, for a person who decides so. */
  givenUp(account: Account, through: number): SequenceNews {
    return sequenceGivenUp(this.states.get(keyOf(account))?.state ?? noSequence, through);
  }

  keep(account: Account, { state }: SequenceNews): void {
    this.states.set(keyOf(account), { ...account, state, changed: true });
  }

  async save(): Promise<void> {
    const changed = [...this.states.values()].filter((one) => one.changed);
    if (changed.length === 0) return;
    await this.sql.query(
      `INSERT INTO bridge.sequences (source, account_id, state) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
       ON CONFLICT (source, account_id) DO UPDATE SET state = excluded.state`,
      [changed.map((c) => c.source), changed.map((c) => c.accountId), changed.map((c) => JSON.stringify(c.state))],
    );
  }

  private async found(
    { source, accountId }: Account,
    [first, last]: readonly [number, number],
    owner: Owner,
    correlationId: Uuid,
  ): Promise<void> {
    const stream = accountStream(owner.clientId, accountId);
    const purpose = `sequence gap|${source}|${first}|${last}`;
    const event = { type: 'SequenceGapFound', data: { accountId, source, first, last } };
    const position = await this.log.append(
      {
        stream,
        event,
        purpose,
        contentSha256: digest(purpose),
        branchId: owner.branchId,
        source: gapRecord(source, last),
        on: null,
        correlationId,
      },
      this.now,
    );
    await this.sql.query(
      `INSERT INTO bridge.gaps (gap_id, source, account_id, client_id, branch_id, first, last, position) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT DO NOTHING`,
      [derivedId(stream.id, purpose), source, accountId, owner.clientId, owner.branchId, first, last, position],
    );
  }

  private async closed({ source, accountId }: Account, through: number, owner: Owner, correlationId: Uuid): Promise<void> {
    const stream = accountStream(owner.clientId, accountId);
    const purpose = `sequence closed|${source}|${through}`;
    const event = { type: 'SequenceGapClosed', data: { accountId, source, through } };
    const position = await this.log.append(
      {
        stream,
        event,
        purpose,
        contentSha256: digest(purpose),
        branchId: owner.branchId,
        source: gapRecord(source, through),
        on: null,
        correlationId,
      },
      this.now,
    );
    await closeGaps(this.sql, { source, accountId }, through, position, null);
  }
}

const gapRecord = (system: string, sequence: number) => ({ system, record: `sequence#${sequence}`, sequence });

export async function closeGaps(
  sql: Sql,
  { source, accountId }: Account,
  through: number,
  position: number,
  givenUpBy: StaffId | null,
): Promise<void> {
  await sql.query(
    `UPDATE bridge.gaps SET closed_at = now(), closed_position = $4, given_up_by = $5
      WHERE source = $1 AND account_id = $2 AND last <= $3 AND closed_at IS NULL`,
    [source, accountId, through, position, givenUpBy],
  );
}
