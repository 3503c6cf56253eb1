import { disagreements } from '../../support/clock-disagreements.js';
import { FIRM_ZONE, type World } from '../world.js';
import type { Check } from './check.js';

/** G14: every commitment stands where the clock of the log's own facts does, and nothing was started or said twice. */
export async function checkTime({ owner, postgres }: World): Promise<Check> {
  const { checked, found } = await disagreements(postgres.url, FIRM_ZONE);
  const findings = found.map((one) => `a commitment stands elsewhere than its clock: ${JSON.stringify(one)}`);
  const { rows } = await owner.query<{ requests: number; commitments: number; twice: number }>(
    `SELECT (SELECT count(*)::int FROM log.events WHERE type = 'RequestReceived') AS requests,
            (SELECT count(DISTINCT stream_id)::int FROM log.events WHERE type = 'CommitmentStarted') AS commitments,
            (SELECT count(*)::int FROM (SELECT FROM log.events WHERE type IN ('CommitmentStarted', 'CommitmentBreached')
               GROUP BY stream_id, type HAVING count(*) > 1) s) AS twice`,
  );
  const { requests, commitments, twice } = rows[0]!;
  if (requests !== commitments) findings.push(`${requests} requests, ${commitments} commitments`);
  if (twice > 0) findings.push(`${twice} commitments were started or breached twice`);
  return { name: 'every deadline fired once, where its clock stands', findings, compared: `${checked} clocks` };
}
