import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brokerDayFile, importBackOfficeFile, openBackOffice } from '#bridge';
import { createPool } from '#database';
import type { MasterKeys } from '#privacy';
import { holdAccounts, letSpeak } from '../support/seen-sources.js';
import { assertSame, type Contender } from './bench.js';
import { type BenchServer, everyMigration } from './bench-server.js';
import { timed } from './load.js';
import { registrationOf } from './mixed-lives.js';
import { fillLog } from './mixed-log.js';
import { projectAll } from './projection-together.js';

const ZONE = 'Asia/Shanghai';
const DAY = '2025-03-11';
/** Of each account: its holdings, and trades. */
const ROWS_EACH = 4;
const FEN_EACH = 123_450;

/** A broker's end-of-day file, from the file until every row is a fact in the log and the day is complete. */
export async function backOfficeContender(server: BenchServer, folder: string, master: MasterKeys, rows: number): Promise<Contender> {
  const accounts = rows / ROWS_EACH;
  const filled = await server.newDatabase('owners', everyMigration);
  const registrations = Array.from({ length: accounts }, (_, nth) => [registrationOf(nth)]);
  const end = await fillLog(filled, master, registrations);
  const pool = createPool({ url: filled, role: 'rapport_projector', max: 6, applicationName: 'bench projector' });
  await projectAll(pool, master, end);
  await pool.end();
  const owner = createPool({ url: filled, max: 1, applicationName: 'bench' });
  await letSpeak(owner, 'counter');
  await holdAccounts(owner);
  await owner.end();
  const file = await writeDayFile(folder, accounts);
  let round = 0;
  const measure = async (): Promise<number> => {
    const url = await server.copyDatabase(filled, `day_${++round}`);
    const { office, close } = await openBackOffice({ url, master, firmZone: ZONE, applicationName: 'bench back office' });
    try {
      let applied: unknown;
      const ms = await timed(async () => {
        const { counts, days } = await importBackOfficeFile(office, brokerDayFile, file);
        applied = { applied: counts.applied, completed: days.map(({ completed }) => completed) };
      });
      assertSame('rows of the file', applied, { applied: rows, completed: [true] });
      return (rows * 1_000) / ms;
    } finally {
      await close();
      await server.dropDatabase(url);
    }
  };
  return { name: 'back office', unit: 'rows/s', measure };
}

/** With the marker that says what is in it. Answers where it is. */
async function writeDayFile(folder: string, accounts: number): Promise<string> {
  const date = DAY.replaceAll('-', '');
  const rowsOf = (nth: number): string[] => {
    const account = `A-${nth}`;
    const trades = Array.from({ length: ROWS_EACH - 1 }, (_, trade) =>
      ['T', account, trade + 2, `${account}-${trade}`, 1, date, 'B', '600519', 'equity', 100, '150000.00', '45.01', '9', 'counter'].join(
        ';',
      ),
    );
    return [`P;${account};1;${date};1234.50;1000;234.50;counter`, ...trades];
  };
  const rows = Array.from({ length: accounts }, (_, nth) => rowsOf(nth)).flat();
  const text = `H;${date};counter\n${rows.join('\n')}\n`;
  const sha256 = createHash('sha256').update(text).digest('hex');
  const file = path.join(folder, 'counter.csv');
  await writeFile(file, text);
  const marker = { sha256, source: 'counter', on: DAY, records: rows.length, assetsMinor: { CNY: accounts * FEN_EACH } };
  await writeFile(path.join(folder, 'counter.complete.json'), JSON.stringify(marker));
  return file;
}
