import { accountStream, inboxProblems } from '#back-office';
import { type CommandContext, type CommandResult, type CommandRunner, NotFound } from '#application';
import { type Sql, transaction } from '#database';
import { DomainError, type Uuid } from '#event-sourcing';
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
  return transaction(database, async (sql) => {
    await lockLane(sql, accountLane(accountId));
    const gap = await find(sql); // as it stands now that nobody else works on the account
    const sequences = await Sequences.load(sql, inbox.facts, context.now, [accountId]);
    const news = sequences.givenUp(gap, gap.last);
    const through = news.closedThrough ?? gap.last;
    const stream = accountStream(gap.clientId, accountId);
    const result = await runner.run({ id: gapId, created: false }, context, async () => {
      if (gap.closed) throw refusal('gap-closed');
      const event = { type: 'SequenceGapClosed', data: { accountId, source: gap.source, through, givenUpBy: context.principal.subject } };
      return { stream, version: await store.streamVersion(stream.id), decision: { events: [event], branchId: gap.branchId } };
    });
    if (!gap.closed) {
      sequences.keep(gap, news);
      await sequences.save();
      const { source } = gap;
      await closeGaps(sql, [{ source, accountId, through, position: result.position }], context.principal.subject);
    }
    return result;
  });
}
