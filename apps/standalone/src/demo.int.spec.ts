import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool } from '#database';

const root = path.resolve(import.meta.dirname, '../../..');
const program = path.join(root, 'dist/apps/standalone/src/main.js');
const home = mkdtempSync(path.join(tmpdir(), 'rapport-demo-'));
chmodSync(home, 0o711); // where PostgreSQL's own account cannot pass, root's database would be elsewhere, and stay behind
const env = { ...process.env, RAPPORT_HOME: home, DATABASE_URL: '', NODE_OPTIONS: '' };
const data = path.join(root, 'apps/standalone/data');
const linesOf = (name: string) => readFileSync(path.join(data, name), 'utf8').trim().split('\n').length - 1;

interface DataSet {
  name: string;
  rowsRead: number;
  rowsAccepted: number;
  rowsRefused: number;
  eventsAppended: number;
  readModelRows: number;
}

async function demo(...args: string[]): Promise<DataSet[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--demo', '--exit', '--json', ...args], {
    env,
    maxBuffer: 2 ** 24,
  });
  return (JSON.parse(stdout) as { dataSets: DataSet[] }).dataSets;
}

/** Starts the demo, and answers once it has printed what to try. */
async function startDemo() {
  const child = spawn(process.execPath, [program, '--demo'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  let ended = false;
  child.once('exit', () => (ended = true));
  while (!text.includes('/v1/freshness')) {
    if (ended) throw new Error('the demo ended early');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { child, text, ended: once(child, 'exit') };
}

const WALKED_PRODUCT = 'fund';

/** By product: received, not closed by the firm, disputed; counted in the file itself. */
function complaintsInFile(): Record<string, [number, number, number]> {
  const rows = parse<Record<string, string>>(readFileSync(path.join(data, 'cfpb/consumer_complaints.csv')), { columns: true });
  const counts: Record<string, [number, number, number]> = {};
  for (const row of rows) {
    const count = (counts[row.Product!] ??= [0, 0, 0]);
    const closed = row['Company response to consumer']!.startsWith('Closed');
    count[0]++;
    if (!closed) count[1]++;
    if (closed && row['Consumer disputed?'] === 'Yes') count[2]++;
  }
  return counts;
}

/** Forwarding in the file itself: within five working days of Washington, later, and sent before it was received. */
function forwardingInFile(): { kept: number; missed: number; notMeasured: number } {
  const rows = parse<Record<string, string>>(readFileSync(path.join(data, 'cfpb/consumer_complaints.csv')), { columns: true });
  const holidays = new Set(
    (JSON.parse(readFileSync(path.join(data, 'calendars/past-days.json'), 'utf8')) as { usFederal: { closed: string[] } }).usFederal.closed,
  );
  const msOf = (text: string): number => {
    const [month, day, year] = text.split('/').map(Number) as [number, number, number];
    return Date.UTC(year, month - 1, day);
  };
  const counts = { kept: 0, missed: 0, notMeasured: 0 };
  for (const row of rows) {
    const [received, sent] = [msOf(row['Date received']!), msOf(row['Date sent to company']!)];
    let due = received;
    for (let left = 5; left > 0;) {
      due += 86_400_000;
      const date = new Date(due);
      if (date.getUTCDay() % 6 !== 0 && !holidays.has(date.toISOString().slice(0, 10))) left--;
    }
    counts[sent < received ? 'notMeasured' : sent <= due ? 'kept' : 'missed']++;
  }
  return counts;
}

/** By the source's own word. */
function timelyInFile(): { yes: number; no: number; unsaid: number } {
  const rows = parse<Record<string, string>>(readFileSync(path.join(data, 'cfpb/consumer_complaints.csv')), { columns: true });
  const said = (word: string): number => rows.filter((row) => row['Timely response?'] === word).length;
  return { yes: said('Yes'), no: said('No'), unsaid: rows.length - said('Yes') - said('No') };
}

/** By month end: accounts that had moved by then, in the file itself. */
function accountsByMonth(): [string, number][] {
  const rows = readFileSync(path.join(data, 'berka/trans.asc'), 'latin1').trim().split('\n').slice(1);
  const first = new Map<string, string>();
  for (const row of rows) {
    const [, account, date] = row.split(';') as [string, string, string];
    if (!first.has(account) || date < first.get(account)!) first.set(account, date);
  }
  const months = Array.from({ length: 15 }, (_, i) => new Date(Date.UTC(1993, i + 1, 0)).toISOString().slice(0, 10));
  return months.map((on) => [on, [...first.values()].filter((date) => date <= on.slice(2).replaceAll('-', '')).length]);
}

describe('npm run demo', () => {
  let first: DataSet[];

  beforeAll(async () => {
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: root });
    first = await demo();
  }, 600_000); // the imports of three data sets, on a machine that may be busy with other suites
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('imports the sample data, and its counts agree with the files, the log and the read models', () => {
    const rows = { cfpb: linesOf('cfpb/consumer_complaints.csv'), 'bank-marketing': linesOf('bank-marketing/bank-contacts.csv') };
    const berka = ['client.asc', 'disp.asc', 'account.asc'].reduce((sum, name) => sum + linesOf(`berka/${name}`), 0);
    const movements = ['berka-movements', linesOf('berka/trans.asc')];
    expect(first.map(({ name, rowsRead }) => [name, rowsRead])).toEqual([...Object.entries(rows), ['berka', berka], movements]);
    for (const set of first) {
      expect(set.rowsAccepted + set.rowsRefused).toBe(set.rowsRead);
      expect(set.readModelRows).toBe(set.eventsAppended);
      expect(set.eventsAppended).toBeGreaterThan(0);
    }
  });

  it('imports nothing twice, and says the same again', async () => {
    expect(await demo()).toEqual(first);
  }, 60_000);

  it('prints commands that answer over HTTP with something to see', async () => {
    const { child, text, ended } = await startDemo();
    try {
      const commands = [...text.matchAll(/Authorization: (Bearer \S+)' '(http\S+)'/g)];
      expect(commands).toHaveLength(6);
      const answers = await Promise.all(
        commands.map(
          async ([, authorization, url]) => (await fetch(url!, { headers: { authorization: authorization! } })).json() as Promise<unknown>,
        ),
      );
      const [timeline, tiers, complaint, why, value, freshness] = answers as [
        { items: { type: string }[] },
        { inForce: { tier: string } },
        { items: { type: string }[] },
        { inForce: { tier: string }; evaluation: { candidate: string; retained: boolean }; assets: { sourceRecord: string }[] },
        { churn: { signals: { signal: string; present: boolean }[] } },
        { models: { eventsBehind: number }[] },
      ];
      expect(timeline.items.map((item) => item.type)).toEqual(
        expect.arrayContaining(['ContactLogged', 'OverrideApproved', 'ComplaintClosed', 'HandedOver']),
      );
      expect(tiers.inForce.tier).toBe('GOLD');
      expect(complaint.items.map((item) => item.type)).toContain('FinalResponseSent');
      // kept by hysteresis: what they hold would enter a lower tier alone
      expect(why).toMatchObject({ inForce: { tier: 'GOLD' }, evaluation: { candidate: 'SILVER', retained: true } });
      expect(why.assets.every(({ sourceRecord }) => sourceRecord.startsWith('balance:BERKA-'))).toBe(true);
      const present = value.churn.signals.filter((one) => one.present).map(({ signal }) => signal);
      expect(present).toEqual(['fallingAssets', 'shrinkingTrades', 'outflowAfterComplaint']);
      expect(freshness.models.length).toBeGreaterThan(0);
      const [, authorization, address] = commands[0]!;
      expect((await fetch(new URL('/docs', address))).status).toBe(200);
      // what is built is what is published: another compiler may tell Nest other things of the same types
      const contract = (await (await fetch(new URL('/openapi.json', address))).json()) as {
        paths: Record<string, Record<string, { parameters: { in: string }[] }>>;
      };
      expect(contract).toEqual(JSON.parse(readFileSync(path.join(root, 'apps/api/openapi.json'), 'utf8')));
      for (const [place, operations] of Object.entries(contract.paths)) {
        for (const operation of Object.values(operations)) {
          expect(operation.parameters.filter((parameter) => parameter.in === 'path')).toHaveLength(place.split('{').length - 1);
        }
      }
      const figures = await fetch(new URL('/v1/service-levels/complaints?by=product', address), {
        headers: { authorization: authorization! },
      });
      const { items } = (await figures.json()) as {
        items: { group: { product: string }; received: number; open: number; disputed: number }[];
      };
      const ours = items.filter(({ group }) => group.product !== WALKED_PRODUCT);
      expect(
        Object.fromEntries(ours.map(({ group, ...counts }) => [group.product, [counts.received, counts.open, counts.disputed]])),
      ).toEqual(complaintsInFile());
    } finally {
      child.kill('SIGINT');
    }
    const [code] = (await ended) as [number | null];
    expect(code).toBe(0);
    expect(existsSync(path.join(home, 'postgres', 'postmaster.pid'))).toBe(false);
  }, 60_000);

  it('measures what the complaints file supports, and shows a client with every kind of clock', async () => {
    const { child, text, ended } = await startDemo();
    try {
      const [, authorization] = /Authorization: (Bearer \S+)' /.exec(text)!;
      const [, api, client] = /export API=(\S+) CLIENT=(\S+) /.exec(text)!;
      const get = async <T>(place: string): Promise<T> =>
        (await (await fetch(`${api}${place}`, { headers: { authorization: authorization! } })).json()) as T;
      const figures = await get<{ items: { forwarding: object; timelyAtSource: object }[] }>('/v1/service-levels/complaints');
      expect(figures.items[0]).toMatchObject({ forwarding: forwardingInFile(), timelyAtSource: timelyInFile() });
      const cell = await get<{ items: { due: number; met: number; missed: number; drillDown: { missed: string } }[] }>(
        '/v1/service-levels/compliance?by=promise&promise=complaint-forwarding&from=2013-01-01&to=2017-12-31',
      );
      const { kept: met, missed } = forwardingInFile();
      expect(cell.items).toMatchObject([{ due: met + missed, met, missed }]);
      const { items } = await get<{ items: { state: string; cycle: number; excuse: string; corrected: boolean }[] }>(
        `/v1/clients/${client}/commitments?limit=200`,
      );
      const states = new Set(items.map(({ state }) => state));
      for (const state of ['met', 'completedLate', 'breached', 'paused', 'running']) expect(states).toContain(state);
      expect(items.some(({ cycle, state }) => cycle === 2 && state === 'met')).toBe(true);
      expect(items.map(({ excuse }) => excuse)).toContain('excused');
      const moved = await get<{ items: { type: string; data?: { cause: string } }[] }>(`/v1/clients/${client}/timeline?limit=200`);
      expect(moved.items.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['DeadlineRecomputed', 'CommitmentCorrected', 'BreachExcused']),
      );
    } finally {
      child.kill('SIGINT');
    }
    await ended;
  }, 60_000);

  it('tiers the bank’s clients month by month: every one who had an account, each once, and one who rose and fell', async () => {
    const { child, text, ended } = await startDemo();
    try {
      const [, authorization] = [...text.matchAll(/Authorization: (Bearer \S+)' /g)][0]!;
      const [, api, tiered] = /export API=(\S+) .* TIERED=(\S+)/.exec(text)!;
      const get = async <T>(place: string): Promise<T> =>
        (await (await fetch(`${api}${place}`, { headers: { authorization: authorization! } })).json()) as T;
      const { items } = await get<{ items: { on: string; clients: number; evaluated: number; stopped: number }[] }>('/v1/tiers/runs');
      const past = items.filter(({ on }) => on < '2000-01-01').reverse();
      expect(past.map(({ on, clients }) => [on, clients])).toEqual(accountsByMonth());
      for (const { clients, evaluated, stopped } of past) expect([evaluated, stopped]).toEqual([clients, 0]);
      const { history } = await get<{ history: { tier: string }[] }>(`/v1/clients/${tiered}/tier-history`);
      expect(history.map(({ tier }) => tier)).toEqual(['STANDARD', 'SILVER', 'GOLD', 'SILVER']);
    } finally {
      child.kill('SIGINT');
    }
    await ended;
  }, 60_000);

  it('starts again after a crash', async () => {
    const { child, ended } = await startDemo();
    child.kill('SIGKILL');
    await ended;
    expect(await demo()).toEqual(first);
  }, 60_000);

  it('asks an older demo database, whose imports ran under no handbook, to start over', async () => {
    const { child, ended } = await startDemo();
    const running = JSON.parse(readFileSync(path.join(home, 'running.json'), 'utf8')) as { databaseUrl: string };
    const owner = createPool({ url: running.databaseUrl, max: 1, applicationName: 'older demo' });
    await owner.query(
      "ALTER TABLE log.events DISABLE TRIGGER ALL; UPDATE log.events SET type = 'HandbookDrafted' WHERE type = 'HandbookPublished'",
    );
    await owner.end();
    child.kill('SIGINT');
    await ended;
    const { code, stderr } = await promisify(execFile)(process.execPath, [program, '--demo', '--exit'], { env }).then(
      () => ({ code: 0, stderr: '' }),
      (error: { code: number; stderr: string }) => error,
    );
    expect({ code, asks: stderr.includes('npm run demo -- --reset') }).toEqual({ code: 2, asks: true });
  }, 60_000);
});
