import type { BackOfficeLoad } from '../back-office-load.js';
import type { World } from '../world.js';
import type { Check } from './check.js';

/** What the back office told is a fact once each, whoever took it, and no account has a gap. */
export async function checkInbox({ owner }: World, { told, copies }: BackOfficeLoad): Promise<Check> {
  const { rows } = await owner.query<{ records: number; facts: number; gaps: number; conflicts: number; parked: number }>(
    `SELECT (SELECT count(DISTINCT record)::int FROM bridge.messages WHERE status = 'applied') AS records,
            (SELECT count(*)::int FROM log.events WHERE type = 'AssetsObserved') AS facts,
            (SELECT count(*)::int FROM read.account_gaps WHERE closed_position IS NULL) AS gaps,
            (SELECT count(*)::int FROM bridge.messages WHERE status = 'conflict') AS conflicts,
            (SELECT count(*)::int FROM bridge.messages WHERE status = 'parked' AND kind IS NOT NULL) AS parked`,
  );
  const found = rows[0]!;
  const findings: string[] = [];
  if (found.records !== told) findings.push(`${told} records were told, ${found.records} were applied`);
  if (found.facts !== told) findings.push(`${told} records were told, and are ${found.facts} facts`);
  for (const name of ['gaps', 'conflicts', 'parked'] as const) if (found[name] > 0) findings.push(`${found[name]} ${name} in the inbox`);
  return { name: 'what the back office told is a fact once', findings, compared: `${told} messages and ${copies} copies` };
}
