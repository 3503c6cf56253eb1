import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { EntityManager } from 'typeorm';
import { dayNumberOf, rational } from '#event-sourcing';
import { type ValueScales, rankQuintiles, rfm, type RfmFacts, type RfmScores, type Score } from '#tiers';
import { pageOf, type Page, type PageRequest } from '../reading/page.js';
import { ReadDatabase } from '../reading/read-database.js';
import { type ClientChunk, type ValueClient, walkClients } from './value-clients.js';
import { pageOfClientsWith, type ValueFrame, valueFrame, type ValueQuestion } from './value-pages.js';
import { rfmFacts } from './value-trades.js';

export const rfmScaleNames = ['fixed', 'quintile'] as const;
/** fixed: by the published bounds. quintile: by rank among the clients seen who ever traded. */
export type RfmScaleName = (typeof rfmScaleNames)[number];

export interface RfmItem extends ValueClient, RfmScores, RfmFacts {
  /** Amounts in another currency without a rate of their day, which are not in the commission. */
  unconverted: number;
}

export interface RfmCell {
  recency: Score;
  frequency: Score;
  monetary: Score;
  clients: number;
}

export interface RfmDistribution extends ValueFrame {
  clients: number;
  /** Never traded: prospects, in no cell. */
  noHistory: number;
  /** Those that have clients, the best first. */
  cells: RfmCell[];
  unconverted: number;
}

export class RfmDistributionQuery extends Query<RfmDistribution | undefined> {
  constructor(
    readonly question: ValueQuestion,
    readonly scale: RfmScaleName,
  ) {
    super();
  }
}

export interface RfmFilter {
  recency?: number;
  frequency?: number;
  monetary?: number;
  noHistory?: boolean;
}

/** The clients behind a figure of the distribution, by id. */
export class RfmListQuery extends Query<(Page<RfmItem> & ValueFrame) | undefined> {
  constructor(
    readonly question: ValueQuestion,
    readonly scale: RfmScaleName,
    readonly filter: RfmFilter,
    readonly page: PageRequest,
  ) {
    super();
  }
}

/** Scores of every client of a chunk by the fixed bounds. */
export async function rfmOfChunk(
  manager: EntityManager,
  chunk: ClientChunk,
  { on, currency }: ValueFrame,
  scales: ValueScales['rfm'],
): Promise<RfmItem[]> {
  const facts = await rfmFacts(manager, chunk, on, currency, scales);
  const never = { lastTradeOn: null, tradeDates: 0, netCommission: rational(0), unconverted: 0 };
  return chunk.clients.map((client) => {
    const own = facts.get(client.clientId) ?? never;
    return { ...client, ...own, ...rfm(own, on, scales) };
  });
}

@QueryHandler(RfmDistributionQuery)
export class RfmDistributionHandler implements IQueryHandler<RfmDistributionQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ question, scale }: RfmDistributionQuery): Promise<RfmDistribution> {
    const { scales, ...frame } = await valueFrame(this.database, question);
    const cells = new Map<string, RfmCell>();
    const all = { clients: 0, noHistory: 0, unconverted: 0 };
    const count = (items: readonly RfmItem[]): void => {
      for (const { recency, frequency, monetary, noHistory, unconverted } of items) {
        all.clients++;
        all.unconverted += unconverted;
        if (noHistory) {
          all.noHistory++;
          continue;
        }
        const name = `${recency}${frequency}${monetary}`;
        const cell = cells.get(name) ?? { recency, frequency, monetary, clients: 0 };
        cells.set(name, { ...cell, clients: cell.clients + 1 });
      }
    };
    if (scale === 'quintile') count(await rankedRfm(this.database, question, frame, scales.rfm));
    else
      for await (const items of walkClients(this.database, question, (m, chunk) => rfmOfChunk(m, chunk, frame, scales.rfm))) count(items);
    const ordered = [...cells].sort(([a], [b]) => (a > b ? -1 : 1)).map(([, cell]) => cell);
    return { ...frame, ...all, cells: ordered };
  }
}

@QueryHandler(RfmListQuery)
export class RfmListHandler implements IQueryHandler<RfmListQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ question, scale, filter, page }: RfmListQuery): Promise<Page<RfmItem> & ValueFrame> {
    const { scales, ...frame } = await valueFrame(this.database, question);
    const wanted = (items: readonly RfmItem[]): RfmItem[] => items.filter((item) => isIn(item, filter));
    if (scale === 'fixed') {
      const load = async (manager: EntityManager, chunk: ClientChunk) => wanted(await rfmOfChunk(manager, chunk, frame, scales.rfm));
      return { ...frame, ...(await pageOfClientsWith(this.database, question, page, load)) };
    }
    const [after] = page.after ?? [''];
    const found = wanted(await rankedRfm(this.database, question, frame, scales.rfm)).filter(({ clientId }) => clientId > after!);
    const shown = pageOf(
      found.slice(0, page.limit + 1),
      page.limit,
      (item) => item,
      ({ clientId }) => [clientId],
    );
    return { ...frame, ...shown };
  }
}

/** A cell holds those who traded; who never did is in none. */
const isIn = (item: RfmItem, filter: RfmFilter): boolean =>
  item.noHistory === (filter.noHistory ?? item.noHistory) &&
  (['recency', 'frequency', 'monetary'] as const).every(
    (score) => filter[score] === undefined || (filter[score] === item[score] && !item.noHistory),
  );

/** Every client by id; ranks are among those who ever traded. */
async function rankedRfm(database: ReadDatabase, question: ValueQuestion, frame: ValueFrame, scales: ValueScales['rfm']) {
  const items: RfmItem[] = [];
  for await (const some of walkClients(database, question, (m, chunk) => rfmOfChunk(m, chunk, frame, scales))) items.push(...some);
  const traded = items.filter(({ noHistory }) => !noHistory);
  const recency = rankQuintiles(traded.map(({ lastTradeOn }) => rational(dayNumberOf(lastTradeOn!))));
  const frequency = rankQuintiles(traded.map(({ tradeDates }) => rational(tradeDates)));
  const monetary = rankQuintiles(traded.map(({ netCommission }) => netCommission));
  traded.forEach((item, i) => {
    Object.assign(item, { recency: recency[i]!.score, frequency: frequency[i]!.score, monetary: monetary[i]!.score });
  });
  return items;
}
