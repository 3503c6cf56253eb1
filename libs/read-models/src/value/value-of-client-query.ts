import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type RiskLevel, riskLevels, type Uuid } from '#event-sourcing';
import { ClientKeys } from '#privacy';
import {
  type ObservedPreference,
  observedPreference,
  type ObservedTrade,
  type Potential,
  potential,
  type PreferenceMismatch,
  preferenceMismatchesOf,
  type ProspectFile,
  type StatedPreference,
} from '#tiers';
import { riskProfileTable } from '../clients/risk-profiles.js';
import { type ClientFile, clientFileTable } from '../clients/client-files.js';
import { repositoryOf } from '../reading/entity.js';
import { ReadDatabase } from '../reading/read-database.js';
import { countedFact } from '../accounts/counted-facts.js';
import { exactSum, RATE_COLUMNS, withRate } from './value-amounts.js';
import { type ChurnItem, churnOfChunk } from './value-churn-query.js';
import { oneClient } from './value-clients.js';
import { type DormancyItem, dormancyOfChunk } from './value-dormancy-query.js';
import { type ValueFrame, valueFrame, type ValueQuestion } from './value-pages.js';
import { type RfmItem, rfmOfChunk } from './value-rfm-query.js';
import { openRow } from '../reading/open-row.js';

export interface ClientValueView extends ValueFrame {
  clientId: Uuid;
  rfm: RfmItem;
  dormancy: DormancyItem;
  /** Null of a prospect, who cannot leave. */
  churn: ChurnItem | null;
  stated: StatedPreference;
  observed: ObservedPreference;
  mismatches: PreferenceMismatch[];
  /** Trades that name no instrument, or an amount without a rate: they are in no observation. */
  unobserved: number;
  /** Of a prospect alone: never traded. */
  potential: Potential | null;
}

/** One client's value on a day. Undefined where the caller sees no such client. */
export class ClientValueQuery extends Query<ClientValueView | undefined> {
  constructor(
    readonly clientId: Uuid,
    readonly question: ValueQuestion,
  ) {
    super();
  }
}

const TRADES = `
  SELECT t.on_date::text AS "on", t.trade_id AS "tradeId", t.side, t.instrument_id AS "instrumentId", t.instrument_class AS "instrumentClass",
         t.risk_level AS "riskLevel", t.quantity_millionths::text AS "quantityMillionths", t.gross_minor::text AS minor, 1 AS facts, t.currency, ${RATE_COLUMNS}
    FROM read.account_turnover t ${withRate('t', '$3')}
   WHERE t.client_id = $1 AND t.on_date <= $2 AND t.replaced_at IS NULL AND t.kind = 'trade' AND t.state <> 'cancelled'
     AND ${countedFact('t', `'trades'`)}
   ORDER BY t.on_date, t.trade_id`;

interface TradeRow extends Omit<ObservedTrade, 'gross' | 'side' | 'quantityMillionths'> {
  side: 'buy' | 'sell' | null;
  quantityMillionths: string | null;
  minor: string;
  facts: number;
  currency: string;
  rateMinor: number | null;
  rateBaseMinor: number | null;
}

@QueryHandler(ClientValueQuery)
export class ClientValueHandler implements IQueryHandler<ClientValueQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly keys: ClientKeys,
  ) {}

  async execute({ clientId, question }: ClientValueQuery): Promise<ClientValueView | undefined> {
    const { scope, zone, asOf } = question;
    const { scales, ...frame } = await valueFrame(this.database, question);
    const found = await this.database.inScope(scope, async (manager) => {
      const chunk = await oneClient(manager, clientId, zone);
      if (!chunk) return undefined;
      return {
        rfm: (await rfmOfChunk(manager, chunk, frame, scales.rfm))[0]!,
        dormancy: (await dormancyOfChunk(manager, chunk, frame, scales.dormancy))[0]!,
        churn: (await churnOfChunk(manager, chunk, frame, scales.churn))[0]!,
        trades: await manager.query<TradeRow[]>(TRADES, [clientId, asOf, frame.currency]),
        file: await repositoryOf(manager, clientFileTable).findOneByOrFail({ clientId }),
        profile: await repositoryOf(manager, riskProfileTable).findOneBy({ clientId }),
      };
    });
    if (!found) return undefined;
    const key = await this.keys.findOne(clientId);
    const file = openRow(JSON.parse(found.file.file), key) as ClientFile;
    const assessment = found.profile?.assessment ? (openRow(JSON.parse(found.profile.assessment), key) as Assessed) : undefined;
    const trades = observedTrades(found.trades, frame.currency);
    const observed = observedPreference(trades, asOf, scales.preference);
    const stated = statedBy(
      file,
      assessment && assessment.assessedOn <= asOf && asOf < assessment.validUntil ? assessment.level : undefined,
    );
    const { rfm } = found;
    return {
      clientId,
      ...frame,
      rfm,
      dormancy: found.dormancy,
      churn: rfm.status === 'prospect' ? null : found.churn,
      stated,
      observed,
      mismatches: preferenceMismatchesOf(stated, observed, trades, scales.preference),
      unobserved: found.trades.length - trades.length,
      potential: rfm.noHistory ? potential(prospectFile(file), { ...scales.potential, currency: frame.currency }) : null,
    };
  }
}

interface Assessed {
  level?: RiskLevel;
  assessedOn: string;
  validUntil: string;
}

const observedTrades = (rows: readonly TradeRow[], base: string): ObservedTrade[] =>
  rows.flatMap(({ side, quantityMillionths, minor, facts, currency, rateMinor, rateBaseMinor, ...trade }) => {
    const { sum: gross, unconverted } = exactSum([{ minor, facts, currency, rateMinor, rateBaseMinor }], base);
    if (side === null || quantityMillionths === null || !trade.instrumentId || unconverted > 0) return [];
    const { instrumentClass = 'unknown' } = trade;
    return [{ ...trade, instrumentClass, side, quantityMillionths: Number(quantityMillionths), gross }];
  });

function statedBy({ profile, needs }: ClientFile, level: RiskLevel | undefined): StatedPreference {
  const { horizonMonths, instruments } = (needs ?? {}) as { horizonMonths?: number; instruments?: readonly string[] };
  return {
    ...(profile.riskPreference && { riskPreference: profile.riskPreference }),
    ...(level && { riskLevel: riskLevels.indexOf(level) + 1 }),
    ...(horizonMonths !== undefined && { horizonMonths }),
    ...(instruments && { instruments }),
  };
}

function prospectFile({ profile, needs, acquisitionSource }: ClientFile): ProspectFile {
  const { incomeBand, occupation, ageBand, averageBalance } = profile.internal ?? {};
  const horizonMonths = needs?.['horizonMonths'] as number | undefined;
  const declaredAssets = averageBalance;
  return { incomeBand, occupation, ageBand, horizonMonths, declaredAssets, referralSource: acquisitionSource };
}
