import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { addDays, type ComplaintOutcome, type LocalDate, type Uuid } from '#event-sourcing';
import {
  type Closing,
  dayOf,
  type Period,
  type Ratio,
  type ReceivedCase,
  REPEATED_WITHIN_DAYS,
  reopenRate,
  repeatRate,
  upholdRate,
  Zone,
} from '#service-levels';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';
import { complaintTable } from '../complaints/complaints.js';
import type { AgeingSubject } from '../open-work/index.js';
import { requestTable } from '../requests/requests.js';

export const caseRates = ['reopened', 'repeated', 'upheld'] as const;
export type CaseRate = (typeof caseRates)[number];

/** Those that the cases have: requests have no problem that could come again, and nobody decides who was right. */
export type CaseRates = Partial<Record<CaseRate, Ratio<Uuid>>>;

/** Which share of the cases of a period came back. */
export class CaseRatesQuery extends Query<CaseRates & AsOf> {
  constructor(
    readonly scope: string,
    readonly of: AgeingSubject,
    /** Local dates, both inclusive. */
    readonly from: LocalDate,
    readonly to: LocalDate,
    /** IANA zone of the dates. */
    readonly zone: string,
  ) {
    super();
  }
}

@QueryHandler(CaseRatesQuery)
export class CaseRatesHandler implements IQueryHandler<CaseRatesQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ scope, of, from, to, zone }: CaseRatesQuery): Promise<CaseRates & AsOf> {
    const midnight = (date: LocalDate): number => Zone.of(zone).instantOf(dayOf(date), 0);
    // what is known by its day stands at the midnight that begins it, so a day has that midnight and not the one that ends it
    const period: Period = { startMs: midnight(from) - 1, endMs: midnight(addDays(to, 1)) - 1 };
    const since = new Date(midnight(addDays(from, -REPEATED_WITHIN_DAYS - 1))).toISOString();
    const [start, end] = [period.startMs + 1, period.endMs].map((ms) => new Date(ms).toISOString());
    const table = of === 'complaints' ? complaintTable : requestTable;
    const answer = await this.database.asOf(scope, table, async (manager) => {
      const closings = (await manager.query<ClosingRow[]>(closingsSql[of], [start, end])).map((row) => closingOf(row, midnight));
      const reopened = reopenRate(closings, period);
      if (of === 'requests') return { reopened };
      const received = (await manager.query<ReceivedRow[]>(RECEIVED, [since, end]))
        .map((row) => receivedOf(row, midnight))
        .sort((a, b) => a.receivedMs - b.receivedMs);
      return { reopened, repeated: repeatRate(received, period), upheld: upholdRate(closings.filter(isDecided), period) };
    });
    return answer!;
  }
}

/**
 * The closings of the cases that may have one in the period. A complaint is closed by its final response, not by its closing;
 * each cycle has one, and the columns hold that of the only cycle. What has no date is in no rate.
 */
const closings = (table: string, id: string, firstAt: string, list: string, at: string): string => `
  SELECT c.${id} AS id, closing #>> '{${at},at}' AS "closedAt", closing #>> '{${at},date}' AS "closedOn",
         reopening #>> '{at,at}' AS "reopenedAt", reopening #>> '{at,date}' AS "reopenedOn", closing ->> 'outcome' AS outcome
  FROM read.${table} c CROSS JOIN LATERAL jsonb_array_elements(c.details::jsonb -> '${list}') closing
  LEFT JOIN LATERAL jsonb_array_elements(c.details::jsonb -> 'reopenings') reopening
    ON (reopening ->> 'cycle')::int = (closing ->> 'cycle')::int + 1
  WHERE (c.cycle > 1 OR c.${firstAt} BETWEEN $1::timestamptz - interval '1 day' AND $2::timestamptz + interval '1 day')
    AND 'unknown' NOT IN (closing #>> '{${at},precision}', coalesce(reopening #>> '{at,precision}', ''))
  ORDER BY 2, 1`;

const closingsSql: Record<AgeingSubject, string> = {
  complaints: closings('complaints', 'complaint_id', 'final_response_at', 'responses', 'sentAt'),
  requests: closings('requests', 'request_id', 'completed_at', 'completions', 'at'),
};

// a problem in anybody's own words is sealed, and the same as no other
const RECEIVED = `
  SELECT complaint_id AS id, client_id AS client,
         coalesce(details::jsonb #>> '{registered,classified,problem}',
           CASE jsonb_typeof(details::jsonb #> '{registered,subject,problem}') WHEN 'string' THEN details::jsonb #>> '{registered,subject,problem}' END) AS problem,
         received_at AS "receivedAt",
         CASE received_precision WHEN 'day' THEN received_on::text END AS "receivedOn"
  FROM read.complaints WHERE received_precision <> 'unknown'
    AND received_at BETWEEN $1::timestamptz - interval '1 day' AND $2::timestamptz + interval '1 day' ORDER BY received_at, complaint_id`;

interface ClosingRow {
  id: Uuid;
  closedAt: string;
  /** Of what is known by its day. */
  closedOn: LocalDate | null;
  reopenedAt: string | null;
  reopenedOn: LocalDate | null;
  outcome: ComplaintOutcome | null;
}
type ReceivedRow = Omit<ReceivedCase<Uuid>, 'receivedMs'> & { receivedAt: Date; receivedOn: LocalDate | null };
type Decided = Closing<Uuid> & { outcome: ComplaintOutcome; decidedMs: number };

/** What is known by its day stands at that date's midnight in the firm's zone, so that a month holds its own whatever zone its source has. */
type Midnight = (date: LocalDate) => number;

const closingOf = ({ id, closedAt, closedOn, reopenedAt, reopenedOn, outcome }: ClosingRow, midnight: Midnight) => {
  const closedMs = closedOn === null ? Date.parse(closedAt) : midnight(closedOn);
  const reopenedMs = reopenedOn !== null ? midnight(reopenedOn) : reopenedAt === null ? null : Date.parse(reopenedAt);
  return { id, closedMs, decidedMs: closedMs, reopenedMs, outcome };
};
const isDecided = (closing: ReturnType<typeof closingOf>): closing is Decided => closing.outcome !== null;
const receivedOf = ({ receivedAt, receivedOn, ...row }: ReceivedRow, midnight: Midnight): ReceivedCase<Uuid> => ({
  ...row,
  receivedMs: receivedOn === null ? receivedAt.getTime() : midnight(receivedOn),
});
