import {
  type BreakCode,
  type BreakExplanation,
  type ControlTotals,
  reconciliation,
  type ReconciliationBreak,
  type ReconciliationCommand,
  reconciliationStream,
} from '#back-office';
import { type CommandContext, type CommandResult, type CommandRunner, NotFound, ownCommand } from '#application';
import { type Database, type Sql, transaction } from '#database';
import { derivedId, HEAD_OFFICE, type LocalDate, type Uuid } from '#event-sourcing';
import { projectionIds } from '#read-models';
import { receivedOf, sameTotals } from './day-totals.js';
import { BRIDGE } from './fact-log.js';
import { lockLane } from './lanes.js';

/** More breaks of one day than this are one fault, not many: the rest is not listed. */
export const BREAKS_MAX = 500;

export interface ReconciliationReport {
  source: string;
  on: LocalDate;
  /** Statements of the day that were compared. */
  checked: number;
  breaks: readonly ReconciliationBreak[];
  /** The read model has not come to the day's last fact yet: nothing was compared. */
  behind: boolean;
}

type Difference = Omit<ReconciliationBreak, 'breakId'>;

/** Compares what a source said of a day, what the log holds, and what the read models show. */
export class Reconciler {
  constructor(
    private readonly database: Database,
    private readonly runner: CommandRunner,
  ) {}

  /** Running it again says only what has changed since. */
  async run(source: string, on: LocalDate): Promise<ReconciliationReport> {
    const compared = await this.compare(source, on);
    if (compared === 'behind') return { source, on, checked: 0, breaks: [], behind: true };
    const { checked, differences } = compared;
    const stream = reconciliationStream(source, on);
    const breaks = differences.slice(0, BREAKS_MAX).map((one) => ({ breakId: breakIdOf(stream.id, one), ...one }));
    await this.command(source, on, { type: 'RunReconciliation', source, on, checked, breaks }, await this.contextOfRun(stream.id));
    await this.database.query(
      `INSERT INTO bridge.reconciliations (source, on_date, run_at, checked, open_breaks)
       VALUES ($1, $2, now(), $3, (SELECT count(*)::int FROM bridge.breaks WHERE source = $1 AND on_date = $2 AND status <> 'closed'))
       ON CONFLICT (source, on_date) DO UPDATE SET run_at = excluded.run_at, checked = excluded.checked, open_breaks = excluded.open_breaks`,
      [source, on, checked],
    );
    return { source, on, checked, breaks, behind: false };
  }

  explain(breakId: Uuid, explanation: BreakExplanation, reference: string, context: CommandContext): Promise<CommandResult> {
    return this.decide(breakId, { type: 'ExplainBreak', breakId, explanation, reference, by: context.principal.subject }, context);
  }

  close(breakId: Uuid, context: CommandContext): Promise<CommandResult> {
    return this.decide(breakId, { type: 'CloseBreak', breakId, by: context.principal.subject }, context);
  }

  private async decide(breakId: Uuid, command: ReconciliationCommand, context: CommandContext): Promise<CommandResult> {
    const { rows } = await this.database.query<{ source: string; on: LocalDate }>(
      'SELECT source, on_date AS "on" FROM bridge.breaks WHERE break_id = $1',
      [breakId],
    );
    if (!rows[0]) throw new NotFound();
    const result = await this.command(rows[0].source, rows[0].on, command, context);
    return { ...result, id: breakId };
  }

  private async command(source: string, on: LocalDate, command: ReconciliationCommand, context: CommandContext): Promise<CommandResult> {
    const stream = reconciliationStream(source, on);
    const result = await this.runner.run({ id: stream.id, created: false }, context, async () => {
      const loaded = await this.runner.load(reconciliation, stream.id);
      const events = reconciliation.decide(command, loaded?.state ?? reconciliation.initial);
      return { stream, version: loaded?.version ?? 0, decision: { events, branchId: HEAD_OFFICE } };
    });
    await this.show(source, on);
    return result;
  }

  /** The table of breaks is the stream's state, written anew: whoever died before doing so is followed by the next. */
  private async show(source: string, on: LocalDate): Promise<void> {
    const loaded = await this.runner.load(reconciliation, reconciliationStream(source, on).id);
    const breaks = [...(loaded?.state.breaks.values() ?? [])];
    if (breaks.length === 0) return;
    await this.database.query(
      `INSERT INTO bridge.breaks (break_id, source, on_date, code, account_id, record, expected, observed, status, found_at, explanation,
                                  reference, explained_by, closed_by, closed_cause)
       SELECT "breakId", $2, $3, code, "accountId", record, expected, observed, status, now(), explanation, reference, "explainedBy", "closedBy", "closedCause"
         FROM jsonb_to_recordset($1::jsonb) AS b ("breakId" uuid, code text, "accountId" text, record text, expected text, observed text,
              status text, explanation text, reference text, "explainedBy" text, "closedBy" text, "closedCause" text)
       ON CONFLICT (break_id) DO UPDATE SET expected = excluded.expected, observed = excluded.observed, status = excluded.status,
         explanation = excluded.explanation, reference = excluded.reference, explained_by = excluded.explained_by,
         closed_by = excluded.closed_by, closed_cause = excluded.closed_cause`,
      [JSON.stringify(breaks), source, on],
    );
  }

  private async contextOfRun(streamId: Uuid): Promise<CommandContext> {
    const now = new Date().toISOString();
    return ownCommand({ commandId: derivedId(streamId, `reconciliation|${now}`), principal: BRIDGE, now });
  }

  /** In the source's lane, so that no day is compared while it is being completed. */
  private compare(source: string, on: LocalDate): Promise<{ checked: number; differences: Difference[] } | 'behind'> {
    return transaction(this.database, async (sql) => {
      await lockLane(sql, `source|${source}`);
      await sql.query(`SELECT set_config('app.branch', '*', true)`);
      if (await isBehind(sql, source, on)) return 'behind';
      const { rows } = await sql.query<{ checked: number }>(
        `SELECT count(*)::int AS checked FROM bridge.messages WHERE source = $1 AND on_date = $2 AND status IN ('waiting', 'applied')`,
        [source, on],
      );
      const differences = [
        ...(await totalsOf(sql, source, on)),
        ...(await missingInLog(sql, source, on)),
        ...(await readModelOf(sql, source, on)),
        ...(await unlinked(sql, source, on)),
      ];
      return { checked: rows[0]!.checked, differences };
    });
  }
}

const breakIdOf = (streamId: Uuid, { code, accountId = '', record = '' }: Difference): Uuid =>
  derivedId(streamId, `break|${code}|${accountId}|${record}`);

/** Whether the read model of accounts has still to apply a fact of the day. */
async function isBehind(sql: Sql, source: string, on: LocalDate): Promise<boolean> {
  const { name, version } = projectionIds.accountFacts;
  const { rows } = await sql.query<{ behind: boolean }>(
    `SELECT coalesce(max(m.position), 0) > (SELECT coalesce(min(position), 0) FROM read.checkpoints WHERE projection = $3 AND version = $4) AS behind
       FROM bridge.messages m WHERE m.source = $1 AND m.on_date = $2 AND m.status = 'applied'`,
    [source, on, name, version],
  );
  return rows[0]!.behind;
}

const totalsText = ({ records, assetsMinor = {} }: ControlTotals): string =>
  [
    `${records} records`,
    ...Object.entries(assetsMinor)
      .sort()
      .map(([currency, minor]) => `${minor} ${currency}`),
  ].join(', ');

async function totalsOf(sql: Sql, source: string, on: LocalDate): Promise<Difference[]> {
  const { rows } = await sql.query<{ stated: string | null; status: string; reason: string | null; file: boolean }>(
    `SELECT stated, status, reason, delivery_id IS NOT NULL AS file FROM bridge.days WHERE source = $1 AND on_date = $2`,
    [source, on],
  );
  const [day] = rows;
  if (!day || day.stated === null) return [{ code: 'day-not-completed', observed: 'not stated' }];
  const stated = JSON.parse(day.stated) as ControlTotals;
  const received = await receivedOf(sql, source, on);
  const open: Difference[] = day.status === 'completed' ? [] : [{ code: 'day-not-completed', observed: day.reason ?? 'open' }];
  // a file counts its lines, which may speak of other days and of nothing new; its assets are the day's all the same
  const same = day.file ? sameTotals({ ...stated, records: 0 }, { ...received, records: 0 }) : sameTotals(stated, received);
  return same ? open : [...open, { code: 'totals-differ', expected: totalsText(stated), observed: totalsText(received) }];
}

async function missingInLog(sql: Sql, source: string, on: LocalDate): Promise<Difference[]> {
  const { rows } = await sql.query<{ account_id: string | null; record: string; version: number }>(
    `SELECT m.account_id, m.record, m.version FROM bridge.messages m LEFT JOIN log.events e ON e.position = m.position
      WHERE m.source = $1 AND m.on_date = $2 AND m.status = 'applied' AND m.kind <> 'riskResult'
        AND (e.position IS NULL OR e.stream_id <> m.stream_id OR e.metadata::jsonb #>> '{source,record}' <> m.record || '#' || m.version)
      ORDER BY m.arrival LIMIT ${BREAKS_MAX}`,
    [source, on],
  );
  return rows.map((row) => differenceOf('missing-in-log', row));
}

const SHOWN: Readonly<Record<string, { table: string; id: string; amount: string; kinds: readonly string[] }>> = {
  assets: { table: 'account_assets', id: 'a.on_date = m.on_date', amount: 'total_minor', kinds: ['assetsObserved'] },
  turnover: {
    table: 'account_turnover',
    id: 'a.trade_id = m.record',
    amount: 'gross_minor',
    kinds: ['tradeBooked', 'tradeCorrected', 'tradeCancelled'],
  },
  movements: {
    table: 'account_movements',
    id: 'a.movement_id = m.record',
    amount: 'amount_minor',
    kinds: ['cashMoved', 'securitiesMoved'],
  },
};

/** Each latest statement of the day against the row in force. */
async function readModelOf(sql: Sql, source: string, on: LocalDate): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const { table, id, amount, kinds } of Object.values(SHOWN)) {
    const { rows } = await sql.query<{ account_id: string; record: string; version: number; expected: string; observed: string | null }>(
      `SELECT * FROM (
         SELECT m.arrival, m.account_id, m.record, m.version, m.amount_minor || ' ' || m.currency AS expected,
                (SELECT a.${amount} || ' ' || a.currency FROM read.${table} a
                  WHERE a.client_id = m.client_id AND a.account_id = m.account_id AND a.source = m.source AND ${id} AND a.replaced_at IS NULL) AS observed
           FROM bridge.messages m
          WHERE m.source = $1 AND m.on_date = $2 AND m.status = 'applied' AND m.kind = ANY ($3::text[])
            AND NOT EXISTS (SELECT FROM bridge.messages n WHERE n.source = m.source AND n.record = m.record AND n.version > m.version
                               AND n.status = 'applied')) c
        WHERE observed IS DISTINCT FROM expected ORDER BY arrival LIMIT ${BREAKS_MAX}`,
      [source, on, kinds],
    );
    for (const row of rows) {
      const { expected, observed } = row;
      differences.push(
        observed === null
          ? { ...differenceOf('missing-in-read-model', row), expected }
          : { ...differenceOf('value-differs', row), expected, observed },
      );
    }
  }
  return differences;
}

async function unlinked(sql: Sql, source: string, on: LocalDate): Promise<Difference[]> {
  const { rows } = await sql.query<{ account_id: string | null; facts: number }>(
    `SELECT account_id, count(*)::int AS facts FROM bridge.messages WHERE source = $1 AND on_date = $2 AND status = 'waiting'
      GROUP BY account_id ORDER BY account_id LIMIT ${BREAKS_MAX}`,
    [source, on],
  );
  return rows.map(({ account_id, facts }) => ({
    code: 'account-not-linked' as const,
    ...(account_id !== null && { accountId: account_id }),
    observed: `${facts} facts wait`,
  }));
}

const differenceOf = (
  code: BreakCode,
  { account_id, record, version }: { account_id: string | null; record: string; version: number },
): Difference => ({ code, ...(account_id !== null && { accountId: account_id }), record: `${record}#${version}` });
