import { counter, gauge } from '#telemetry';

const leading = gauge('rapport_leader', 'Whether this process leads an office that one process holds at a time: 1 leads, 0 stands by.', [
  'office',
]);
const terms = counter('rapport_leader_terms_total', 'Terms of office that this process began.', ['office']);
const held = new Map<string, number>();

/** Whether this process holds an office of `lead`. */
export const leads = (office: string): boolean => (held.get(office) ?? 0) > 0;

/** Notes that this process stands for an office. */
export const stands = (office: string): void => change(office, 0);

/** Notes a term of office. Answers what ends it. */
export function holds(office: string): () => void {
  terms.inc({ office });
  change(office, 1);
  return () => change(office, -1);
}

// counted, since a process may run several readers of one office, as the tests do
function change(office: string, by: number): void {
  held.set(office, (held.get(office) ?? 0) + by);
  leading.set({ office }, leads(office) ? 1 : 0);
}
