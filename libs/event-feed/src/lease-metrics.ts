import { counter, gauge } from '#telemetry';

const leading = gauge('rapport_leader', 'Whether this process holds a lease that one process holds at a time: 1 leads, 0 stands by.', [
  'office',
]);
const terms = counter('rapport_leader_terms_total', 'Terms that this process has held a lease for.', ['office']);
const held = new Map<string, number>();

/** Whether this process holds a leader lease of `lead`. */
export const leads = (lease: string): boolean => (held.get(lease) ?? 0) > 0;

/** Notes that this process stands by for a lease. */
export const stands = (lease: string): void => change(lease, 0);

/** Notes a term of a lease. Answers what ends it. */
export function holds(lease: string): () => void {
  terms.inc({ office: lease });
  change(lease, 1);
  return () => change(lease, -1);
}

// counted, since a process may run several readers of one lease, as the tests do
function change(lease: string, by: number): void {
  held.set(lease, (held.get(lease) ?? 0) + by);
  leading.set({ office: lease }, leads(lease) ? 1 : 0);
}
