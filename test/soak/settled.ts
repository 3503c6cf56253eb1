import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS, type World } from './world.js';

const SETTLED_MAX_MS = 120_000;
const AT_WORK_MAX_MS = 30_000;
const POLL_MS = 100;
const STILL = 12;

interface Stand {
  head: number;
  relayed: number;
  projected: number;
  models: number;
  kept: number;
  due: number;
  waiting: number;
  taken: number;
}

/**
 * Resolves with the log's end once everything has followed it: the relay, every read model, the timekeeper with nothing
 * due, the inbox with nothing waiting and all that the back office told. Rejects where that takes longer than two minutes.
 */
export async function settled({ owner }: World, told: () => number): Promise<number> {
  let last = '';
  let still = 0;
  let stand: Stand | undefined;
  for (const start = performance.now(); still < STILL; await sleep(POLL_MS)) {
    if (performance.now() - start > SETTLED_MAX_MS) throw new Error(`not all have followed the log: ${last} of ${told()} told`);
    stand = await standOf(owner).catch(() => undefined);
    if (!stand) continue;
    const { head, relayed, projected, models, kept, due, waiting, taken } = stand;
    const followed = relayed === head && models > 0 && projected === head && kept === head && due === 0 && waiting === 0;
    const mark = JSON.stringify(stand);
    still = followed && taken === told() && mark === last ? still + 1 : 0;
    last = mark;
  }
  return stand!.head;
}

/** Resolves once everything has followed the log to where it is now, so that all are at work; after half a minute all the same. */
export async function atWork({ owner }: World): Promise<void> {
  let head = Infinity;
  for (const start = performance.now(); performance.now() - start < AT_WORK_MAX_MS; await sleep(POLL_MS)) {
    const stand = await standOf(owner).catch(() => undefined);
    if (!stand) continue;
    head = Math.min(head, stand.head);
    if (stand.models > 0 && Math.min(stand.relayed, stand.projected, stand.kept) >= head) return;
  }
}

async function standOf(owner: World['owner']): Promise<Stand> {
  const { rows } = await owner.query<Stand>(
    `SELECT (SELECT max(last_position) FROM log.seals) AS head,
            (SELECT position FROM feed.relay_state WHERE topic = $1) AS relayed,
            (SELECT min(position) FROM read.checkpoints) AS projected, (SELECT count(*)::int FROM read.checkpoints) AS models,
            (SELECT position FROM timekeeper.progress) AS kept, (SELECT count(*)::int FROM timekeeper.cases WHERE wake_at <= now()) AS due,
            (SELECT count(*)::int FROM bridge.messages WHERE status = 'waiting') AS waiting,
            (SELECT count(*)::int FROM bridge.messages WHERE status = 'applied') AS taken`,
    [TOPICS.events],
  );
  return rows[0]!;
}
