import { addDays, type LocalDate } from '#event-sourcing';
import {
  type AssetValue,
  type CommissionFact,
  correctingEvents,
  type DayAnswer,
  dateOfAnswer,
  type DayToEvaluate,
  evaluateDays,
  eventsOf,
  type ExchangeRate,
  rateTable,
  type RecordedTierEvent,
  saidOfDays,
  standingAfter,
  standingBefore,
  type StopReason,
  type TierEvent,
  type TierInputs,
  tierInputs,
  tierInputsOrReasons,
  type TierRules,
  type TradingDays,
} from '#tiers';
import { type AccountFact, type Fact, sources } from './tier-world.js';

const SOME_TIME = '2026-06-01T00:00:00.000Z';

/** What was said up to some point, told one fact after the other. */
export interface Told {
  assets: Map<string, AssetValue>;
  trades: Map<string, CommissionFact & { cancelled: boolean }>;
  gaps: { accountId: string; source: string; first: number; last: number }[];
  accounts: Map<string, { source: string; firstOn: LocalDate; closedOn: LocalDate | null; unlinkedOn: LocalDate | null }>;
}

/** Facts of one client, folded plainly: of two statements about the same thing the later one holds. */
export function toldOf(client: number, facts: readonly Fact[]): Told {
  const told: Told = { assets: new Map(), trades: new Map(), gaps: [], accounts: new Map() };
  for (const fact of facts) if ('client' in fact && fact.client === client) tell(told, fact);
  told.gaps = told.gaps.filter(({ accountId }) => (told.accounts.get(accountId)?.unlinkedOn ?? null) === null); // another owner's from then on
  return told;
}

function tell(told: Told, fact: AccountFact): void {
  const { account: accountId } = fact;
  const source = sources[accountId];
  const nothing = (on: LocalDate) => told.assets.set(`${accountId} ${on}`, { accountId, on, totalMinor: 0, currency: 'XXX' });
  if (fact.kind === 'unlinked') {
    nothing(fact.on);
    const owned = told.accounts.get(accountId);
    if (owned) told.accounts.set(accountId, { ...owned, unlinkedOn: fact.on });
    return;
  }
  const known = told.accounts.get(accountId) ?? { source, firstOn: '9999-12-31', closedOn: null, unlinkedOn: null };
  const firstOn = 'on' in fact && fact.on < known.firstOn ? fact.on : known.firstOn;
  const closedOn = fact.kind === 'closed' ? fact.on : fact.kind === 'opened' ? null : known.closedOn;
  told.accounts.set(accountId, { ...known, firstOn, closedOn });
  if (fact.kind === 'closed') nothing(fact.on);
  if (fact.kind === 'assets') told.assets.set(`${accountId} ${fact.on}`, { accountId, on: fact.on, totalMinor: fact.minor, currency: fact.currency }); // prettier-ignore
  if (fact.kind === 'trade') {
    const { on, currency, cancelled, commission, passedOn } = fact;
    told.trades.set(`${accountId} ${fact.tradeId}`, { on, currency, cancelled, netMinor: commission - passedOn });
  }
  if (fact.kind === 'gap') told.gaps.push({ accountId, source, first: fact.first, last: fact.last });
  if (fact.kind === 'gapClosed') told.gaps = told.gaps.filter((gap) => gap.accountId !== accountId || gap.last > fact.through);
}

export const ratesIn = (facts: readonly Fact[]): ExchangeRate[] => {
  const said = facts.flatMap((fact) => (fact.kind === 'rate' ? [{ ...fact, currency: 'USD' }] : []));
  return [...new Map(said.map(({ kind: _kind, ...one }) => [one.on, one])).values()];
};

export const factsOfClient = ({ assets, trades }: Told) => ({
  assets: [...assets.values()],
  commissions: [...trades.values()].filter(({ cancelled, netMinor }) => !cancelled && netMinor !== 0),
});

export const inputsOfClient = (told: Told, facts: readonly Fact[], rules: TierRules, on: LocalDate): TierInputs =>
  tierInputs(rules, factsOfClient(told), rateTable(ratesIn(facts)), on, weekdays);

/** Monday to Friday. */
export const weekdays: TradingDays = (to, count) => {
  const found: LocalDate[] = [];
  for (let day = to; found.length < count; day = addDays(day, -1)) if (![0, 6].includes(new Date(day).getUTCDay())) found.unshift(day);
  return found;
};

/** One client's stream, as the pure rules would write it given everything that was said so far. */
export class NaiveTier {
  readonly past: RecordedTierEvent[] = [];

  constructor(private readonly client: number) {}

  /** A month end. */
  run(on: LocalDate, rules: TierRules, facts: readonly Fact[]): void {
    const told = toldOf(this.client, facts);
    const firstOn = firstOf(told);
    if (firstOn === undefined || firstOn > on || this.isSaid(on) || (this.initialFrom ?? firstOn) > on) return;
    const day = this.dayOf(on, rules, told, facts);
    if (!day) return;
    const lowest = rules.tiers[0]!.tier;
    const standing = standingBefore(this.past, on) ?? { tier: lowest, strikes: 0, promotedFrom: null };
    this.append([...this.initial(lowest, firstOn), ...evaluateDays(standing, [day], 0, weekdays).flatMap(eventsOf)]);
  }

  /** What came late, over all dates that were run. */
  late(made: readonly { on: LocalDate; rules: TierRules }[], facts: readonly Fact[]): void {
    const told = toldOf(this.client, facts);
    const firstOn = firstOf(told);
    if (firstOn === undefined) return;
    const dates = made.filter(({ on }) => on >= firstOn && on >= (this.initialFrom ?? firstOn));
    if (dates.length === 0) return;
    const lowest = dates[0]!.rules.tiers[0]!.tier;
    let standing = standingBefore(this.past, dates[0]!.on) ?? { tier: lowest, strikes: 0, promotedFrom: null };
    const answers: DayAnswer[] = [];
    for (const { on, rules } of dates) {
      const day = this.dayOf(on, rules, told, facts);
      if (!day) continue;
      const [answer] = evaluateDays(standing, [day], 0, weekdays);
      if (answer!.kind === 'evaluated') standing = standingAfter(answer!.evaluation);
      answers.push(answer!);
    }
    if (answers.length === 0) return;
    if (this.past.length === 0) return this.append([...this.initial(lowest, firstOn), ...answers.flatMap(eventsOf)]);
    if (answers.some((answer) => answer.kind === 'stopped' && this.isSaid(dateOfAnswer(answer), 'evaluated'))) return;
    this.append(correctingEvents(this.past, answers, [], 'late-facts', SOME_TIME));
  }

  private append(events: readonly TierEvent[]): void {
    for (const event of JSON.parse(JSON.stringify(events)) as TierEvent[]) this.past.push({ event, recordedAt: SOME_TIME });
  }

  private initial(tier: TierRules['tiers'][number]['tier'], effectiveFrom: LocalDate): TierEvent[] {
    return this.past.length > 0 ? [] : [{ type: 'TierInitialised', data: { tier, effectiveFrom, basis: 'first-account' } }];
  }

  private get initialFrom(): LocalDate | undefined {
    const event = this.past[0]?.event;
    return event?.type === 'TierInitialised' ? event.data.effectiveFrom : undefined;
  }

  private isSaid(on: LocalDate, kind?: DayAnswer['kind']): boolean {
    const said = saidOfDays(this.past).get(on);
    return said !== undefined && (kind === undefined || said.kind === kind);
  }

  private dayOf(on: LocalDate, rules: TierRules, told: Told, facts: readonly Fact[]): DayToEvaluate | undefined {
    const open = [...told.accounts.values()].filter(
      ({ firstOn, closedOn, unlinkedOn }) =>
        firstOn <= on && (closedOn === null || closedOn > on) && (unlinkedOn === null || unlinkedOn > on),
    );
    const waitedFor = [...new Set(open.map(({ source }) => source))];
    const hasEnded = (source: string): boolean =>
      facts.some((fact) => fact.kind === 'ended' && fact.source === source && lastEnd(facts, source) < on);
    const telling = waitedFor.filter((source) => !hasEnded(source));
    if (waitedFor.length > 0 && telling.length === 0) {
      if (!this.isSaid(on, 'evaluated')) return undefined;
      telling.push(...waitedFor);
    }
    const isComplete = (source: string) => facts.some((fact) => fact.kind === 'day' && fact.source === source && fact.on === on);
    const gaps = told.gaps.map(({ accountId, source, first, last }): StopReason => {
      return { code: 'sequence-gap', source, accountId, detail: first === last ? `${first}` : `${first}-${last}` };
    });
    const missing = telling.filter((source) => !isComplete(source)).map((source): StopReason => ({ code: 'day-incomplete', source }));
    if (gaps.length + missing.length > 0) return { on, rules, inputs: [...gaps, ...missing] };
    return { on, rules, inputs: tierInputsOrReasons(rules, factsOfClient(told), rateTable(ratesIn(facts)), on, weekdays) };
  }
}

const lastEnd = (facts: readonly Fact[], source: string): LocalDate =>
  facts.reduce((last, fact) => (fact.kind === 'ended' && fact.source === source ? fact.lastDay : last), '9999-12-31');

function firstOf({ accounts }: Told): LocalDate | undefined {
  const first = [...accounts.values()].map(({ firstOn }) => firstOn).sort()[0];
  return first === '9999-12-31' ? undefined : first;
}
