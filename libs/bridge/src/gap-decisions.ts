import { accountStream, inboxProblems } from '#back-office';
import { type CommandContext, type CommandResult, type CommandRunner, NotFound } from '#application';
import { type Sql, transaction } from '#database';
import { type DomainEvent, DomainError, type Instant, type Uuid } from '#event-sourcing';
import { hash } from 'node:crypto';
import type { Inbox } from './inbox.js';
import { accountLane, lockLane } from './lanes.js';
import { closeGaps, Sequences } from './sequences.js';

const refusal = DomainError.of(inboxProblems);

interface GapRow {
  source: string;
  accountId: string;
  clientId: Uuid;
  branchId: string;
  last: number;
  closed: boolean;
}

/** A person says that what is missing up to the end of this gap will never come: evaluations of its owner go on without it. */
export async function giveUpGap(inbox: Inbox, runner: CommandRunner, gapId: Uuid, context: CommandContext): Promise<CommandResult> {
  const { database, store } = inbox.options;
  const find = async (sql: Sql): Promise<GapRow> => {
    const { rows } = await sql.query<GapRow>(
      `SELECT source, account_id AS "accountId", client_id AS "clientId", branch_id AS "branchId", last, closed_at IS NOT NULL AS closed
         FROM bridge.gaps WHERE gap_id = $1`,
      [gapId],
    );
    if (!rows[0]) throw new NotFound();
    return rows[0];
  };
  const { accountId } = await find(database);
  const event = ({ source }: GapRow, through: number) => ({
    type: 'SequenceGapClosed',
    data: { accountId, source, through, givenUpBy: context.principal.subject },
  });
  return transaction(database, async (sql) => {
    await lockLane(sql, accountLane(accountId));
    const gap = await find(sql); // as it stands now that nobody else works on the account
    const sequences = await Sequences.load(sql, inbox.facts, context.now, [accountId]);
    const news = sequences.givenUp(gap, gap.last);
    const through = news.closedThrough ?? gap.last;
    const stream = accountStream(gap.clientId, accountId);
    const result = await runner.run({ id: gapId, created: false }, context, async () => {
      if (gap.closed) throw refusal('gap-closed');
      return { stream, version: await store.streamVersion(stream.id), decision: { events: [event(gap, through)], branchId: gap.branchId } };
    });
    if (!gap.closed) {
      sequences.keep(gap, news);
      await sequences.save();
      const { source } = gap;
      await closeOfOthers(sql, inbox, gap, event(gap, through), context.now);
      await closeGaps(sql, [{ source, accountId, through, position: result.position }], context.principal.subject);
    }
    return result;
  });
}

/** The gap of a joint account is each owner's: none of them is kept waiting. */
async function closeOfOthers(sql: Sql, inbox: Inbox, gap: GapRow, event: DomainEvent, now: Instant): Promise<void> {
  const { rows } = await sql.query<{ clientId: Uuid; branchId: string }>(
    `SELECT DISTINCT client_id AS "clientId", branch_id AS "branchId" FROM bridge.gaps
      WHERE source = $1 AND account_id = $2 AND closed_at IS NULL AND client_id <> $3`,
    [gap.source, gap.accountId, gap.clientId],
  );
  for (const { clientId, branchId } of rows) {
    const purpose = `sequence given up|${gap.source}|${gap.last}`;
    const source = { system: gap.source, record: `sequence#${gap.last}`, sequence: gap.last };
    const stream = accountStream(clientId, gap.accountId);
    const contentSha256 = hash('sha256', purpose, 'hex');
    await inbox.facts.append({ stream, event, purpose, contentSha256, branchId, source, on: null, correlationId: stream.id }, now);
  }
}
