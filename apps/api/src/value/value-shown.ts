import type { LocalDate, Rational } from '#event-sourcing';
import type { ChurnItem, ClientValueView, DormancyItem, ParetoPart, ParetoView, RfmItem, ValueClient } from '#read-models';
import type { ChurnSignal, ObservedPreference, Pareto, PreferenceShare } from '#tiers';
import { basisPointsOf, moneyOf, moneyOrNull, wholeOf, withMoney } from './value-amounts.js';

const clientOf = ({ clientId, clientNo, branchId, status }: ValueClient) => ({ clientId, clientNo, branchId, status });

/** The address of a list, with the parameters that are stated. */
export function addressOf(path: string, parameters: Readonly<Record<string, string | number | undefined>>): string {
  const stated = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return `${path}?${new URLSearchParams(stated).toString()}`;
}

export const shownRfm = (item: RfmItem, currency: string) => {
  const { recency, frequency, monetary, noHistory, lastTradeOn, tradeDates, unconverted } = item;
  const netCommission = moneyOf(item.netCommission, currency);
  return { ...clientOf(item), recency, frequency, monetary, noHistory, lastTradeOn, tradeDates, netCommission, unconverted };
};

export const shownDormancy = (item: DormancyItem, currency: string) => {
  const { dormant, lastActivityOn, idleFrom } = item;
  const parts = { securities: moneyOrNull(item.securities, currency), cash: moneyOrNull(item.cash, currency) };
  return { ...clientOf(item), dormant, lastActivityOn, idleFrom, ...parts };
};

/** Where the facts behind a signal are listed. */
function factsBehind({ signal, evidence }: ChurnSignal, clientId: string, on: LocalDate): string[] {
  const facts = `/v1/clients/${clientId}/account-facts`;
  const since = (name: string): string | undefined => (typeof evidence[name] === 'string' ? evidence[name] : undefined);
  switch (signal) {
    case 'fallingAssets':
      return [addressOf(facts, { of: 'assets', to: on })];
    case 'shrinkingTrades':
      return [addressOf(facts, { of: 'trades', from: since('beforeFrom'), to: on })];
    case 'outflowAfterComplaint': {
      const complaintId = since('complaintId');
      return complaintId === undefined
        ? []
        : [`/v1/complaints/${complaintId}`, addressOf(facts, { of: 'movements', from: since('receivedOn'), to: on })];
    }
    case 'noContact':
    case 'lowSatisfaction':
      return [`/v1/clients/${clientId}/timeline`];
  }
}

export const shownChurn = (item: ChurnItem, currency: string, on: LocalDate) => ({
  ...clientOf(item),
  score: item.score,
  signals: item.signals.map((signal) => ({
    signal: signal.signal,
    present: signal.present,
    evidence: withMoney(signal.evidence, currency),
    bounds: signal.bounds,
    drillDown: factsBehind(signal, item.clientId, on),
  })),
});

function shownPareto(answer: Pareto, currency: string, span: { from: LocalDate; to: LocalDate }) {
  const { total } = answer.positive;
  const part = (name: ParetoPart, clients: number, amount: Rational) => ({
    clients,
    amount: moneyOf(amount, currency),
    clientsBasisPoints: shareOf(BigInt(clients), BigInt(answer.clients)),
    amountBasisPoints: shareOf(amount.numerator * total.denominator, total.numerator * amount.denominator),
    drillDown: addressOf('/v1/value/pareto/clients', { ...span, part: name }),
  });
  return {
    positive: part('positive', answer.positive.clients, total),
    vitalFew: part('vitalFew', answer.vitalFew.members.length, answer.vitalFew.sum),
    top: part('top', answer.top.clients, answer.top.sum),
  };
}

const shareOf = (numerator: bigint, denominator: bigint): number | null =>
  denominator > 0n ? basisPointsOf({ numerator, denominator }) : null;

export const shownParetoView = ({ whole, months, span, currency, ...rest }: ParetoView) => ({
  ...rest,
  currency,
  by: 'netCommission',
  ...span,
  clients: whole.clients,
  ...shownPareto(whole, currency, span),
  trend: months.map(({ month, pareto }) => ({ month, ...shownPareto(pareto, currency, withinMonth(month, span)) })),
});

/** The days of a month that lie in the span; a month ends no later than on a 31st, and dates compare as text. */
function withinMonth(month: string, { from, to }: { from: LocalDate; to: LocalDate }) {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const last = new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
  return { from: from > `${month}-01` ? from : `${month}-01`, to: to < last ? to : last };
}

const shownShare = ({ of, traded, tradedShare, held, heldShare }: PreferenceShare, currency: string) => ({
  of,
  traded: moneyOf(traded, currency),
  tradedBasisPoints: basisPointsOf(tradedShare),
  held: moneyOf(held, currency),
  heldBasisPoints: basisPointsOf(heldShare),
});

const shownObserved = (observed: ObservedPreference, currency: string) => {
  const { from, to, byInstrumentClass, byRiskLevel, concentration, holding, trades, tradeDates, tradeSize, tradesPerMonth } = observed;
  return {
    from,
    to,
    trades,
    tradeDates,
    tradeSize: moneyOrNull(tradeSize, currency),
    tradesPerMonth: { numerator: Number(tradesPerMonth.numerator), denominator: Number(tradesPerMonth.denominator) },
    byInstrumentClass: byInstrumentClass.map((share) => shownShare(share, currency)),
    byRiskLevel: byRiskLevel.map((share) => shownShare(share, currency)),
    concentration: concentration && {
      instrumentId: concentration.instrumentId,
      cost: moneyOf(concentration.cost, currency),
      basisPoints: basisPointsOf(concentration.share),
    },
    holding: holding && { medianDays: wholeOf(holding.medianDays), basis: holding.basis },
  };
};

/** Of what a mismatch observed, ratios are basis points and days are whole; amounts are money. */
function shownMismatch({ mismatch, stated, observed }: ClientValueView['mismatches'][number], currency: string) {
  const { share, medianDays, ...rest } = observed as Record<string, Rational | undefined>;
  return {
    mismatch,
    stated,
    observed: {
      ...withMoney(rest, currency),
      ...(share && { basisPoints: basisPointsOf(share) }),
      ...(medianDays && { medianDays: wholeOf(medianDays) }),
    },
  };
}

export function shownValue({ rfm, dormancy, churn, observed, mismatches, ...rest }: ClientValueView) {
  const { currency, on, clientId } = rest;
  const facts = `/v1/clients/${clientId}/account-facts`;
  const { from, to } = observed;
  return {
    ...rest,
    rfm: shownRfm(rfm, currency),
    dormancy: shownDormancy(dormancy, currency),
    churn: churn && shownChurn(churn, currency, on),
    observed: shownObserved(observed, currency),
    mismatches: mismatches.map((mismatch) => shownMismatch(mismatch, currency)),
    drillDown: {
      trades: addressOf(facts, { of: 'trades', from, to }),
      assets: addressOf(facts, { of: 'assets', to }),
      movements: addressOf(facts, { of: 'movements', to }),
    },
  };
}
