import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { LocalDate, Uuid } from '#event-sourcing';
import type { DaySpan } from '#tiers';
import { clientFileTable } from '../clients/client-files.js';
import { countedAssets, countedFact } from '../accounts/counted-facts.js';
import { accountTable } from '../accounts/account-rows.js';
import { type Page, pageOf, type PageRequest } from '../reading/page.js';
import { repositoryOf } from '../reading/entity.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';

export const accountFactKinds = ['assets', 'trades', 'movements'] as const;
export type AccountFactKind = (typeof accountFactKinds)[number];

/** A statement of the back office that is in force, with the source's own record of it. */
export interface AccountFact {
  on: LocalDate;
  accountId: string;
  source: string;
  sourceRecord: string | null;
  /** Log position. */
  position: number;
  /** Figures and tiers rest on it: its source is the one that counts for this kind of fact of the account. */
  counted: boolean;
  /** By the kind: amounts in minor units of `currency`. */
  data: Record<string, unknown>;
}

/** What figures of a client's value rest on, newest first. Undefined where the caller sees no such client. */
export class AccountFactsQuery extends Query<(Page<AccountFact> & AsOf) | undefined> {
  constructor(
    readonly clientId: Uuid,
    readonly scope: string,
    readonly of: AccountFactKind,
    readonly span: Partial<DaySpan>,
    readonly page: PageRequest,
  ) {
    super();
  }
}

const json = (members: readonly string[]): string => `json_build_object(${members.map((name) => `'${camel(name)}', ${name}`).join(', ')})`;
const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const instrument = ['instrument_id', 'instrument_class', 'risk_level', 'quantity_millionths'];
const amounts = ['gross_minor', 'commission_minor', 'passed_on_minor', 'currency'];
const sources: Record<AccountFactKind, readonly [table: string, data: string, counted: string]> = {
  assets: ['account_assets', json(['total_minor', 'securities_minor', 'cash_minor', 'currency']), countedAssets('f')],
  trades: ['account_turnover', json(['trade_id', 'kind', 'state', 'side', ...instrument, ...amounts]), countedFact('f', `'trades'`)],
  movements: [
    'account_movements',
    json(['movement_id', 'kind', 'direction', 'state', 'amount_minor', 'currency']),
    countedFact('f', 'f.kind'),
  ],
};

@QueryHandler(AccountFactsQuery)
export class AccountFactsHandler implements IQueryHandler<AccountFactsQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ clientId, scope, of, span, page }: AccountFactsQuery): Promise<(Page<AccountFact> & AsOf) | undefined> {
    const [table, data, counted] = sources[of];
    const text = `
      SELECT on_date::text AS "on", account_id AS "accountId", source, source_record AS "sourceRecord", position::int8 AS position, ${counted} AS counted,
             ${data} AS data
        FROM read.${table} f
       WHERE client_id = $1 AND replaced_at IS NULL AND ($2::date IS NULL OR on_date >= $2) AND ($3::date IS NULL OR on_date <= $3)
         AND ($4::date IS NULL OR (on_date, position) < ($4::date, $5::bigint))
       ORDER BY on_date DESC, position DESC LIMIT $6`;
    return this.database.asOf(scope, accountTable, async (manager) => {
      if (!(await repositoryOf(manager, clientFileTable).existsBy({ clientId }))) return undefined;
      const [on = null, position = null] = page.after ?? [];
      const values = [clientId, span.from ?? null, span.to ?? null, on, position, page.limit + 1];
      const rows = await manager.query<AccountFact[]>(text, values);
      return pageOf(
        rows.map((row) => ({ ...row, position: Number(row.position) })),
        page.limit,
        (row) => row,
        (row) => [row.on, String(row.position)],
      );
    });
  }
}
