import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { compareRationals, type LocalDate, rational, type Uuid } from '#event-sourcing';
import { type Contribution, type DaySpan, pareto, type Pareto } from '#tiers';
import { pageOf, type Page, type PageRequest } from '../reading/page.js';
import { ReadDatabase } from '../reading/read-database.js';
import { type ValueClient, walkClients } from './value-clients.js';
import { type ValueFrame, valueFrame, type ValueQuestion } from './value-pages.js';
import { monthlyCommissions, netCommissions } from './value-trades.js';

export interface ParetoView extends ValueFrame {
  span: DaySpan;
  whole: Pareto;
  /** Of each month of the span on its own, `YYYY-MM`, within the span's days. */
  months: { month: string; pareto: Pareto }[];
  /** Amounts in another currency without a rate of their day, which are in no sum. */
  unconverted: number;
}

/** Who brings the net commission of a span of days: among all clients of today that the scope sees. */
export class ParetoQuery extends Query<ParetoView | undefined> {
  constructor(
    readonly question: ValueQuestion,
    readonly span: DaySpan,
  ) {
    super();
  }
}

@QueryHandler(ParetoQuery)
export class ParetoHandler implements IQueryHandler<ParetoQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ question, span }: ParetoQuery): Promise<ParetoView> {
    const { scales, ...frame } = await valueFrame(this.database, question);
    const whole: Contribution[] = [];
    const months = new Map<string, Contribution[]>(monthsOf(span).map((month) => [month, []]));
    let [clients, unconverted] = [0, 0];
    const steps = walkClients(this.database, question, async (manager, chunk) => ({
      count: chunk.clients.length,
      present: new Set(chunk.clients.map(({ clientId }) => clientId)),
      sums: await monthlyCommissions(manager, chunk, span, frame.currency),
    }));
    for await (const { count, present, sums } of steps) {
      clients += count;
      for (const [clientId, { sum: amount, unconverted: left }] of sums.whole) {
        if (!present.has(clientId)) continue; // closed since
        whole.push({ clientId, amount });
        unconverted += left;
      }
      for (const [month, own] of sums.months)
        for (const [clientId, { sum: amount }] of own) if (present.has(clientId)) months.get(month)!.push({ clientId, amount });
    }
    const of = (contributions: readonly Contribution[]): Pareto => pareto(contributions, scales.pareto, clients);
    return { ...frame, span, whole: of(whole), months: [...months].map(([month, own]) => ({ month, pareto: of(own) })), unconverted };
  }
}

export const paretoParts = ['vitalFew', 'top', 'positive'] as const;
export type ParetoPart = (typeof paretoParts)[number];

export interface ParetoItem extends ValueClient, Contribution {
  /** From 1, among all who contribute something. */
  rank: number;
}

/** The clients behind a figure of it, those who contribute most first. */
export class ParetoListQuery extends Query<(Page<ParetoItem> & ValueFrame & { span: DaySpan }) | undefined> {
  constructor(
    readonly question: ValueQuestion,
    readonly span: DaySpan,
    readonly part: ParetoPart,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ParetoListQuery)
export class ParetoListHandler implements IQueryHandler<ParetoListQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ question, span, part, page }: ParetoListQuery): Promise<Page<ParetoItem> & ValueFrame & { span: DaySpan }> {
    const { scales, ...frame } = await valueFrame(this.database, question);
    const clients = new Map<Uuid, ValueClient>();
    const contributions: Contribution[] = [];
    const steps = walkClients(this.database, question, async (manager, chunk) => {
      return { chunk, sums: await netCommissions(manager, chunk, span, frame.currency) };
    });
    let count = 0;
    for await (const { chunk, sums } of steps) {
      count += chunk.clients.length;
      for (const client of chunk.clients) {
        const amount = sums.get(client.clientId)?.sum;
        if (!amount) continue;
        clients.set(client.clientId, client);
        contributions.push({ clientId: client.clientId, amount });
      }
    }
    const { ranked, vitalFew, top } = pareto(contributions, scales.pareto, count);
    const members = { vitalFew: vitalFew.members.length, top: top.clients, positive: ranked.length }[part];
    const from = page.after ? firstAfter(ranked, page.after) : 0;
    const listed = ranked.slice(0, members).slice(from, from + page.limit + 1);
    const items = listed.map((one, i) => ({ ...clients.get(one.clientId)!, ...one, rank: from + i + 1 }));
    const shown = pageOf(
      items,
      page.limit,
      (item) => item,
      ({ amount, clientId }) => [String(amount.numerator), String(amount.denominator), clientId],
    );
    return { ...frame, span, ...shown };
  }
}

/** Where those begin who come after a contribution, whether it is still there or not. */
function firstAfter(ranked: readonly Contribution[], [numerator, denominator, clientId]: readonly string[]): number {
  const amount = rational(BigInt(numerator!), BigInt(denominator!));
  const at = ranked.findIndex(
    (one) => compareRationals(one.amount, amount) < 0 || (compareRationals(one.amount, amount) === 0 && one.clientId > clientId!),
  );
  return at < 0 ? ranked.length : at;
}

/** The months that a span touches, ascending. */
export function monthsOf({ from, to }: DaySpan): string[] {
  const months: string[] = [];
  let [year, month] = from.split('-').map(Number) as [number, number];
  const last: LocalDate = to.slice(0, 7);
  for (let name = from.slice(0, 7); name <= last;) {
    months.push(name);
    [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1];
    name = `${year}-${String(month).padStart(2, '0')}`;
  }
  return months;
}
