import { entriesOf, type Entry } from '../journal.js';
import type { World } from '../world.js';
import type { Check } from './check.js';

interface Outcome {
  id: string;
  position: number;
  version: number;
  events: number;
}

/** Ids made from an Idempotency-Key are of version 5; those of reactions and of the inbox are not. */
const isOfHttp = (id: string): boolean => id[14] === '5';

/**
 * The driver's journal against the log. G1, G2, G4: acknowledged is in the log once, whole and as it was answered, refused is
 * not, unknown is or is not, and nothing else is. `preparedTo`: up to there the log is of before the driver began.
 */
export async function checkCommands({ owner }: World, journal: string, preparedTo: number): Promise<Check> {
  const entries = new Map(entriesOf(journal).map((entry) => [entry.commandId, entry]));
  const { rows } = await owner.query<Outcome>(
    'SELECT command_id AS id, position, version, event_count AS events FROM log.outcomes ORDER BY position',
  );
  const outcomes = new Map(rows.map((row) => [row.id, row]));
  const findings = [...entries.values()].flatMap((entry) => wrongAbout(entry, outcomes.get(entry.commandId)));
  for (const { id, position } of rows) {
    if (isOfHttp(id) && position > preparedTo && !entries.has(id))
      findings.push(`the log has a command ${id} at ${position} that nobody sent`);
  }
  const { rows: counts } = await owner.query<{ events: number; owed: number }>(
    'SELECT (SELECT count(*)::int FROM log.events) AS events, (SELECT sum(event_count)::int FROM log.outcomes) AS owed',
  );
  const { events, owed } = counts[0]!;
  if (events !== owed) findings.push(`the log has ${events} events, and its commands made ${owed}`);
  const count = (outcome: string): number => [...entries.values()].filter(({ known }) => known.outcome === outcome).length;
  const compared = `${count('acknowledged')} acknowledged, ${count('refused')} refused, ${count('unknown')} unknown`;
  return { name: 'acknowledged is in the log once, refused is not', findings, compared };
}

function wrongAbout({ known, what, commandId }: Entry, outcome: Outcome | undefined): string[] {
  switch (known.outcome) {
    case 'unknown':
      return [];
    case 'refused':
      return outcome ? [`${what} ${commandId} was refused (${known.code}), and is in the log at ${outcome.position}`] : [];
    case 'acknowledged': {
      if (!outcome) return [`${what} ${commandId} was acknowledged at ${known.position}, and is not in the log`];
      const same = outcome.position === known.position && outcome.version === known.version && outcome.events === known.events.length;
      return same ? [] : [`${what} ${commandId} was answered ${JSON.stringify(known)}, and is ${JSON.stringify(outcome)}`];
    }
  }
}
