import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { EntityManager } from 'typeorm';
import { type Churn, churn, type ChurnSignalName, churnSignals, type ValueScales } from '#tiers';
import type { Page, PageRequest } from '../reading/page.js';
import { ReadDatabase } from '../reading/read-database.js';
import { churnFacts } from './value-churn.js';
import { type ClientChunk, type ValueClient, walkClients } from './value-clients.js';
import { pageOfClientsWith, type ValueFrame, valueFrame, type ValueQuestion } from './value-pages.js';

export type ChurnItem = ValueClient & Churn;

export interface ChurnFilter {
  /** Only clients with this signal. */
  signal?: ChurnSignalName;
  /** At least so many signals, default 1. */
  minScore?: number;
}

/** Clients with accounts who show signs of leaving, by id, with the evidence of each sign. A prospect cannot leave. */
export class ChurnListQuery extends Query<(Page<ChurnItem> & ValueFrame) | undefined> {
  constructor(
    readonly question: ValueQuestion,
    readonly filter: ChurnFilter,
    readonly page: PageRequest,
  ) {
    super();
  }
}

export interface ChurnCounts extends ValueFrame {
  /** With accounts. */
  clients: number;
  bySignal: { signal: ChurnSignalName; clients: number }[];
  /** By how many signals they show, 0 to 5. */
  byScore: { score: number; clients: number }[];
}

export class ChurnCountsQuery extends Query<ChurnCounts | undefined> {
  constructor(readonly question: ValueQuestion) {
    super();
  }
}

export async function churnOfChunk(
  manager: EntityManager,
  chunk: ClientChunk,
  { on, currency }: ValueFrame,
  scales: ValueScales['churn'],
): Promise<ChurnItem[]> {
  const facts = await churnFacts(manager, chunk, on, currency, scales);
  return chunk.clients.map((client) => ({ ...client, ...churn(facts.get(client.clientId)!, on, scales) }));
}

@QueryHandler(ChurnListQuery)
export class ChurnListHandler implements IQueryHandler<ChurnListQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ question, filter, page }: ChurnListQuery): Promise<Page<ChurnItem> & ValueFrame> {
    const { signal, minScore = 1 } = filter;
    const { scales, ...frame } = await valueFrame(this.database, question);
    const load = async (manager: EntityManager, chunk: ClientChunk): Promise<ChurnItem[]> => {
      const items = await churnOfChunk(manager, chunk, frame, scales.churn);
      return items.filter(
        ({ score, signals }) => score >= minScore && (signal === undefined || signals.some((one) => one.signal === signal && one.present)),
      );
    };
    return { ...frame, ...(await pageOfClientsWith(this.database, { ...question, statuses: ['active'] }, page, load)) };
  }
}

@QueryHandler(ChurnCountsQuery)
export class ChurnCountsHandler implements IQueryHandler<ChurnCountsQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ question }: ChurnCountsQuery): Promise<ChurnCounts> {
    const { scales, ...frame } = await valueFrame(this.database, question);
    const bySignal = churnSignals.map((signal) => ({ signal, clients: 0 }));
    const byScore = Array.from({ length: churnSignals.length + 1 }, (_, score) => ({ score, clients: 0 }));
    let clients = 0;
    const walk = { ...question, statuses: ['active'] as const };
    for await (const items of walkClients(this.database, walk, (m, chunk) => churnOfChunk(m, chunk, frame, scales.churn))) {
      clients += items.length;
      for (const { score, signals } of items) {
        byScore[score]!.clients++;
        signals.forEach(({ present }, i) => (bySignal[i]!.clients += present ? 1 : 0));
      }
    }
    return { ...frame, clients, bySignal, byScore };
  }
}
