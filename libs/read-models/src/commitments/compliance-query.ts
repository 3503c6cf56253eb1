import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Instant } from '#event-sourcing';
import { commitmentTable } from './commitments.js';
import {
  commitmentColumns,
  type CommitmentDimension,
  type CommitmentFilter,
  Conditions,
  conditionsOf,
  COUNTED,
  type InstantRange,
  outcomeSql,
} from './commitment-filter.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';

/** Nearest rank. Null where nothing was measured. */
export interface MinutesSpread {
  count: number;
  p50: number | null;
  p90: number | null;
}

export interface ComplianceCell {
  /** Value of each dimension asked for; null where the commitments have none. `month` is `YYYY-MM`. */
  group: Partial<Record<CommitmentDimension, string | number | null>>;
  /** Deadline in the period and passed; neither cancelled nor paused. */
  due: number;
  met: number;
  missed: number;
  /** Of the missed. */
  excused: number;
  stillOpen: number;
  /** Of the met: stopped by what was recorded after the deadline. */
  keptByLateEvidence: number;
  /** Of the due: the receipt is known by its date alone. */
  startKnownByDay: number;
  /** A case cancelled after its promise was breached; in the percentage only where the breach stands. */
  cancelledAfterBreach: number;
  /** In no percentage: stopped on a day in which the deadline lies. */
  notMeasured: number;
  /** met / due, rounded down; null where nothing was due. */
  complianceBasisPoints: number | null;
  /** Of what was stopped in the period, whenever it was due. Never the compliance, and labelled so. */
  closedCohort: { stopped: number; met: number; basisPoints: number | null };
  /** Of the due that were stopped: physical minutes from the start, and business minutes without pauses. */
  elapsedMinutes: MinutesSpread;
  accruedMinutes: MinutesSpread;
}

/** How the promises were kept: due-based, with the closed cohort beside it. */
export class ComplianceQuery extends Query<ComplianceAnswer> {
  constructor(
    readonly scope: string,
    readonly by: readonly CommitmentDimension[],
    readonly filter: Omit<CommitmentFilter, 'deadline' | 'stopped' | 'outcome' | 'dueBy'>,
    readonly period: InstantRange,
    readonly dueBy: Instant,
    /** IANA zone of the months. */
    readonly zone: string,
    /** Groups beyond it are not answered, and `tooMany` says so. */
    readonly cellsMax: number,
  ) {
    super();
  }
}

export type ComplianceAnswer = { items: ComplianceCell[]; tooMany: boolean } & AsOf;

@QueryHandler(ComplianceQuery)
export class ComplianceHandler implements IQueryHandler<ComplianceQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute(query: ComplianceQuery): Promise<ComplianceAnswer> {
    const due = statement(query, 'deadline_at', DUE_FIGURES);
    const closed = statement(query, 'stopped_at', CLOSED_FIGURES);
    const answer = await this.database.asOf(query.scope, commitmentTable, async (manager) => {
      await manager.query("SET LOCAL work_mem = '32MB'"); // a firm's year is sorted in memory
      const dueRows = await manager.query<Row[]>(due.text, due.values);
      const closedRows = await manager.query<Row[]>(closed.text, closed.values);
      return merged(query, dueRows, closedRows);
    });
    return answer!;
  }
}

type Figures = Record<(typeof COUNTS)[number], number>;
type Row = Record<string, string | number | null | number[]>;

const ranks = (row: Row, column: string): number[] | null => row[`${column}_ranks`] as number[] | null;

const spread = (column: string): string =>
  `(count(${column}) FILTER (WHERE ${outcomeSql('due')}))::int AS ${column}_count,
   percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY ${column}) FILTER (WHERE ${outcomeSql('due')}) AS ${column}_ranks`; // one sort for both

const count = (outcome: Parameters<typeof outcomeSql>[0]): string =>
  `(count(*) FILTER (WHERE ${outcomeSql(outcome)}))::int AS "${outcome}"`;

const COUNTS = [
  'due',
  'met',
  'missed',
  'excused',
  'open',
  'keptByLateEvidence',
  'startKnownByDay',
  'cancelledAfterBreach',
  'notMeasured',
] as const;
const DUE_FIGURES = `${COUNTS.map(count).join(', ')},
  ${spread('elapsed_minutes')}, ${spread('accrued_minutes')}`;
const CLOSED_FIGURES = "count(*)::int AS stopped, (count(*) FILTER (WHERE state = 'met'))::int AS met";

function statement({ by, filter, period, dueBy, zone, cellsMax }: ComplianceQuery, column: 'deadline_at' | 'stopped_at', figures: string) {
  const conditions: Conditions = conditionsOf(filter).within(column, period).within(column, { upTo: dueBy });
  if (column === 'deadline_at') conditions.say(COUNTED);
  const { where, values } = conditions;
  // what falls on the midnight that ends a month belongs to that month; instants are whole milliseconds
  const month = `date_trunc('month', (${column} - interval '1 ms') AT TIME ZONE $${values.length + 1}::text)`;
  const keys = by.map((dimension) => (dimension === 'month' ? month : commitmentColumns[dimension])).join(', ');
  // a date sorts faster than its text
  const groups = by.map(
    (dimension) => `${dimension === 'month' ? `to_char(${month}, 'YYYY-MM')` : commitmentColumns[dimension]} AS "${dimension}"`,
  );
  const order = by.map((_, i) => i + 1).join(', ');
  // the limit stays outside: it would talk the planner into reading a million rows by an index
  const text = `WITH cells AS MATERIALIZED (SELECT ${[...groups, figures].join(', ')} FROM read.commitments ${where} ${keys && `GROUP BY ${keys}`})
    SELECT * FROM cells ${order && `ORDER BY ${order}`} LIMIT ${cellsMax + 1}`;
  return { text, values: by.includes('month') ? [...values, zone] : values };
}

function merged(
  { by, cellsMax }: ComplianceQuery,
  due: readonly Row[],
  closed: readonly Row[],
): { items: ComplianceCell[]; tooMany: boolean } {
  const cells = new Map<string, ComplianceCell>();
  const cellOf = (row: Row): ComplianceCell => {
    const group = Object.fromEntries(by.map((dimension) => [dimension, row[dimension] as string | number | null]));
    const key = JSON.stringify(group);
    const cell = cells.get(key) ?? emptyCell(group);
    cells.set(key, cell);
    return cell;
  };
  const number = (row: Row, name: string): number => Number(row[name]);
  const spreadOf = (row: Row, column: string): MinutesSpread => ({
    count: number(row, `${column}_count`),
    p50: ranks(row, column)?.[0] ?? null,
    p90: ranks(row, column)?.[1] ?? null,
  });
  for (const row of due) {
    const { open: stillOpen, ...figures } = Object.fromEntries(COUNTS.map((name) => [name, number(row, name)])) as Figures;
    Object.assign(cellOf(row), figures, {
      stillOpen,
      complianceBasisPoints: basisPoints(figures.met, figures.due),
      elapsedMinutes: spreadOf(row, 'elapsed_minutes'),
      accruedMinutes: spreadOf(row, 'accrued_minutes'),
    });
  }
  for (const row of closed) {
    const [stopped, met] = [number(row, 'stopped'), number(row, 'met')];
    cellOf(row).closedCohort = { stopped, met, basisPoints: basisPoints(met, stopped) };
  }
  const tooMany = due.length > cellsMax || closed.length > cellsMax || cells.size > cellsMax;
  return { items: [...cells.values()].slice(0, cellsMax), tooMany };
}

const basisPoints = (part: number, whole: number): number | null => (whole === 0 ? null : Math.floor((part * 10_000) / whole));

const emptyCell = (group: ComplianceCell['group']): ComplianceCell => ({
  group,
  due: 0,
  met: 0,
  missed: 0,
  excused: 0,
  stillOpen: 0,
  keptByLateEvidence: 0,
  startKnownByDay: 0,
  cancelledAfterBreach: 0,
  notMeasured: 0,
  complianceBasisPoints: null,
  closedCohort: { stopped: 0, met: 0, basisPoints: null },
  elapsedMinutes: { count: 0, p50: null, p90: null },
  accruedMinutes: { count: 0, p50: null, p90: null },
});
