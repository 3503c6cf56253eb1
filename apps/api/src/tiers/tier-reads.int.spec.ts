import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createPool } from '#database';
import { BEIJING, type Caller, fieldFault, problem, SHANGHAI } from '../../../../test/support/api.js';
import { startTieredBranch, type TieredBranch } from '../../../../test/support/tiered-branch.js';

jest.setTimeout(60_000);
type Item = Record<string, unknown>;

describe('reads of tiers', () => {
  let branch: TieredBranch;
  let manager: Caller;
  beforeAll(async () => {
    branch = await startTieredBranch();
    manager = await branch.under.as('branchManager', SHANGHAI);
  });
  afterAll(() => branch.close());

  const itemsAt = async (address: string, caller = manager): Promise<Item[]> => {
    const items: Item[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { status, body } = await caller.get(`${address}&limit=2${cursor && `&cursor=${cursor}`}`);
      expect(status).toBe(200);
      items.push(...(body['items'] as Item[]));
      cursor = body['next'] as string | null;
    }
    return items;
  };

  describe('why a client has their tier', () => {
    const why = async (clientId: string, query = '', caller = manager) => caller.get(`/v1/clients/${clientId}/tier/why${query}`);

    it('names rules, thresholds, strikes, distances, and each fact with the source’s record', async () => {
      const { status, body } = await why(branch.falling, '?validDate=2026-06-15');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        inForce: { tier: 'SILVER', ruleTier: 'SILVER', override: null },
        evaluation: {
          on: '2026-05-31',
          ruleVersion: 'v1',
          current: 'SILVER',
          candidate: 'STANDARD',
          retained: false,
          tier: 'SILVER',
          strikes: 1,
          promotedFrom: '2026-02-01',
          inputs: { adaMinor: 100_00, windowFrom: '2026-03-03', currency: 'CNY', accounts: 1, facts: 1 },
        },
        distances: { toNext: { tier: 'GOLD', adaMinor: 4_900_00 }, aboveRetention: { adaMinor: -700_00 } },
        assetCount: 1,
        commissionCount: 0,
        commissions: [],
        stopped: [],
      });
      expect(body['thresholds']).toEqual([
        { tier: 'STANDARD', entry: {}, entered: true, retention: {}, retained: true },
        { tier: 'SILVER', entry: { adaMinor: 1_000_00 }, entered: false, retention: { adaMinor: 800_00 }, retained: false },
        { tier: 'GOLD', entry: { adaMinor: 5_000_00 }, entered: false, retention: { adaMinor: 4_000_00 }, retained: false },
      ]);
      expect(body['assets']).toEqual([
        {
          accountId: 'falling',
          on: '2026-02-10',
          totalMinor: 100_00,
          currency: 'CNY',
          days: 90,
          source: 'core',
          sourceRecord: expect.stringMatching(/^R-.{6}#1$/),
          position: expect.any(Number),
        },
      ]);
    });

    it('answers as known at an instant: before the demotion was recorded there was none', async () => {
      const lastDay = await why(branch.falling, '?validDate=2026-06-30'); // its own evaluation takes effect on the next day
      expect(lastDay.body).toMatchObject({ inForce: { tier: 'SILVER' }, evaluation: { on: '2026-05-31' } });
      const after = await why(branch.falling, '?validDate=2026-07-01');
      expect(after.body).toMatchObject({ inForce: { tier: 'STANDARD' }, evaluation: { on: '2026-06-30', tier: 'STANDARD', strikes: 0 } });
      const justBefore = new Date(Date.parse(String(after.body['recordedAt'])) - 1).toISOString();
      const before = await why(branch.falling, `?validDate=2026-07-01&knownAt=${justBefore}`);
      expect(before.body).toMatchObject({ inForce: { tier: 'SILVER' }, evaluation: { on: '2026-05-31', strikes: 1 } });
    });

    it('shows the override, and what was stopped and why', async () => {
      expect((await why(branch.favoured, '?validDate=2026-03-10')).body).toMatchObject({
        inForce: { tier: 'GOLD', ruleTier: 'STANDARD', override: { overrideId: branch.overrideId, mode: 'pin' } },
        overrides: [{ requestedBy: 'chen', decidedBy: 'lin', justification: 'moves her assets here' }],
        evaluation: { on: '2026-02-28', tier: 'STANDARD' },
      });
      const gap = [{ code: 'sequence-gap', source: 'core', accountId: 'stopped', detail: '7-9' }];
      expect((await why(branch.stopped, '?validDate=2026-04-15')).body).toMatchObject({
        inForce: { tier: 'STANDARD' },
        evaluation: { on: '2026-01-31' },
        stopped: [
          { on: '2026-02-28', reasons: gap },
          { on: '2026-03-31', reasons: gap },
        ],
      });
    });

    it('has no evaluation for a first tier, and hides clients of another branch', async () => {
      expect((await why(branch.rich, '?validDate=2025-12-01')).body).toMatchObject({
        inForce: { tier: 'STANDARD' },
        evaluation: null,
        thresholds: [],
        distances: null,
        assets: [],
      });
      expect(problem(await why(branch.elsewhere))).toMatchObject({ status: 404, code: 'not-found' });
      expect(problem(await why(branch.rich, '?validDate=2026-13-01'))).toEqual(fieldFault('#/query/validDate', 'bad-format'));
    });
  });

  describe('figures', () => {
    const PERIOD = 'from=2026-02-01&to=2026-07-01';
    type Figures = { mix: Item[]; changes: Item[]; overrides: Item[] };
    const figures = async (query = PERIOD, caller = manager) => (await caller.get(`/v1/tiers/figures?${query}`)).body as unknown as Figures;
    const counts = (mix: Item[], on: string): string[] =>
      mix
        .filter((cell) => cell['on'] === on)
        .map(({ tier, clients, byOverride }) => `${String(tier)} ${Number(clients)} ${Number(byOverride)}`);

    it('are what a count by hand comes to', async () => {
      const { mix, changes, overrides } = await figures();
      expect([...new Set(mix.map(({ on }) => on))]).toEqual([
        '2026-02-28',
        '2026-03-31',
        '2026-04-30',
        '2026-05-31',
        '2026-06-30',
        '2026-07-01',
      ]);
      expect(counts(mix, '2026-02-28')).toEqual(['STANDARD 2 0', 'SILVER 2 0', 'GOLD 1 0']);
      expect(counts(mix, '2026-03-31')).toEqual(['STANDARD 1 0', 'SILVER 2 0', 'GOLD 2 1']);
      expect(counts(mix, '2026-06-30')).toEqual(['STANDARD 2 0', 'SILVER 2 0', 'GOLD 1 0']);
      expect(counts(mix, '2026-07-01')).toEqual(['STANDARD 3 0', 'SILVER 1 0', 'GOLD 1 0']);
      expect(changes.map(({ drillDown: _address, ...cell }) => cell)).toEqual([
        { month: '2026-02', branchId: SHANGHAI, change: 'promotion', from: 'STANDARD', to: 'GOLD', clients: 1 },
        { month: '2026-02', branchId: SHANGHAI, change: 'promotion', from: 'STANDARD', to: 'SILVER', clients: 2 },
        { month: '2026-07', branchId: SHANGHAI, change: 'demotion', from: 'SILVER', to: 'STANDARD', clients: 1 },
      ]);
      expect(overrides).toMatchObject([{ branchId: SHANGHAI, clients: 5, overrides: 0, basisPoints: 0 }]);
      expect((await figures('from=2026-05-01&to=2026-05-31')).overrides).toMatchObject([{ clients: 5, overrides: 1, basisPoints: 2_000 }]);
    });

    it('reconcile with the lists behind them, for one branch and for all', async () => {
      const auditor = await branch.under.as('auditor');
      for (const [caller, query] of [
        [manager, PERIOD],
        [auditor, PERIOD],
        [auditor, `${PERIOD}&branchId=${BEIJING}`],
      ] as const) {
        const { mix, changes, overrides } = await figures(query, caller);
        expect(mix.length).toBeGreaterThan(0);
        for (const { clients, byOverride, drillDown } of mix) {
          const at = drillDown as { clients: string; byOverride: string };
          expect([(await itemsAt(at.clients, caller)).length, (await itemsAt(at.byOverride, caller)).length]).toEqual([
            clients,
            byOverride,
          ]);
        }
        for (const { clients, drillDown } of changes) expect(await itemsAt(String(drillDown), caller)).toHaveLength(Number(clients));
        for (const share of overrides) {
          const at = share['drillDown'] as { clients: string; overrides: string };
          expect(await itemsAt(at.clients, caller)).toHaveLength(Number(share['clients']));
          expect(await itemsAt(at.overrides, caller)).toHaveLength(Number(share['overrides']));
        }
      }
      const firm = await figures(PERIOD, auditor);
      expect(firm.mix.filter(({ on }) => on === '2026-07-01').reduce((sum, { clients }) => sum + Number(clients), 0)).toBe(6);
    });

    it('take at most 36 month ends, in order', async () => {
      const refused = async (query: string) => problem(await manager.get(`/v1/tiers/figures?${query}`));
      expect((await manager.get('/v1/tiers/figures?from=2023-02-01&to=2026-01-31')).status).toBe(200);
      expect(await refused('from=2023-01-31&to=2026-01-31')).toEqual(fieldFault('#/query/from', 'out-of-range'));
      expect(await refused('from=2026-02-01&to=2026-01-31')).toEqual(fieldFault('#/query/to', 'out-of-range'));
      expect(await refused('from=2026-02-01&to=2026-01-32')).toEqual(fieldFault('#/query/to', 'bad-format'));
    });
  });

  it('lists clients by tier, and changes the latest first; another branch sees none of them', async () => {
    const gold = await itemsAt('/v1/tiers/clients?on=2026-03-31&tier=GOLD');
    expect(new Map(gold.map((item) => [item['clientId'], [item['ruleTier'], item['overrideId']]]))).toEqual(
      new Map<unknown, unknown>([
        [branch.rich, ['GOLD', null]],
        [branch.favoured, ['STANDARD', branch.overrideId]],
      ]),
    );
    const changes = await itemsAt('/v1/tiers/changes?from=2026-01-01&to=2026-12-31');
    expect(changes.map(({ clientId, change, effectiveFrom }) => [clientId, change, effectiveFrom])).toEqual([
      [branch.falling, 'demotion', '2026-07-01'],
      ...[branch.rich, branch.falling, branch.steady]
        .sort()
        .reverse()
        .map((id) => [id, 'promotion', '2026-02-01']),
    ]);
    const beijing = await branch.under.as('branchManager', BEIJING);
    expect((await itemsAt('/v1/tiers/clients?on=2026-03-31', beijing)).map(({ clientId }) => clientId)).toEqual([branch.elsewhere]);
    expect(await itemsAt(`/v1/tiers/changes?from=2026-01-01&to=2026-12-31&branchId=${SHANGHAI}`, beijing)).toEqual([]);
    expect(problem(await manager.get('/v1/tiers/clients?tier=BRASS'))).toEqual(fieldFault('#/query/tier', 'not-allowed'));
    expect(problem(await manager.get('/v1/tiers/changes?change=sideways'))).toEqual(fieldFault('#/query/change', 'not-allowed'));
  });

  it('reads days and ends of sources in a scope alone', async () => {
    const pool = createPool({ url: branch.under.url, role: 'rapport_api', max: 1, applicationName: 'without a scope' });
    const seen = async (scope: string) => {
      await pool.query("SELECT set_config('app.branch', $1, false)", [scope]);
      const { rows } = await pool.query<{ days: number }>(
        'SELECT (SELECT count(*) FROM read.source_days)::int + (SELECT count(*) FROM read.ended_sources)::int AS days',
      );
      return rows[0]!.days;
    };
    expect(await seen('')).toBe(0);
    expect(await seen(BEIJING)).toBeGreaterThan(0);
    expect(await seen('*')).toBe(await seen(BEIJING));
    await pool.end();
  });

  it('lists the month ends with their counts, of the firm or of a branch', async () => {
    const countsOf = async (caller: Caller) => {
      const { items } = (await caller.get('/v1/tiers/runs')).body as { items: Item[] };
      expect(items[0]).toMatchObject({ ruleVersion: 'v1', finishedAt: expect.stringMatching(/Z$/) });
      return items.map(({ on, clients, evaluated, stopped, promoted, demoted }) => [on, clients, evaluated, stopped, promoted, demoted]);
    };
    const between = ['2026-05-31', '2026-04-30', '2026-03-31', '2026-02-28'];
    expect(await countsOf(await branch.under.as('complianceOfficer'))).toEqual([
      ['2026-06-30', 6, 5, 1, 0, 1],
      ...between.map((on) => [on, 6, 5, 1, 0, 0]),
      ['2026-01-31', 6, 6, 0, 4, 0],
    ]);
    expect(await countsOf(manager)).toEqual([
      ['2026-06-30', 5, 4, 1, 0, 1],
      ...between.map((on) => [on, 5, 4, 1, 0, 0]),
      ['2026-01-31', 5, 5, 0, 3, 0],
    ]);
    expect(await countsOf(await branch.under.as('branchManager', BEIJING))).toEqual([
      ...['2026-06-30', ...between].map((on) => [on, 1, 1, 0, 0, 0]),
      ['2026-01-31', 1, 1, 0, 1, 0],
    ]);
  });
});
