import { createPool, type Sql } from '#database';
import { type Encoding, encodingNamed, encodings } from '#text-files';
import { HEAD_OFFICE, sources } from '../import/sources.js';
import { countReadModelRows, type DataSetReport, fingerprintOf, type ImportedSet, importOnce, importParts } from '../import/import-run.js';
import { RefusalFile } from '../import/refusal-file.js';
import type { Source } from '../import/source.js';
import { type Installation, openStore, UsageError } from '../installation.js';
import { keepTimeOnce } from '../keeping-time.js';
import { progressBar } from '../progress-bar.js';
import { startProjecting, untilProjected } from '../projecting.js';

const STALL_MS = 15_000;
const OTHERS_STALL_MS = 3_000;

export interface ImportRequest {
  source: Source;
  path: string;
  branchId?: string;
  encoding?: Encoding;
}

export const sourceNamed = (name: string): Source => {
  const found = sources.find((source) => source.name === name);
  if (!found) throw new UsageError(`there is no source ${name}; the sources are ${sources.map((source) => source.name).join(', ')}`);
  return found;
};

/** As stated on the command line; undefined where nothing is. */
export function statedEncoding(name: string | undefined): Encoding | undefined {
  if (name === undefined) return undefined;
  const found = encodingNamed(name);
  if (!found) throw new UsageError(`there is no encoding ${name}; the encodings are ${encodings.join(', ')}`);
  return found;
}

/**
 * Imports data sets one after the other, and counts what came of each in the log and in the read models, which may fall
 * behind meanwhile: they are waited for once. `say` is for people.
 */
export async function importDataSets(
  installation: Installation,
  firmZone: string,
  requests: readonly ImportRequest[],
  say: (line: string) => void,
): Promise<DataSetReport[]> {
  const database = createPool({ url: installation.url, max: 2, applicationName: 'rapport import' });
  try {
    const sets: ImportedSet[] = [];
    for (const request of requests) sets.push(await importRows(installation, database, request, say));
    await project(installation, database, Math.max(0, ...sets.map(({ positions }) => positions.highest)), firmZone, say);
    const counted = async ({ counts, positions }: ImportedSet): Promise<DataSetReport> => ({
      ...counts,
      readModelRows: await countReadModelRows(database, positions),
    });
    return await Promise.all(sets.map(counted));
  } finally {
    await database.end();
  }
}

async function importRows(
  installation: Installation,
  database: Sql,
  { source, path, branchId = HEAD_OFFICE, encoding }: ImportRequest,
  say: (line: string) => void,
): Promise<ImportedSet> {
  const { digest, rows } = await fingerprintOf(source, path, encoding);
  const parts = await openStore(installation, 'rapport import');
  const bar = progressBar(source.name, 'rows');
  const refusals = new RefusalFile(installation.home.place('refusals', `${source.name}-${digest.slice(0, 12)}.csv`));
  try {
    const imported = await importOnce(
      database,
      importParts(parts.store, parts.keys, installation.master),
      source,
      path,
      digest,
      { branchId, now: new Date().toISOString(), ...(encoding && { encoding }) },
      {
        begin: () => bar.start(Math.max(1, rows), 0),
        progress: (done) => bar.update(done),
        refused: (row) => refusals.add(row),
      },
    );
    if (!imported.known) bar.update(Math.max(1, rows));
    bar.stop();
    await refusals.close();
    if (imported.known) say(`${source.name}: these files were imported before; nothing is imported twice`);
    if (imported.counts.rowsRefused > 0) say(`${source.name}: refused rows, with line and reason, are in ${refusals.filePath}`);
    return imported;
  } finally {
    bar.stop();
    await parts.close();
  }
}

/** Waits until the read models have come to the log's end, or brings them there where nobody does. */
export async function projectAll(installation: Installation, firmZone: string, say: (line: string) => void): Promise<void> {
  const database = createPool({ url: installation.url, max: 2, applicationName: 'rapport import' });
  try {
    const { rows } = await database.query<{ head: number }>('SELECT coalesce(max(last_position), 0) AS head FROM log.seals');
    await project(installation, database, rows[0]!.head, firmZone, say);
  } finally {
    await database.end();
  }
}

// Where a projector is at work we wait for it; where none moves, we are one until the read models are there.
async function project(
  installation: Installation,
  database: Parameters<typeof untilProjected>[0],
  position: number,
  firmZone: string,
  say: (line: string) => void,
): Promise<void> {
  if (installation.served && (await untilProjected(database, position, OTHERS_STALL_MS))) return;
  const kept = installation.embedded && !installation.served ? await keepTimeOnce(installation.url, firmZone, database) : position;
  const projecting = startProjecting(installation.url, installation.master, firmZone);
  try {
    const reached = await untilProjected(database, Math.max(position, kept), STALL_MS);
    if (!reached) say('the read models did not get there in time: `npm run ops -- status` says where they are');
  } finally {
    await projecting.stop();
  }
}

export const reportLine = ({ name, rowsRead, rowsAccepted, rowsRefused, eventsAppended, readModelRows }: DataSetReport): string =>
  `${name}: ${rowsRead} rows read = ${rowsAccepted} accepted + ${rowsRefused} refused; ${eventsAppended} events appended = ${readModelRows} rows in the read models`;
