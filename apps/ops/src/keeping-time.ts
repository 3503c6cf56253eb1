import { setTimeout as sleep } from 'node:timers/promises';
import { startTimekeeping } from '#timekeeping';
import type { Sql } from '#database';

const POLL_MS = 50;
const STILL_MS = 300;

/** Where the timekeeper is, and how many cases are due. */
async function lookAt(database: Sql): Promise<{ position: number; head: number; due: number }> {
  const { rows } = await database.query<{ position: number | null; head: number; due: number }>(
    `SELECT (SELECT position FROM timekeeper.progress) AS position, (SELECT max(last_position) FROM log.seals) AS head,
            (SELECT count(*)::int FROM timekeeper.cases WHERE wake_at <= now()) AS due`,
  );
  const { position, head, due } = rows[0]!;
  return { position: position ?? 0, head, due };
}

/** Waits until a timekeeper has answered the whole log and nothing is due, or has not moved for `stallMs`. Answers the log's end. */
export async function untilTimeKept(database: Sql, stallMs: number): Promise<number> {
  let last = '';
  for (let movedAt = performance.now(); performance.now() - movedAt < stallMs; await sleep(POLL_MS)) {
    const now = await lookAt(database);
    const mark = JSON.stringify(now);
    if (mark !== last) movedAt = performance.now();
    last = mark;
    if (now.position === now.head && now.due === 0 && performance.now() - movedAt >= STILL_MS) return now.head;
  }
  return (await lookAt(database)).head;
}

const STALL_MS = 15_000;

/** Where no timekeeper is at work, is one until the log is answered. Answers the log's end. */
export async function keepTimeOnce(url: string, firmZone: string, database: Sql): Promise<number> {
  const timekeeping = await startTimekeeping({ url, firmZone });
  try {
    return await untilTimeKept(database, STALL_MS);
  } finally {
    await timekeeping.stop();
  }
}
