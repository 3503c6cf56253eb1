import { type Rational, rational, type Uuid } from '#event-sourcing';
import { inOrder } from '../in-order.js';
import { alike, BASIS_POINTS, shareOf } from './fractions.js';

/** `tiers.md`, "Value and behaviour", Pareto. Basis points. */
export interface ParetoScales {
  /** What part of the positive total the vital few make up. */
  vitalShareBasisPoints: number;
  /** What part of all clients the top is. */
  topBasisPoints: number;
}

export const defaultParetoScales: ParetoScales = { vitalShareBasisPoints: 8_000, topBasisPoints: 2_000 };

export interface Contribution {
  clientId: Uuid;
  /** In minor units; may be zero or negative. */
  amount: Rational;
}

export interface Pareto {
  /** All clients, whatever they contribute. */
  clients: number;
  /** Those who contribute something, and what together. */
  positive: { clients: number; total: Rational };
  /** Those who contribute something, the most first. */
  ranked: readonly Contribution[];
  /** The shortest prefix, by contribution and then by client id, whose sum reaches the share of the positive total. */
  vitalFew: { members: readonly Contribution[]; sum: Rational; shareOfClients: Rational | null };
  /** The first clients of the same order, a fifth of all rounded up; their share is null where nobody contributes anything. */
  top: { clients: number; sum: Rational; shareOfTotal: Rational | null };
}

/**
 * A report, never a tier. The order in which the contributions are given does not matter. `clients`: how many there are in
 * all, where those who contribute nothing are not among the contributions.
 */
export function pareto(
  contributions: readonly Contribution[],
  scales: ParetoScales = defaultParetoScales,
  clients = contributions.length,
): Pareto {
  const { numerators, denominator } = alike(contributions.map(({ amount }) => amount));
  const ranked = contributions
    .map((contribution, i) => ({ contribution, minor: numerators[i]! }))
    .filter(({ minor }) => minor > 0n)
    .sort((a, b) => inOrder(b.minor, a.minor) || inOrder(a.contribution.clientId, b.contribution.clientId));
  const total = ranked.reduce((sum, { minor }) => sum + minor, 0n);
  const topClients = Math.ceil((clients * scales.topBasisPoints) / BASIS_POINTS);
  const wanted = total * BigInt(scales.vitalShareBasisPoints);
  let [vital, vitalSum, topSum] = [0, 0n, 0n];
  ranked.forEach(({ minor }, place) => {
    if (vitalSum * BigInt(BASIS_POINTS) < wanted) [vital, vitalSum] = [place + 1, vitalSum + minor];
    if (place < topClients) topSum += minor;
  });
  const exact = (numerator: bigint): Rational => ({ numerator, denominator });
  return {
    clients,
    positive: { clients: ranked.length, total: exact(total) },
    ranked: ranked.map(({ contribution }) => contribution),
    vitalFew: {
      members: ranked.slice(0, vital).map(({ contribution }) => contribution),
      sum: exact(vitalSum),
      shareOfClients: shareOf(rational(vital), rational(clients)),
    },
    top: { clients: topClients, sum: exact(topSum), shareOfTotal: shareOf(exact(topSum), exact(total)) },
  };
}
