import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { LocalDate } from '#event-sourcing';
import { complaintTable } from './complaints.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';

export const figureDimensions = ['channel', 'product', 'month'] as const;
export type FigureDimension = (typeof figureDimensions)[number];

/** Percentiles are nearest rank. Null where no complaint of the group has both ends known to the instant. */
export interface ElapsedMinutes {
  count: number;
  p50: number | null;
  p90: number | null;
  max: number | null;
}

export interface ComplaintFigures {
  /** The group's value of each dimension asked for; `month` is `YYYY-MM` of the receipt, null where undated. */
  group: Partial<Record<FigureDimension, string | null>>;
  received: number;
  open: number;
  closed: number;
  disputed: number;
  /** Calendar days since the receipt of those open today, in the firm's zone. */
  openAgeDays: { p50: number | null; max: number | null };
  /** Receipt to the first outbound human communication, whole elapsed minutes. */
  firstHumanResponseMinutes: ElapsedMinutes;
  /** Receipt to the first final response, whole elapsed minutes. */
  finalResponseMinutes: ElapsedMinutes;
  /** The forwarding step of complaints that another body took first: received there to sent to the firm, as promised. */
  forwarding: { kept: number; missed: number; notMeasured: number };
  /** Whether the firm answered in time, in the word of the body that forwarded the complaint: its own clock is not ours. */
  timelyAtSource: { yes: number; no: number; unsaid: number };
}

/** First service-level figures, without a business calendar. Facts known by their date take part in no time figure. */
export class ComplaintFiguresQuery extends Query<{ items: ComplaintFigures[] } & AsOf> {
  constructor(
    readonly scope: string,
    readonly by: readonly FigureDimension[],
    readonly filter: { receivedFrom?: LocalDate; receivedTo?: LocalDate },
    readonly today: LocalDate,
  ) {
    super();
  }
}

const dimensionSql: Record<FigureDimension, string> = { channel: 'channel', product: 'product', month: "to_char(received_on, 'YYYY-MM')" };

@QueryHandler(ComplaintFiguresQuery)
export class ComplaintFiguresHandler implements IQueryHandler<ComplaintFiguresQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ scope, by, filter, today }: ComplaintFiguresQuery): Promise<{ items: ComplaintFigures[] } & AsOf> {
    const groups = by.map((dimension) => `${dimensionSql[dimension]} AS "${dimension}"`);
    const order = by.map((_, i) => i + 1).join(', ');
    const text = `
      SELECT ${[...groups, FIGURES].join(', ')}
      FROM (SELECT *, ${minutes('first_human_response_at', "'instant'")} AS human, ${minutes('final_response_at', 'final_response_precision')} AS final,
              CASE WHEN status <> 'closed' THEN $3::date - received_on END AS age, 
              coalesce(details::jsonb #> '{restated,forwarding}', details::jsonb #> '{registered,forwarding}') AS forwarding,
              (SELECT state FROM read.commitments f WHERE f.subject_id = complaint_id AND f.step = 'forwarding' ORDER BY cycle LIMIT 1) AS forwarded
            FROM read.complaints WHERE ($1::date IS NULL OR received_on >= $1) AND ($2::date IS NULL OR received_on <= $2)) c
      ${order && `GROUP BY ${order} ORDER BY ${order}`}`;
    const answer = await this.database.asOf(scope, complaintTable, async (manager) => {
      const rows = await manager.query<Record<string, unknown>[]>(text, [filter.receivedFrom ?? null, filter.receivedTo ?? null, today]);
      return { items: rows.map((row) => figuresOf(row, by)) };
    });
    return answer!;
  }
}

// minutes shown are floored; only two instants make an elapsed time
const minutes = (at: string, precision: string): string =>
  `CASE WHEN received_precision = 'instant' AND ${precision} = 'instant' THEN floor(extract(epoch FROM ${at} - received_at) / 60)::int END`;

const percentiles = (column: string): string =>
  `count(${column})::int AS ${column}_count, max(${column}) AS ${column}_max,
   percentile_disc(0.5) WITHIN GROUP (ORDER BY ${column}) AS ${column}_p50, percentile_disc(0.9) WITHIN GROUP (ORDER BY ${column}) AS ${column}_p90`;

const FIGURES = `
  count(*)::int AS received, (count(*) FILTER (WHERE status <> 'closed'))::int AS open, (count(*) FILTER (WHERE status = 'closed'))::int AS closed,
  (count(*) FILTER (WHERE disputed))::int AS disputed,
  (count(*) FILTER (WHERE forwarded = 'met'))::int AS forwarding_kept,
  (count(*) FILTER (WHERE forwarded IN ('breached', 'completedLate')))::int AS forwarding_missed,
  (count(*) FILTER (WHERE forwarding IS NOT NULL AND (forwarded IS NULL OR forwarded = 'cancelled')))::int AS forwarding_unmeasured,
  (count(*) FILTER (WHERE forwarding ->> 'timelyAtSource' = 'true'))::int AS timely_yes,
  (count(*) FILTER (WHERE forwarding ->> 'timelyAtSource' = 'false'))::int AS timely_no,
  (count(*) FILTER (WHERE forwarding IS NOT NULL AND forwarding ->> 'timelyAtSource' IS NULL))::int AS timely_unsaid, ${percentiles('age')}, ${percentiles('human')}, ${percentiles('final')}`;

function figuresOf(row: Record<string, unknown>, by: readonly FigureDimension[]): ComplaintFigures {
  const number = (name: string): number => row[name] as number;
  const nullable = (name: string): number | null => row[name] as number | null;
  const elapsed = (name: string): ElapsedMinutes => ({
    count: number(`${name}_count`),
    p50: nullable(`${name}_p50`),
    p90: nullable(`${name}_p90`),
    max: nullable(`${name}_max`),
  });
  return {
    group: Object.fromEntries(by.map((dimension) => [dimension, row[dimension] as string | null])),
    received: number('received'),
    open: number('open'),
    closed: number('closed'),
    disputed: number('disputed'),
    openAgeDays: { p50: nullable('age_p50'), max: nullable('age_max') },
    firstHumanResponseMinutes: elapsed('human'),
    finalResponseMinutes: elapsed('final'),
    forwarding: { kept: number('forwarding_kept'), missed: number('forwarding_missed'), notMeasured: number('forwarding_unmeasured') },
    timelyAtSource: { yes: number('timely_yes'), no: number('timely_no'), unsaid: number('timely_unsaid') },
  };
}
