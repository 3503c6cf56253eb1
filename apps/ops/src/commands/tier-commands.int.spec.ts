import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { addDays, addMonths, type LocalDate, monthEnd, toLocalDate } from '#event-sourcing';
import type { TierRules } from '#tiers';
import { createTieredLog, FIRM_ZONE, type TieredLog } from '../../../../test/support/tiering.js';
import { branchRules } from '../../../../test/support/tiered-branch.js';
import { runOps } from '../program.js';

jest.setTimeout(60_000);
const today: LocalDate = toLocalDate(new Date().toISOString(), FIRM_ZONE);

describe('tiers from the command line', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'rapport-ops-tiers-'));
  const environment = { ...process.env };
  let log: TieredLog;
  let client: string;
  beforeAll(async () => {
    log = await createTieredLog();
    client = await log.client('C-1', '2026-01-01');
    await log.assets(client, 'C-1', '2026-01-01', 4_000_00);
    Object.assign(process.env, { DATABASE_URL: log.url, RAPPORT_HOME: folder, MASTER_KEY_FILE: log.masterKeyFile, FIRM_ZONE });
  });
  afterAll(async () => {
    process.env = environment;
    await log.close();
    rmSync(folder, { recursive: true });
  });

  async function ops(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const said = { stdout: '', stderr: '' };
    const caught = (['stdout', 'stderr'] as const).map((stream) =>
      jest.spyOn(process[stream], 'write').mockImplementation((text) => ((said[stream] += String(text)), true)),
    );
    try {
      return { code: await runOps(args), ...said };
    } finally {
      for (const one of caught) one.mockRestore();
    }
  }
  const file = (rules: unknown): string => {
    const at = path.join(folder, 'rules.json');
    writeFileSync(at, typeof rules === 'string' ? rules : JSON.stringify(rules));
    return at;
  };

  it('evaluates nothing before rules are published, nor a day that is not over', async () => {
    const refused = async (...args: string[]) => {
      const { code, stdout, stderr } = await ops('evaluate-tiers', ...args);
      expect([code, stdout]).toEqual([2, '']);
      return stderr;
    };
    expect(await refused('--as-of', '2026-03-31')).toContain('no tier rules are published');
    await log.publish(branchRules, '2026-01-01');
    expect(await refused('--as-of', today)).toContain('is not over yet');
    expect(await refused('--as-of', addDays(today, 1))).toContain('is not over yet');
    expect(await refused('--as-of', '2026-02-30')).toContain('--as-of 2026-02-30 is no date');
    expect(await refused('--as-of', '2026-03-31', '--from', '2026-04-01')).toContain('--from is later than --as-of');
    expect(await log.tierOf(client)).toEqual([]);
  });

  it('evaluates each month end that is due once, and says what came of it', async () => {
    await log.complete('2026-01-31', '2026-02-28', '2026-03-31');
    const evaluated = async (asOf: LocalDate, ...more: string[]) =>
      JSON.parse((await ops('evaluate-tiers', '--as-of', asOf, '--json', ...more)).stdout) as unknown;
    const counts = { ruleVersion: 'v1', clients: 1, evaluated: 1, stopped: 0, promoted: 0, demoted: 0 };
    expect(await evaluated('2026-02-28')).toEqual({
      dates: [{ on: '2026-01-31', ...counts, promoted: 1 }, { on: '2026-02-28', ...counts }], // prettier-ignore
      lookedAtAgain: 0,
    });
    const { position } = await log.store.head();
    expect(await evaluated('2026-02-28')).toEqual({ dates: [], lookedAtAgain: 0 });
    expect(await evaluated('2026-02-28', '--from', '2026-01-01')).toEqual({ dates: [], lookedAtAgain: 0 });
    expect((await log.store.head()).position).toBe(position);
    await log.assets(client, 'C-1', '2026-01-01', 4_500_00);
    expect(await evaluated('2026-03-31')).toEqual({ dates: [{ on: '2026-03-31', ...counts }], lookedAtAgain: 1 });
    const { stdout } = await ops('evaluate-tiers', '--as-of', monthEnd(addMonths('2026-03-01', 0)));
    expect(stdout).toContain('every month end up to then was evaluated already');
  });

  it('tries draft rules over the same facts, and writes nothing', async () => {
    const { position } = await log.store.head();
    const tried = async (rules: TierRules) => {
      const { code, stdout, stderr } = await ops('tier-what-if', '--rules', file(rules), '--from', '2026-01-01', '--to', '2026-03-31');
      expect([code, stderr.includes('clients')]).toEqual([0, true]); // progress beside the answer
      return JSON.parse(stdout) as unknown;
    };
    expect(await tried(branchRules)).toMatchObject({
      rules: 'v1',
      clients: 1,
      moveCount: 0,
      counts: [{ was: 'SILVER', is: 'SILVER', clients: 1 }],
    });
    const [standard, silver] = branchRules.tiers;
    const lower: TierRules = {
      ...branchRules,
      version: 'draft',
      tiers: [standard!, silver!, { tier: 'GOLD', entry: { adaMinor: 4_000_00 } }],
    };
    expect(await tried(lower)).toMatchObject({
      rules: 'draft',
      moveCount: 1,
      counts: [{ was: 'SILVER', is: 'GOLD', clients: 1 }],
      moves: [{ clientId: client, since: '2026-03-31', adaMinor: 4_500_00 }],
    });
    expect((await log.store.head()).position).toBe(position);
  });

  it('names what is wrong in a draft, with its place', async () => {
    const refused = async (rules: unknown, from = '2026-01-01', to = '2026-03-31') => {
      const { code, stdout, stderr } = await ops('tier-what-if', '--rules', file(rules), '--from', from, '--to', to);
      expect([code, stdout]).toEqual([2, '']);
      return stderr;
    };
    const faults = { ...branchRules, windowDays: 0, tiers: [{ tier: 'STANDARD' }, { tier: 'SILVER', entry: { adaMinor: 0.5 } }] };
    const said = await refused(faults);
    expect(said).toContain('  /windowDays: out-of-range');
    expect(said).toContain('  /tiers/1/entry/adaMinor: fractional-amount');
    expect(await refused({ ...branchRules, dayBasis: 'trading', calendar: 'NOWHERE' })).toContain('  /calendar: not-allowed');
    expect(await refused('{')).toContain('holds no tier rules');
    expect(await refused(branchRules, '2026-02-01', '2026-02-27')).toContain('no month ends');
    expect(await refused(branchRules, '2026-02-01', '2026-01-31')).toContain('--to is before --from');
  });
});
