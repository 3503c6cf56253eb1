import { clientStream } from '#clients';
import { type LocalDate, newId, type Uuid } from '#event-sourcing';
import { calendarStream } from '#service-levels';
import type { Tiering } from '#tiering';
import type { TierRules } from '#tiers';
import { NaiveTier } from './naive-tier-evaluation.js';
import { CLIENTS, type Fact, MONTHS, sources, type Step, type TierWorld } from './tier-world.js';
import { createTieredLog, type TieredLog } from './tiering.js';

const week = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [['09:00', '17:00']]]));
const CN = { name: 'CN', calendarVersion: 1, calendar: { zone: 'Asia/Shanghai', week }, effectiveFrom: '2000-01-01', sourceNotice: 'x' };

/** A log in which worlds are lived one after another, each with clients of its own; evaluators by their page size. */
export interface Stage {
  log: TieredLog;
  evaluators: readonly Tiering[];
}

export async function createStage(): Promise<Stage> {
  const log = await createTieredLog();
  await log.say(calendarStream('CN'), { type: 'CalendarPublished', data: CN });
  const evaluators = await Promise.all(Array.from({ length: CLIENTS + 3 }, (_, i) => log.open({ pageSize: Math.max(1, i) })));
  return { log, evaluators };
}

const OF_A_WORLD = [
  'accounts',
  'account_assets',
  'account_turnover',
  'account_gaps',
  'account_sources',
  'rate_sources',
  'source_days',
  'exchange_rates',
  'ended_sources',
  'tier_standings',
  'tier_evaluations',
  'tier_assertions',
]
  .map((table) => `read.${table}`)
  .concat('tiering.runs', 'tiering.progress', 'tiering.pending');

/** Lives through a world, on a stage on which nothing of another is left. */
export async function live(stage: Stage, world: TierWorld): Promise<Living> {
  const { log } = stage;
  await log.tiering.readModelsReady();
  await log.owner.query(OF_A_WORLD.map((table) => `DELETE FROM ${table};`).join(' '));
  await log.publish(world.first, '2025-01-01');
  await log.publish(world.second, world.secondFrom);
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => log.register(Object.keys(sources), newId())));
  const living = new Living(stage, world, clients);
  for (const step of world.steps) await living.step(step);
  await log.tiering.readModelsReady();
  return living;
}

/** A world on the stage, with the plain walk beside it. */
export class Living {
  readonly said: { fact: Fact; position: number }[] = [];
  readonly made: { on: LocalDate; rules: TierRules }[] = [];
  readonly naive = Array.from({ length: CLIENTS }, (_, client) => new NaiveTier(client));

  constructor(
    private readonly stage: Stage,
    readonly world: TierWorld,
    readonly clients: readonly Uuid[],
  ) {}

  get log(): TieredLog {
    return this.stage.log;
  }

  get facts(): Fact[] {
    return this.said.map(({ fact }) => fact);
  }

  async step({ facts, act, pageSize }: Step): Promise<void> {
    for (const fact of facts) this.said.push({ fact, position: await this.tell(fact) });
    const on = MONTHS[this.made.length];
    if (act === 'late' || on === undefined) {
      await this.log.late();
      for (const naive of this.naive) naive.late(this.made, this.facts);
      return;
    }
    const rules = on < this.world.secondFrom ? this.world.first : this.world.second;
    const { evaluators } = this.stage;
    const one = evaluators[pageSize]!;
    const runs = act === 'twice' ? [one, evaluators[pageSize + 1]!] : [one];
    if (act === 'left') {
      const stopping = new AbortController();
      await one.evaluator.run(on, stopping.signal, () => stopping.abort()).catch(() => undefined);
    }
    await Promise.all(runs.map(({ evaluator }) => evaluator.run(on, new AbortController().signal)));
    this.made.push({ on, rules });
    for (const naive of this.naive) naive.run(on, rules, this.facts);
  }

  private tell(fact: Fact): Promise<number> {
    const { log, clients } = this;
    if (fact.kind === 'day') {
      return log.source({ type: 'SourceDayCompleted', data: { source: fact.source, on: fact.on, totals: { records: 0 } } });
    }
    if (fact.kind === 'ended') return log.source({ type: 'SourceEnded', data: { source: fact.source, lastDay: fact.lastDay } });
    if (fact.kind === 'rate') {
      const { kind: _kind, ...rate } = fact;
      return log.rate({ type: 'RateObserved', data: { source: 'core', currency: 'USD', base: 'CNY', ...rate } });
    }
    const clientId = clients[fact.client]!;
    const account = { accountId: fact.account, source: sources[fact.account] };
    switch (fact.kind) {
      case 'opened':
        return log.account(clientId, { type: 'AccountOpened', data: { ...account, openedOn: fact.on, currency: 'CNY' } });
      case 'closed':
        return log.account(clientId, { type: 'AccountClosed', data: { ...account, closedOn: fact.on } });
      case 'unlinked':
        return log.sayOn(fact.on, clientStream(clientId), { type: 'AccountUnlinked', data: { accountId: fact.account } });
      case 'assets': {
        const total = { amountMinor: fact.minor, currency: fact.currency };
        return log.account(clientId, { type: 'AssetsObserved', data: { ...account, on: fact.on, total } });
      }
      case 'trade': {
        const money = (amountMinor: number) => ({ amountMinor, currency: fact.currency });
        const { tradeId, on, commission, passedOn, cancelled } = fact;
        const trade = { tradeId, on, kind: 'trade', state: cancelled ? 'cancelled' : 'booked', gross: money(0) } as const;
        const amounts = { commission: money(commission), passedOn: money(passedOn) };
        return log.account(clientId, { type: 'TurnoverObserved', data: { ...account, ...trade, ...amounts } });
      }
      case 'gap':
        return log.account(clientId, { type: 'SequenceGapFound', data: { ...account, first: fact.first, last: fact.last } });
      case 'gapClosed':
        return log.account(clientId, { type: 'SequenceGapClosed', data: { ...account, through: fact.through } });
    }
  }

  /** What was known at a position. */
  upTo(position: number): Fact[] {
    return this.said.filter((one) => one.position <= position).map(({ fact }) => fact);
  }
}
