import { openOperationsDatabase, type Sql } from '#database';
import { kafkaDependency, relayLags } from '#event-feed';
import { freshnessSays, furthestBehind, readFreshness, showFreshness } from '#read-models';
import { type ProjectionRunner, showRebuilds } from '#projections';
import { type Look, type Operations } from '#telemetry';
import type { ProjectorConfig } from './config.js';

const READY_WITHIN_SECONDS = 60;

/** What operations see of the projector: how fresh the read models are, and whether its partitions move. */
export function projectorOperations({ databaseUrl: url, feed }: ProjectorConfig, runner: ProjectionRunner): Operations {
  const { sql, dependency, close } = openOperationsDatabase({ url, role: 'rapport_projector' });
  const endings = [showFreshness(sql), showRebuilds(sql)];
  const look = async (): Promise<Look> => {
    const freshness = await readFreshness(sql);
    const position = runner.lowestHeld;
    const says = freshnessSays(freshness);
    const standby = { standby: true, position: 0, behind: 0, secondsBehind: 0, says: `stands by, others apply the events; ${says}` };
    if (position === undefined) return standby;
    // what Kafka does not have yet is no work of a projector that reads Kafka
    const reachable = feed.kind === 'kafka' ? await carriedBy(sql, feed.topic) : freshness.logEnd;
    return { position, behind: Math.max(0, reachable - position), secondsBehind: furthestBehind(freshness).secondsBehind, says };
  };
  return {
    health: {
      dependencies: [dependency, ...(feed.kind === 'kafka' ? [kafkaDependency(feed.kafka.brokers)] : [])],
      works: [{ name: 'the projector', look }],
      readyWithinSeconds: READY_WITHIN_SECONDS,
    },
    async close() {
      endings.forEach((end) => end());
      await close();
    },
  };
}

async function carriedBy(database: Sql, topic: string): Promise<number> {
  const [lag] = await relayLags(database, [topic]);
  return lag!.position;
}
