import type { Feed } from '#event-feed';
import { ProjectionRunner, ReadModelPositions } from '#projections';
import { balances, faults, type Ledger, ledgerRegistry, tallies } from './ledger.js';

const REACH_MS = 45_000;

type Lanes = Pick<ConstructorParameters<typeof ProjectionRunner>[0], 'laneEvents'>;

export const runnerOver = (ledger: Ledger, projections = [balances, tallies], lanes: Lanes = {}): ProjectionRunner =>
  new ProjectionRunner({ pool: ledger.projectorPool, store: ledger.reader, registry: ledgerRegistry, projections, ...lanes });

/** Nothing projected, parked or counted, and no event fails. */
export async function startOver({ owner }: Ledger): Promise<void> {
  faults.clear();
  await owner.query('TRUNCATE read.balances, read.tallies, read.checkpoints, read.parked, read.batch_attempts, read.event_attempts');
}

/** The ledger's projections on a feed, until stopped. Rejects `ended` where the feed gives up. */
export function startProjector(ledger: Ledger, feed: Feed) {
  const runner = runnerOver(ledger);
  const stopping = new AbortController();
  const ended = feed.run(runner, stopping.signal);
  ended.catch(() => {});
  return {
    runner,
    ended,
    stop: async () => {
      stopping.abort();
      await ended;
      await runner.close();
    },
  };
}

/** Resolves once both projections are at the position in every partition; rejects after 45 s. */
export async function reached(ledger: Ledger, position: number): Promise<void> {
  const positions = new ReadModelPositions(ledger.projectorPool);
  for (const projection of [balances, tallies]) {
    if (await positions.waitFor(projection, position, REACH_MS)) continue;
    throw new Error(`${projection.name} is at ${await positions.positionOf(projection)}, not ${position}`);
  }
}
