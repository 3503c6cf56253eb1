import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { createPool, migrate, startEmbeddedPostgres } from '#database';
import { newId } from '#event-sourcing';
import { type Append, EventStore, eventStoreMigrations } from '#event-store';
import { type BenchResult, type BenchSettings, rateOf, spreadOf, table } from './ratios.js';
import { prepareInsert } from './single-row-insert.js';

const CALLERS = 64;
const DATA_BYTES = 428;
const METADATA_BYTES = 157;

interface Side {
  name: string;
  measure(seconds: number): Promise<number>;
  close(): Promise<void>;
}

/** Durable appends, one event on a new stream each, side by side on one server with fsync on. */
export async function benchAppend({ rounds, seconds, protocol }: BenchSettings): Promise<BenchResult> {
  const postgres = await startEmbeddedPostgres({ onNotice: (sentence) => console.error(sentence) });
  const sides: Side[] = [];
  try {
    const insert = await prepareInsert(await newDatabase(postgres.url, 'plain'), text(DATA_BYTES), text(METADATA_BYTES), protocol);
    sides.push(await rapport(await newDatabase(postgres.url, 'rapport')), await emmett(await newDatabase(postgres.url, 'emmett')), insert);
    const rates: number[][] = [];
    for (let round = 1; round <= rounds; round++) {
      const own: number[] = [];
      for (const side of sides) own.push(await side.measure(seconds));
      rates.push(own);
      console.error(`round ${round} of ${rounds}: ${sides.map(({ name }, at) => `${name} ${own[at]!.toFixed(0)}/s`).join('; ')}`);
    }
    return resultOf(rates, sides);
  } finally {
    for (const side of sides) await side.close();
    await postgres.stop();
  }
}

function resultOf(rates: readonly number[][], sides: readonly Side[]): BenchResult {
  const emmett = spreadOf(rates.map(([ours, theirs]) => ours! / theirs!));
  const pgbench = spreadOf(rates.map(([ours, , theirs]) => ours! / theirs!));
  const rows = sides.map(({ name }, at) => {
    const { min, median, max } = spreadOf(rates.map((own) => own[at]!));
    return [`${name}, events/s`, ...[min, median, max].map((rate) => rate.toFixed(0))];
  });
  const ratio = (name: string, { min, median, max }: typeof emmett): string[] => [name, ...[min, median, max].map((x) => x.toFixed(2))];
  const report = [
    `Durable append, ${CALLERS} callers (single-row insert: 32), one event per append, ${DATA_BYTES} B data and ${METADATA_BYTES} B metadata,`,
    `new stream each, one embedded PostgreSQL with fsync on, ${rates.length} interleaved rounds; ratios within each round.`,
    table([['', 'min', 'median', 'max'], ...rows, ratio('Rapport / Emmett', emmett), ratio('Rapport / single-row insert', pgbench)]),
  ];
  return { ratios: { emmett, pgbench }, report: report.join('\n') };
}

async function rapport(url: string): Promise<Side> {
  await migrate(url, eventStoreMigrations);
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'bench' });
  const [data, metadata, requestHash] = [text(DATA_BYTES), text(METADATA_BYTES), 'ab'.repeat(32)];
  const operation = async (): Promise<void> => {
    const id = newId();
    const event = { eventId: newId(), type: 'ContactLogged', schemaVersion: 1, occurredAt: new Date().toISOString(), data, metadata };
    const append: Append = {
      commandId: newId(),
      requestHash,
      keepOutcome: 'sevenDays',
      stream: { id, kind: 'contact', key: id },
      expectedVersion: 0,
      events: [event],
    };
    const { kind } = await store.append(append);
    if (kind !== 'accepted') throw new Error(kind);
  };
  return { name: 'Rapport', measure: (seconds) => rateOf(CALLERS, seconds, operation), close: () => store.close() };
}

async function emmett(url: string): Promise<Side> {
  const store = getPostgreSQLEventStore(url);
  const [data, metadata] = [JSON.parse(text(DATA_BYTES)), JSON.parse(text(METADATA_BYTES))] as Record<string, unknown>[];
  const event = { type: 'ContactLogged' as const, data: data!, metadata: metadata! };
  const operation = (): Promise<unknown> =>
    store.appendToStream(`contact-${newId()}`, [event], { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' });
  await operation(); // makes its tables
  return { name: 'Emmett', measure: (seconds) => rateOf(CALLERS, seconds, operation), close: () => store.close() };
}

/** JSON of so many bytes. */
function text(bytes: number): string {
  const frame = JSON.stringify({ text: '' }).length;
  return JSON.stringify({ text: 'x'.repeat(bytes - frame) });
}

async function newDatabase(serverUrl: string, name: string): Promise<string> {
  const pool = createPool({ url: serverUrl, max: 1, applicationName: 'bench' });
  await pool.query(`CREATE DATABASE ${name}`);
  await pool.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
