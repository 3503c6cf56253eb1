import { EventCodec, eventRegistry } from '#application';
import { type LocalDate, newId, type Uuid } from '#event-sourcing';
import { openTiering, type Tiering } from '#tiering';
import { type TierRules, tierStream } from '#tiers';
import { type ApiUnderTest, BEIJING, SHANGHAI, startApiUnderTest } from './api.js';
import { FIRM_ZONE, SOURCE, type TierFacts, tierFacts } from './tier-facts.js';

/** SILVER from 1,000.00 of average assets, GOLD from 5,000.00; kept at 80 %; two strikes after 90 days of grace. */
export const branchRules: TierRules = {
  version: 'v1',
  currency: 'CNY',
  windowDays: 90,
  dayBasis: 'calendar',
  retentionBasisPoints: 8_000,
  graceDays: 90,
  strikesToDemote: 2,
  tiers: [{ tier: 'STANDARD' }, { tier: 'SILVER', entry: { adaMinor: 1_000_00 } }, { tier: 'GOLD', entry: { adaMinor: 5_000_00 } }],
};
export const MONTHS: LocalDate[] = ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30'];

/** Two branches whose clients were evaluated at the month ends of half a year. */
export interface TieredBranch {
  under: ApiUnderTest;
  facts: TierFacts;
  tiering: Tiering;
  /** GOLD since February. */
  rich: Uuid;
  /** SILVER since February, STANDARD since July. */
  falling: Uuid;
  /** SILVER since February. */
  steady: Uuid;
  /** STANDARD, and GOLD by an override from 10 March to 31 May. */
  favoured: Uuid;
  /** STANDARD; February and later could not be evaluated. */
  stopped: Uuid;
  /** GOLD since February, in Beijing. */
  elsewhere: Uuid;
  overrideId: Uuid;
  close(): Promise<void>;
}

export async function startTieredBranch(): Promise<TieredBranch> {
  const under = await startApiUnderTest();
  const facts = tierFacts(under.store, new EventCodec(eventRegistry, under.parts.keys));
  const tiering = await openTiering({ url: under.url, firmZone: FIRM_ZONE });
  const holding = async (accountId: string, totalMinor: number, branch = SHANGHAI): Promise<Uuid> => {
    const clientId = await facts.client(accountId, '2025-11-01', newId(), branch);
    await facts.assets(clientId, accountId, '2025-11-01', totalMinor);
    return clientId;
  };
  await facts.publish(branchRules, '2025-01-01');
  const rich = await holding('rich', 6_000_00);
  const falling = await holding('falling', 1_000_00);
  await facts.assets(falling, 'falling', '2026-02-10', 100_00);
  const steady = await holding('steady', 1_500_00);
  const favoured = await holding('favoured', 500_00);
  const stopped = await holding('stopped', 700_00);
  const elsewhere = await holding('elsewhere', 9_000_00, BEIJING);
  await facts.complete(...MONTHS);
  const signal = new AbortController().signal;
  await tiering.evaluator.run(MONTHS[0]!, signal);
  const overrideId = newId();
  const override = { overrideId, mode: 'pin', tier: 'GOLD', validFrom: '2026-03-10', validTo: '2026-06-01' };
  await facts.say(
    tierStream(favoured),
    { type: 'OverrideRequested', data: { ...override, requestedBy: 'chen', justification: 'moves her assets here' } },
    { type: 'OverrideApproved', data: { ...override, approvedBy: 'lin', approvedOn: '2026-03-09' } },
  );
  await facts.account(stopped, { type: 'SequenceGapFound', data: { accountId: 'stopped', source: SOURCE, first: 7, last: 9 } });
  for (const on of MONTHS.slice(1)) await tiering.evaluator.run(on, signal);
  await under.settled();
  const close = async (): Promise<void> => {
    await tiering.close();
    await under.close();
  };
  return { under, facts, tiering, rich, falling, steady, favoured, stopped, elsewhere, overrideId, close };
}
