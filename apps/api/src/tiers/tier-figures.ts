import { type LocalDate, monthEnd } from '#event-sourcing';
import type { OverrideShare, TierChangeCell, TierFigures, TierMixCell } from '#read-models';
import { addressOf } from '../service-levels/compliance-cells.js';

interface Period {
  from: LocalDate;
  to: LocalDate;
}

/** Each figure with the address of exactly what is behind it. */
export function figuresWithLists<F extends TierFigures>({ from, to }: Period, { mix, changes, overrides, ...rest }: F) {
  const clients = (parameters: object): string => addressOf('/v1/tiers/clients', parameters);
  const mixed = ({ on, branchId, tier, ...counts }: TierMixCell) => {
    const of = { on, branchId, tier };
    return { ...of, ...counts, drillDown: { clients: clients(of), byOverride: clients({ ...of, overridden: true }) } };
  };
  const changed = (cell: TierChangeCell) => {
    const [first, last] = [`${cell.month}-01`, monthEnd(`${cell.month}-01`)];
    const within = { from: from > first ? from : first, to: to < last ? to : last };
    const of = { ...within, change: cell.change, branchId: cell.branchId, fromTier: cell.from, toTier: cell.to };
    return { ...cell, drillDown: addressOf('/v1/tiers/changes', of) };
  };
  const shared = (share: OverrideShare) => {
    const of = { on: to, branchId: share.branchId };
    return { ...share, drillDown: { clients: clients(of), overrides: clients({ ...of, overridden: true }) } };
  };
  return { from, to, mix: mix.map(mixed), changes: changes.map(changed), overrides: overrides.map(shared), ...rest };
}
