import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createPool } from '#database';
import { rateOf } from './load.js';

export const INSERT_CLIENTS = 32;
const DEBIAN = '/usr/lib/postgresql';

export interface InsertBench {
  /** What it is, for the report. */
  name: string;
  /** Rows per second. */
  measure(seconds: number): Promise<number>;
  close(): Promise<void>;
}

/** The least that any durable write of an event could cost: one row, one commit. By pgbench, or where it is absent by pg. */
export async function prepareInsert(url: string, data: string, metadata: string, protocol: 'simple' | 'prepared'): Promise<InsertBench> {
  const pool = createPool({ url, max: INSERT_CLIENTS, applicationName: 'bench insert' });
  await pool.query('CREATE TABLE IF NOT EXISTS bench (id bigserial PRIMARY KEY, data text NOT NULL, metadata text NOT NULL)');
  const pgbench = findPgbench();
  if (!pgbench) {
    const insert = { name: 'insert', text: 'INSERT INTO bench (data, metadata) VALUES ($1, $2)', values: [data, metadata] };
    return {
      name: `${INSERT_CLIENTS} connections of pg inserting singly (pgbench is not installed)`,
      measure: (seconds) => rateOf(INSERT_CLIENTS, seconds, () => pool.query(insert)),
      close: () => pool.end(),
    };
  }
  await pool.end();
  const folder = await mkdtemp(path.join(tmpdir(), 'rapport-bench-'));
  const script = path.join(folder, 'insert.sql');
  // pgbench takes a colon and a word for a variable, hence the payload without either
  await writeFile(script, `INSERT INTO bench (data, metadata) VALUES ('${'d'.repeat(data.length)}', '${'m'.repeat(metadata.length)}');\n`);
  return {
    name: `pgbench, ${INSERT_CLIENTS} clients, ${protocol} protocol`,
    measure: async (seconds) => {
      const args = ['-n', '-f', script, '-c', String(INSERT_CLIENTS), '-j', '2', '-M', protocol, '-T', String(Math.ceil(seconds)), url];
      const { stdout } = await promisify(execFile)(pgbench, args);
      const rate = /^tps = ([\d.]+)/m.exec(stdout)?.[1];
      if (!rate) throw new Error(`pgbench says:\n${stdout}`);
      return Number(rate);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function findPgbench(): string | undefined {
  const onPath = (process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, 'pgbench'));
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map((version) => path.join(DEBIAN, version, 'bin/pgbench')) : [];
  return [...onPath, ...versions].find((file) => existsSync(file));
}
