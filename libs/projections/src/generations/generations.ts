import type { Database, Sql } from '#database';
import { modelNames, UnknownModel } from './digest.js';

export type GenerationState = 'building' | 'active' | 'kept' | 'released' | 'cancelled';

/** One set of tables of a read model. */
export interface Generation {
  model: string;
  generation: number;
  /** Of the projection that fills it. */
  version: number;
  schema: string;
  state: GenerationState;
  begunBy: string;
  begunAt: string;
  /** Set once readers have seen it. */
  swappedBy: string | null;
  swappedAt: string | null;
  /** Position at which it took the other's place. */
  joinedAt: number | null;
  comparedAt: number | null;
  /** Why differences were accepted. */
  reason: string | null;
}

/** What was asked for does not fit what there is; the sentence is for people. */
export class RebuildRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RebuildRefused';
  }
}

const COLUMNS = `model, generation, version, schema_name AS schema, state, begun_by AS "begunBy", begun_at AS "begunAt", swapped_by AS "swappedBy",
  swapped_at AS "swappedAt", joined_at AS "joinedAt", compared_at AS "comparedAt", reason`;

/** All generations of all models, or of one, the newest last. */
export async function listGenerations(sql: Sql, model?: string): Promise<Generation[]> {
  const { rows } = await sql.query<Generation>(
    `SELECT ${COLUMNS} FROM read.generations WHERE $1::text IS NULL OR model = $1 ORDER BY model, generation`,
    [model ?? null],
  );
  return rows;
}

/** The generations of one model. Throws UnknownModel. */
export async function generationsOf(sql: Sql, model: string): Promise<{ active: Generation; building?: Generation; kept: Generation[] }> {
  const all = await listGenerations(sql, model);
  const active = all.find(({ state }) => state === 'active');
  if (!active) throw new UnknownModel(model, await modelNames(sql));
  return { active, building: all.find(({ state }) => state === 'building'), kept: all.filter(({ state }) => state === 'kept') };
}

const REBUILDING = 7_233_912; // any number, the same in every process

/**
 * Runs `work` while no other process works on this model's generations. `signal` aborts where the session that holds the
 * place is lost. Throws RebuildRefused where the place is taken.
 */
export async function aloneOnModel<T>(owner: Database, model: string, work: (lost: AbortSignal) => Promise<T>): Promise<T> {
  const session = (await owner.connect()) as Awaited<ReturnType<Database['connect']>> & {
    on(event: 'error', listener: () => void): unknown;
  };
  const lost = new AbortController();
  session.on('error', () => lost.abort());
  try {
    const { rows } = await session.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1, hashtext($2)) AS mine', [REBUILDING, model]);
    if (!rows[0]!.mine) throw new RebuildRefused(`another process is working on the generations of ${model}: wait for it, or stop it`);
    return await work(lost.signal);
  } finally {
    // the session's end frees the place as well, only later
    await session.query('SELECT pg_advisory_unlock_all()').catch(() => undefined);
    session.release(true);
  }
}

export async function beginGeneration(sql: Sql, model: string, version: number, by: string): Promise<Generation> {
  await sql.query('SELECT read.begin_generation($1, $2)', [model, version]);
  await sql.query(`UPDATE read.generations SET begun_by = $2 WHERE model = $1 AND state = 'building'`, [model, by]);
  return (await generationsOf(sql, model)).building!;
}

/** The newest kept generation is to follow the log again, so that it can take its place back. */
export async function reopenKept(sql: Sql, { model, generation }: Generation): Promise<Generation> {
  await sql.query(`UPDATE read.generations SET state = 'building' WHERE model = $1 AND generation = $2`, [model, generation]);
  return (await generationsOf(sql, model)).building!;
}

/**
 * Gives up what is being built: its tables go; those that readers saw before stay kept. Answers which it was, undefined
 * where nothing is being built. Throws UnknownModel, RebuildRefused.
 */
export function cancelRebuild(owner: Database, model: string): Promise<Generation | undefined> {
  return aloneOnModel(owner, model, async () => {
    const { building } = await generationsOf(owner, model);
    if (!building) return undefined;
    if (building.swappedAt !== null || building.generation === 1) await setState(owner, building, 'kept');
    else await drop(owner, building, 'cancelled');
    return building;
  });
}

/** Drops what was kept of earlier generations, and answers which they were. Throws UnknownModel, RebuildRefused. */
export function releaseKept(owner: Database, model: string): Promise<Generation[]> {
  return aloneOnModel(owner, model, async () => {
    const { kept } = await generationsOf(owner, model);
    for (const one of kept) await drop(owner, one, 'released');
    return kept;
  });
}

async function drop(sql: Sql, generation: Generation, state: GenerationState): Promise<void> {
  await sql.query(`DROP SCHEMA IF EXISTS "${generation.schema}" CASCADE`);
  await setState(sql, generation, state);
}

async function setState(sql: Sql, { model, generation }: Generation, state: GenerationState): Promise<void> {
  await sql.query('UPDATE read.generations SET state = $3 WHERE model = $1 AND generation = $2', [model, generation, state]);
}
