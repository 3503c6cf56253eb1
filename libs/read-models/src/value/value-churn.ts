import type { EntityManager } from 'typeorm';
import { type LocalDate, rational, type Uuid } from '#event-sourcing';
import {
  averageDailyAssets,
  type AssetValue,
  type ChurnFacts,
  type ChurnScales,
  churnSpans,
  complaintSpans,
  converted,
  type ExchangeRate,
  netOutflow,
  RateMissing,
  rateTable,
  type RateTable,
} from '#tiers';
import { countedAssets, countedFact, countedRate } from '../accounts/counted-facts.js';
import { groupedBy } from './value-amounts.js';
import { averageAssets } from './value-assets.js';
import type { ClientChunk } from './value-clients.js';
import { tradeDates } from './value-trades.js';

interface ReceivedComplaint {
  clientId: Uuid;
  complaintId: Uuid;
  receivedOn: LocalDate;
}

interface MovementFact {
  clientId: Uuid;
  on: LocalDate;
  direction: 'in' | 'out';
  amountMinor: string;
  currency: string;
}

const CONTACTS = `
  SELECT client_id AS "clientId", max(started_on)::text AS "on" FROM read.client_contacts
   WHERE client_id > $1 AND client_id <= $2 AND started_on <= $3::date AND NOT automated GROUP BY client_id`;
const ANSWERS = `
  SELECT DISTINCT ON (client_id) client_id AS "clientId", answered_on::text AS "answeredOn", csat FROM read.survey_answers
   WHERE client_id > $1 AND client_id <= $2 AND answered_on <= $3::date ORDER BY client_id, answered_on DESC, position DESC`;
// complaints alone whose clients moved something out, for nothing else can have left
const COMPLAINTS = `
  SELECT c.client_id AS "clientId", c.complaint_id AS "complaintId", c.received_on::text AS "receivedOn" FROM read.complaints c
   WHERE c.client_id > $1 AND c.client_id <= $2 AND c.received_on BETWEEN $3 AND $4
     AND EXISTS (SELECT FROM read.account_movements m WHERE m.client_id = c.client_id AND m.direction = 'out' AND m.replaced_at IS NULL
                    AND ${countedFact('m', 'm.kind')} AND m.state <> 'cancelled' AND m.on_date >= c.received_on)
   ORDER BY c.complaint_id`;
const MOVEMENTS = `
  SELECT client_id AS "clientId", on_date::text AS "on", direction, amount_minor::text AS "amountMinor", currency FROM read.account_movements m
   WHERE client_id = ANY ($1::uuid[]) AND on_date BETWEEN $2 AND $3 AND replaced_at IS NULL AND state <> 'cancelled'
     AND ${countedFact('m', 'm.kind')}`;
const ASSETS = `
  SELECT client_id AS "clientId", account_id AS "accountId", on_date::text AS "on", total_minor::text AS "totalMinor", currency
    FROM (SELECT DISTINCT ON (client_id, account_id, on_date) * FROM read.account_assets a
           WHERE client_id = ANY ($1::uuid[]) AND on_date <= $2 AND replaced_at IS NULL AND ${countedAssets('a')}
           ORDER BY client_id, account_id, on_date, position DESC) held`;
const RATES = `
  SELECT on_date::text AS "on", currency, amount_minor::text AS "amountMinor", base_minor::text AS "baseMinor" FROM read.exchange_rates r
   WHERE base = $1 AND on_date <= $2 AND replaced_at IS NULL AND ${countedRate('r')}`;

/** What the churn signals go by, of every client of the chunk. */
export async function churnFacts(
  manager: EntityManager,
  chunk: ClientChunk,
  asOf: LocalDate,
  base: string,
  scales: ChurnScales,
): Promise<Map<Uuid, ChurnFacts>> {
  const range = [chunk.after, chunk.last, asOf];
  const spans = churnSpans(asOf, scales);
  const recent = await averageAssets(manager, chunk, spans.assetsRecent, base);
  const before = await averageAssets(manager, chunk, spans.assetsBefore, base);
  const trades = await tradeDates(manager, chunk, asOf, [spans.tradesRecent, spans.tradesBefore]);
  const contacts = await manager.query<{ clientId: Uuid; on: LocalDate }[]>(CONTACTS, range);
  const answers = await manager.query<{ clientId: Uuid; answeredOn: LocalDate; csat: number }[]>(ANSWERS, range);
  const complaints = await complaintFacts(manager, chunk, asOf, base, scales);
  const lastContacts = new Map(contacts.map(({ clientId, on }) => [clientId, on]));
  const satisfaction = new Map(answers.map(({ clientId, ...answer }) => [clientId, answer]));
  return new Map(
    chunk.clients.map(({ clientId, clientSince }) => {
      const [tradeDatesRecent, tradeDatesBefore] = trades.get(clientId)?.within ?? [0, 0];
      const facts: ChurnFacts = {
        adaRecent: recent.get(clientId)?.sum ?? rational(0),
        adaBefore: before.get(clientId)?.sum ?? rational(0),
        tradeDatesRecent: tradeDatesRecent!,
        tradeDatesBefore: tradeDatesBefore!,
        complaints: complaints.get(clientId) ?? [],
        lastContactOn: lastContacts.get(clientId) ?? null,
        clientSince,
        satisfaction: satisfaction.get(clientId) ?? null,
      };
      return [clientId, facts];
    }),
  );
}

async function complaintFacts(manager: EntityManager, { after, last }: ClientChunk, asOf: LocalDate, base: string, scales: ChurnScales) {
  const { from, to } = churnSpans(asOf, scales).complaints;
  const received = await manager.query<ReceivedComplaint[]>(COMPLAINTS, [after, last, from, to]);
  if (received.length === 0) return new Map<Uuid, ChurnFacts['complaints']>();
  const ids = [...new Set(received.map(({ clientId }) => clientId))];
  const movements = groupedBy(await manager.query<MovementFact[]>(MOVEMENTS, [ids, from, asOf]), ({ clientId }) => clientId);
  const assets = groupedBy(await manager.query<(AssetValue & { clientId: Uuid })[]>(ASSETS, [ids, asOf]), ({ clientId }) => clientId);
  const rates = rateTable((await manager.query<ExchangeRate[]>(RATES, [base, asOf])).map(numbered));
  const facts = received.flatMap((complaint) => {
    const own = [assets.get(complaint.clientId) ?? [], movements.get(complaint.clientId) ?? []] as const;
    return judged(complaint, ...own, asOf, base, rates, scales);
  });
  return groupedBy(facts, ({ clientId }) => clientId);
}

/** Nothing where an amount has no rate of its day: what cannot be compared is no signal. */
function judged(
  complaint: ReceivedComplaint,
  assets: readonly AssetValue[],
  movements: readonly MovementFact[],
  asOf: LocalDate,
  base: string,
  rates: RateTable,
  scales: ChurnScales,
) {
  const spans = complaintSpans(complaint.receivedOn, asOf, scales);
  const relevant = movements.filter(({ on }) => spans.outflow.from <= on && on <= spans.outflow.to);
  try {
    const values = assets.map((value) => ({ ...value, totalMinor: Number(value.totalMinor) }));
    const ada = averageDailyAssets(values, { ...spans.assets, days: scales.outflowAfterComplaint.adaDays }, base, rates);
    const moved = relevant.map(({ on, direction, amountMinor, currency }) => {
      return { on, direction, amount: converted(Number(amountMinor), currency, on, base, rates) };
    });
    return [{ ...complaint, ada, netOutflow: netOutflow(moved, spans.outflow) }];
  } catch (error) {
    if (error instanceof RateMissing) return [];
    throw error;
  }
}

const numbered = (rate: ExchangeRate): ExchangeRate => ({
  ...rate,
  amountMinor: Number(rate.amountMinor),
  baseMinor: Number(rate.baseMinor),
});
