import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, rational } from '#event-sourcing';
import { churn, type ChurnFacts, type ChurnSignalName, churnSpans, complaintSpans, netOutflow } from './churn.js';

const asOf = '2026-06-30';
const quiet: ChurnFacts = {
  adaRecent: rational(100),
  adaBefore: rational(100),
  tradeDatesRecent: 9,
  tradeDatesBefore: 9,
  complaints: [],
  lastContactOn: asOf,
  clientSince: '2020-01-01',
  satisfaction: null,
};
const signal = (name: ChurnSignalName, more: Partial<ChurnFacts>) =>
  churn({ ...quiet, ...more }, asOf).signals.find((one) => one.signal === name)!;
const present = (name: ChurnSignalName, more: Partial<ChurnFacts>) => signal(name, more).present;

describe('churn signals', () => {
  it('are five, each with evidence and bounds; their count is the score', () => {
    expect(churn(quiet, asOf)).toMatchObject({ score: 0, signals: Array.from({ length: 5 }, () => ({ present: false })) });
    const leaving = churn({ ...quiet, adaRecent: rational(0), satisfaction: { answeredOn: asOf, csat: 1 } }, asOf);
    expect(leaving.score).toBe(2);
    for (const { evidence, bounds } of leaving.signals)
      expect(Object.keys(evidence).length * Object.keys(bounds).length).toBeGreaterThan(0);
  });

  it('their spans abut: 30 days and the 90 before, 90 and the 90 before', () => {
    expect(churnSpans(asOf)).toMatchObject({
      assetsRecent: { from: '2026-06-01', to: asOf },
      assetsBefore: { from: '2026-03-03', to: '2026-05-31' },
      tradesRecent: { from: '2026-04-02', to: asOf },
      tradesBefore: { from: '2026-01-02', to: '2026-04-01' },
    });
  });

  it('assets have fallen from 30 % on, exactly', () => {
    const fallen = (recent: bigint, before: bigint, over = 1n) =>
      present('fallingAssets', { adaRecent: rational(recent, over), adaBefore: rational(before) });
    expect(fallen(70n, 100n)).toBe(true);
    expect(fallen(71n, 100n)).toBe(false);
    expect(fallen(70_000_001n, 100n, 1_000_000n)).toBe(false);
    expect(fallen(0n, 0n)).toBe(false); // who had nothing lost nothing
    expect(fallen(-1n, 1n)).toBe(true);
  });

  it('trades have shrunk to half or less, where there were four dates before', () => {
    const shrunk = (tradeDatesRecent: number, tradeDatesBefore: number) =>
      present('shrinkingTrades', { tradeDatesRecent, tradeDatesBefore });
    expect(shrunk(2, 4)).toBe(true);
    expect(shrunk(3, 4)).toBe(false);
    expect(shrunk(0, 3)).toBe(false);
    expect(shrunk(2, 5)).toBe(true);
    expect(shrunk(3, 5)).toBe(false);
  });

  it('a fifth of the assets has left after a complaint; the worst one is the evidence', () => {
    const complaint = (complaintId: string, ada: number, out: number) => ({
      complaintId,
      receivedOn: '2026-05-01',
      ada: rational(ada),
      netOutflow: rational(out),
    });
    const after = (...complaints: ChurnFacts['complaints']) => signal('outflowAfterComplaint', { complaints });
    expect(after(complaint('a', 1_000, 200)).present).toBe(true);
    expect(after(complaint('a', 1_000, 199)).present).toBe(false);
    expect(after(complaint('a', 0, 200)).present).toBe(false);
    expect(after(complaint('a', 1_000, -500)).present).toBe(false);
    const worst = after(complaint('a', 1_000, 250), complaint('b', 100, 40), complaint('c', 10_000, 300));
    expect(worst).toMatchObject({ present: true, evidence: { complaintId: 'b', complaints: 3 } });
  });

  it('money that leaves within 60 days of the complaint counts, less what comes in', () => {
    const { assets, outflow } = complaintSpans('2026-03-01', asOf);
    expect(assets).toEqual({ from: '2025-12-01', to: '2026-02-28' }); // 90 days, before anything left
    expect(outflow).toEqual({ from: '2026-03-01', to: '2026-04-30' });
    expect(complaintSpans('2026-06-15', asOf).outflow.to).toBe(asOf);
    const moved = (on: string, direction: 'in' | 'out', amount: number) => ({ on, direction, amount: rational(amount) });
    const movements = [
      moved('2026-02-28', 'out', 1),
      moved('2026-03-01', 'out', 10),
      moved('2026-04-30', 'out', 100),
      moved('2026-05-01', 'out', 1_000),
      moved('2026-03-02', 'in', 30),
    ];
    expect(netOutflow(movements, outflow)).toEqual(rational(80));
  });

  it('nobody spoke for 180 days, counted from the first day where nobody ever did', () => {
    const silent = (lastContactOn: string | null, clientSince = '2020-01-01') => present('noContact', { lastContactOn, clientSince });
    expect(silent(addDays(asOf, -180))).toBe(true);
    expect(silent(addDays(asOf, -179))).toBe(false);
    expect(silent(null)).toBe(true);
    expect(silent(null, addDays(asOf, -179))).toBe(false);
  });

  it('the latest answer is 1 or 2', () => {
    const answered = (csat: number) => present('lowSatisfaction', { satisfaction: { answeredOn: '2026-01-01', csat } });
    expect([1, 2, 3, 4, 5].map(answered)).toEqual([true, true, false, false, false]);
    expect(present('lowSatisfaction', { satisfaction: null })).toBe(false);
  });

  it('the order of complaints and movements does not matter', () => {
    const complaints = fc.array(
      fc.record({
        complaintId: fc.uuid(),
        receivedOn: fc.constant('2026-05-01'),
        ada: fc.bigInt(-5n, 50n).map((n) => rational(n)),
        netOutflow: fc.bigInt(-5n, 20n).map((n) => rational(n, 3n)),
      }),
    );
    fc.assert(
      fc.property(complaints, (all) => {
        const of = (list: typeof all) => signal('outflowAfterComplaint', { complaints: list }).present;
        const expected = all.some(
          ({ ada, netOutflow: out }) => ada.numerator > 0n && 5n * out.numerator >= ada.numerator * out.denominator,
        );
        expect([of(all), of(all.toReversed())]).toEqual([expected, expected]);
      }),
    );
  });
});
