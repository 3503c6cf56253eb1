import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { compareRationals, type LocalDate } from '#event-sourcing';
import { clientFacts, exchangeRates, pageOfClients } from './index.js';
import type { TierEvent, TierRules } from '#tiers';
import { createStage, live, type Living, type Stage } from '../../../test/support/living-tier-world.js';
import { factsOfClient, inputsOfClient, ratesIn, toldOf } from '../../../test/support/naive-tier-evaluation.js';
import { MONTHS, tierWorlds } from '../../../test/support/tier-world.js';

jest.setTimeout(180_000);
/** TIER_WORLDS lengthens. */
const WORLDS = Number(process.env.TIER_WORLDS ?? 8);
const NIL = '00000000-0000-0000-0000-000000000000';

/** What an event says, without where facts were known to, and its reasons in one order. */
function essence({ type, data }: TierEvent): unknown {
  const { knownTo: _knownTo, ...rest } = data as { knownTo?: number; reasons?: object[] };
  const reasons = rest.reasons?.map((reason) => JSON.stringify(Object.entries(reason).sort())).sort();
  return { type, data: { ...rest, ...(reasons && { reasons }) } };
}

describe('tiers kept in the database against a plain walk over what was said', () => {
  let stage: Stage;
  beforeAll(async () => void (stage = await createStage()));
  afterAll(() => stage.log.close());

  const inEachWorld = (numRuns: number, check: (living: Living) => Promise<void>): Promise<void> =>
    fc.assert(
      fc.asyncProperty(tierWorlds, async (world) => check(await live(stage, world))),
      { numRuns, endOnFailure: true },
    );

  it('month ends and late facts, in any order, page by page, left and taken up, by two at once, write what the pure rules say', async () => {
    const count = { evaluated: 0, corrected: 0, stopped: 0 };
    await inEachWorld(WORLDS, async ({ log, clients, naive, made }) => {
      for (const [i, clientId] of clients.entries()) {
        const events = (await log.tierOf(clientId)).map(({ event }) => event);
        expect(events.map(essence)).toEqual(naive[i]!.past.map(({ event }) => essence(event)));
        count.evaluated += events.filter(({ type }) => type === 'TierEvaluated').length;
        count.corrected += events.filter(({ type }) => type === 'TierCorrected').length;
        count.stopped += events.filter(({ type }) => type === 'TierEvaluationStopped').length;
      }
      const before = await log.store.head();
      await log.run(...made.map(({ on }) => on));
      await log.late();
      expect(await log.store.head()).toEqual(before);
    });
    expect([count.evaluated, count.stopped].every((times) => times >= WORLDS)).toBe(true); // or the worlds are too poor to tell
  });

  it('facts as known at any position are a fold of the log up to it, and sums over sets are the sums of the pure rules', async () => {
    let compared = 0;
    await inEachWorld(WORLDS / 2, async (living) => {
      const { log, clients, said, world } = living;
      const positions = said.map(({ position }) => position).filter((_, i) => i % 5 === 4);
      for (const position of positions) {
        const facts = living.upTo(position);
        const known = await clientFacts(log.owner, clients, position);
        for (const [i, clientId] of clients.entries()) {
          const told = toldOf(i, facts);
          const { assets, commissions } = factsOfClient(told);
          expect(inOrder(known.get(clientId)!.assets, ['accountId', 'on', 'totalMinor', 'currency'])).toEqual(inOrder(assets));
          expect(inOrder(known.get(clientId)!.commissions, ['on', 'currency', 'netMinor'])).toEqual(
            inOrder(commissions, ['on', 'currency', 'netMinor']),
          );
          const gaps = known.get(clientId)!.gaps.map(({ firstSequence: first, lastSequence: last, ...gap }) => ({ ...gap, first, last }));
          expect(inOrder(gaps)).toEqual(inOrder(told.gaps));
        }
        expect(inOrder(await exchangeRates(log.owner, 'CNY', position))).toEqual(inOrder(ratesIn(facts)));
        compared += await sumsAgree(living, position, position % 2 === 0 ? world.first : world.second);
      }
    });
    expect(compared).toBeGreaterThan(WORLDS);
  });
});

/** How many clients' sums over a page were compared. */
async function sumsAgree(living: Living, knownTo: number, rules: TierRules): Promise<number> {
  const facts = living.upTo(knownTo);
  const on: LocalDate = MONTHS[knownTo % MONTHS.length]!;
  const page = await pageOfClients(living.log.owner, { rules, on, knownTo, after: NIL, limit: 100 });
  let compared = 0;
  for (const { clientId, inputs } of page) {
    if (!inputs) continue;
    const expected = inputsOfClient(toldOf(living.clients.indexOf(clientId), facts), facts, rules, on);
    expect([compareRationals(inputs.ada, expected.ada), compareRationals(inputs.netCommission, expected.netCommission)]).toEqual([0, 0]);
    expect([inputs.accounts, inputs.facts]).toEqual([expected.accounts, expected.facts]);
    compared++;
  }
  return compared;
}

/** Rows as text, by these members, in one order. */
const inOrder = (rows: readonly object[], members?: readonly string[]): string[] =>
  rows
    .map((row) =>
      JSON.stringify(
        Object.entries(row)
          .filter(([name]) => !members || members.includes(name))
          .sort(),
      ),
    )
    .sort();
