import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool, migrate } from '#database';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/postgres.js';
import { allMigrations } from '../migrations.js';

const root = path.resolve(import.meta.dirname, '../../../..');
const program = path.join(root, 'dist/apps/ops/src/main.js');
const data = path.join(root, 'apps/standalone/data');
const folder = mkdtempSync(path.join(tmpdir(), 'rapport-import-'));

function twoEncodings(): string {
  const file = path.join(folder, 'encodings.csv');
  const head = readFileSync(path.join(data, 'cfpb/consumer_complaints.csv'), 'utf8').split('\r\n')[0]!;
  writeFileSync(file, Buffer.from(`${head}\nM\xfcller\n`, 'latin1'));
  return file;
}

interface DataSet {
  rowsRead: number;
  rowsAccepted: number;
  rowsRefused: number;
  eventsAppended: number;
  readModelRows: number;
}

describe('npm run ops -- import', () => {
  let database: TestDatabase;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    await promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: root });
    database = await createTestDatabase();
    await migrate(database.url, allMigrations);
    env = { ...process.env, DATABASE_URL: database.url, RAPPORT_HOME: path.join(folder, 'home'), NODE_OPTIONS: '' };
  }, 60_000);
  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(...args: string[]): Promise<DataSet> {
    const { stdout } = await promisify(execFile)(process.execPath, [program, 'import', ...args, '--json'], { env });
    return (JSON.parse(stdout) as { dataSets: [DataSet] }).dataSets[0];
  }

  async function logEnd(): Promise<number> {
    const pool = createPool({ url: database.url, max: 1, applicationName: 'test' });
    try {
      const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM log.events');
      return rows[0]!.count;
    } finally {
      await pool.end();
    }
  }

  it('goes on after a kill without doubles', async () => {
    const file = path.join(data, 'bank-marketing/bank-contacts.csv');
    const killed = spawn(process.execPath, [program, 'import', 'bank-marketing', file], { env, stdio: 'ignore' });
    while ((await logEnd()) < 3_000) await new Promise((resolve) => setTimeout(resolve, 20));
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(await logEnd()).toBeLessThan(34_302);

    const whole = await run('bank-marketing', file);
    const rows = readFileSync(file, 'utf8').trim().split('\n').length - 1;
    expect(whole).toMatchObject({ rowsRead: rows, rowsAccepted: rows, rowsRefused: 0 });
    expect(whole.eventsAppended).toBe(await logEnd());
    expect(whole.readModelRows).toBe(whole.eventsAppended);
  }, 120_000);

  it('takes a file of the same shape that it has not seen, counts true duplicates, and says what it refuses', async () => {
    const [head, ...rows] = readFileSync(path.join(data, 'cfpb/consumer_complaints.csv'), 'utf8').trim().split('\r\n');
    const chosen = [...rows.slice(100, 140), rows[100]!, 'not,a,row', rows[7]!.replace(/^[^,]*/, '13/45/2014')];
    const file = path.join(folder, 'other.csv');
    writeFileSync(file, [`${head},Tags`, ...chosen.map((row) => `${row},Older American`)].join('\n'));
    const before = await logEnd();
    const set = await run('cfpb', file);
    expect(set).toMatchObject({ rowsRead: 43, rowsAccepted: 41, rowsRefused: 2, readModelRows: set.eventsAppended });
    expect((await logEnd()) - before).toBe(set.eventsAppended);
    const refusals = path.join(folder, 'home', 'refusals');
    const text = readFileSync(path.join(refusals, readdirSync(refusals)[0]!), 'utf8');
    expect(
      text
        .split('\n')
        .slice(1, 3)
        .map((line) => line.split(',').slice(1, 3)),
    ).toEqual([
      ['43', 'wrong-number-of-columns'],
      ['44', 'no-such-date'],
    ]);

    expect(await run('cfpb', file)).toEqual(set);
    const overlap = path.join(folder, 'overlap.csv');
    writeFileSync(overlap, [head, ...rows.slice(130, 150)].join('\n'));
    const later = await logEnd();
    const again = await run('cfpb', overlap);
    expect(again.rowsAccepted).toBe(20);
    expect((await logEnd()) - later).toBeLessThan(again.eventsAppended);
  }, 60_000);

  it('links accounts to clients of the same small folder', async () => {
    const small = mkdtempSync(path.join(folder, 'berka-'));
    writeFileSync(path.join(small, 'account.asc'), 'account_id;district_id;frequency;date\n90001;18;X;930101\n');
    writeFileSync(path.join(small, 'client.asc'), 'client_id;birth_number;district_id\n90001;706213;18\n90001;706213;18\n');
    writeFileSync(path.join(small, 'disp.asc'), 'disp_id;client_id;account_id;type\n90001;90001;90001;OWNER\n');
    // the client named twice is one client, and its events count once
    expect(await run('berka', small)).toMatchObject({ rowsRead: 4, rowsAccepted: 4, rowsRefused: 0, eventsAppended: 3, readModelRows: 3 });
  }, 60_000);

  it('reads files again of which a row was refused, and takes what is cured by then', async () => {
    const folderOf = (clients: string, disp: string): string => {
      const at = mkdtempSync(path.join(folder, 'cured-'));
      writeFileSync(path.join(at, 'account.asc'), 'account_id;district_id;frequency;date\n90011;18;X;930101\n');
      writeFileSync(path.join(at, 'client.asc'), `client_id;birth_number;district_id\n${clients}`);
      writeFileSync(path.join(at, 'disp.asc'), `disp_id;client_id;account_id;type\n${disp}`);
      return at;
    };
    const lacking = folderOf('90011;706213;18\n', '90011;90011;90011;OWNER\n90012;90012;90011;DISPONENT\n');
    expect(await run('berka', lacking)).toMatchObject({ rowsRead: 4, rowsRefused: 1, eventsAppended: 3 });
    expect(await run('berka', lacking)).toMatchObject({ rowsRefused: 1, eventsAppended: 3 });
    expect(await run('berka', folderOf('90012;450204;1\n', ''))).toMatchObject({ rowsRefused: 0 });
    expect(await run('berka', lacking)).toMatchObject({ rowsAccepted: 4, rowsRefused: 0, eventsAppended: 4 });
    const end = await logEnd();
    expect(await run('berka', lacking)).toMatchObject({ rowsAccepted: 4, rowsRefused: 0, eventsAppended: 4 });
    expect(await logEnd()).toBe(end);
    const changed = folderOf('90011;706213;77\n', '90011;90011;90011;DISPONENT\n');
    expect(await run('berka', changed)).toMatchObject({ rowsAccepted: 3, rowsRefused: 0 });
    expect((await logEnd()) - end).toBe(3); // another region, and another role in place of the one before
  }, 60_000);

  it('takes what has become of a complaint since as new facts, whichever file comes again', async () => {
    const [head, first] = readFileSync(path.join(data, 'cfpb/consumer_complaints.csv'), 'utf8').split('\r\n') as [string, string];
    const said = (name: string, response: string): string => {
      const file = path.join(folder, name);
      const row = first.replace(/(Closed[^,]*|In progress)(?=,(Yes|No),)/, response).replace(/[^,]*$/, 'N/A');
      writeFileSync(file, `${head},Complaint ID\r\n${row},LIVING-1\r\n`);
      return file;
    };
    const [open, closed] = [said('open.csv', 'In progress'), said('closed.csv', 'Closed with non-monetary relief')];
    expect(await run('cfpb', open)).toMatchObject({ rowsAccepted: 1, eventsAppended: 4 });
    const end = await logEnd();
    expect(await run('cfpb', closed)).toMatchObject({ rowsAccepted: 1, rowsRefused: 0, eventsAppended: 2, readModelRows: 2 });
    expect((await logEnd()) - end).toBe(2);
    writeFileSync(closed, readFileSync(closed, 'utf8').replaceAll('\r\n', '\n'));
    for (const again of [open, closed]) expect(await run('cfpb', again)).toMatchObject({ rowsAccepted: 1 });
    expect((await logEnd()) - end).toBe(2);
    const other = path.join(folder, 'restated.csv');
    writeFileSync(other, readFileSync(closed, 'utf8').replace('Consumer Loan', 'Student loan'));
    expect(await run('cfpb', other)).toMatchObject({ rowsAccepted: 1, eventsAppended: 1, readModelRows: 1 });
    const pool = createPool({ url: database.url, max: 1, applicationName: 'test' });
    const { rows } = await pool.query<{ product: string; details: string; status: string }>(
      `SELECT product, details, status FROM read.complaints WHERE details LIKE '%restated%'`,
    );
    await pool.end();
    expect(rows).toMatchObject([{ product: 'Student loan', status: 'closed' }]);
    expect(JSON.parse(rows[0]!.details)).toMatchObject({
      registered: { classified: { product: 'Consumer Loan' } },
      restated: { classified: { product: 'Student loan' } },
    });
  }, 60_000);

  it('appends nothing of a row that it refuses', async () => {
    const [head, first] = readFileSync(path.join(data, 'cfpb/consumer_complaints.csv'), 'utf8').split('\r\n') as [string, string];
    const file = path.join(folder, 'future.csv');
    writeFileSync(file, [head, first.replace(/^[^,]*/, '7/29/2199').replace('7/30/2013', '7/30/2199')].join('\n'));
    const before = await logEnd();
    expect(await run('cfpb', file)).toMatchObject({ rowsRead: 1, rowsRefused: 1, eventsAppended: 0, readModelRows: 0 });
    expect(await logEnd()).toBe(before);
  }, 60_000);

  it.each([
    ['a source that there is not', ['pigeons', 'x'], 'there is no source'],
    ['a file that is not there', ['cfpb', path.join(folder, 'nowhere.csv')], 'there is no file'],
    ['a file of another shape', ['bank-marketing', path.join(data, 'cfpb/consumer_complaints.csv')], 'lacks the columns'],
    ['a folder without its files', ['berka', folder], 'the folder lacks'],
    ['a file in two encodings', ['cfpb', twoEncodings()], 'line 2 is no UTF-8'],
    ['an encoding that there is not', ['cfpb', twoEncodings(), '--encoding', 'klingon'], 'there is no encoding klingon'],
  ])('refuses %s with a sentence, and appends nothing', async (_case, args, sentence) => {
    const before = await logEnd();
    const failure = (await run(...args).catch((error: unknown) => error)) as { code: number; stderr: string };
    expect(failure.code).toBe(2);
    expect(failure.stderr).toContain(sentence);
    expect(failure.stderr).not.toContain('    at ');
    expect(await logEnd()).toBe(before);
    expect(existsSync(program)).toBe(true);
  });
});
