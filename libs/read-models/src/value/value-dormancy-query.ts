import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { EntityManager } from 'typeorm';
import { type ValueScales, type Dormancy, dormancy, type DormancyFacts } from '#tiers';
import type { Page, PageRequest } from '../reading/page.js';
import { ReadDatabase } from '../reading/read-database.js';
import { dormancyFacts } from './value-assets.js';
import type { ClientChunk, ValueClient } from './value-clients.js';
import { pageOfClientsWith, type ValueFrame, valueFrame, type ValueQuestion } from './value-pages.js';

export type DormancyItem = ValueClient & Dormancy & DormancyFacts;

/** Dormant clients by id, with what makes them so. */
export class DormantListQuery extends Query<(Page<DormancyItem> & ValueFrame) | undefined> {
  constructor(
    readonly question: ValueQuestion,
    readonly page: PageRequest,
  ) {
    super();
  }
}

export async function dormancyOfChunk(
  manager: EntityManager,
  chunk: ClientChunk,
  { on, currency }: ValueFrame,
  scales: ValueScales['dormancy'],
): Promise<DormancyItem[]> {
  const facts = await dormancyFacts(manager, chunk, on, currency);
  const none: DormancyFacts = { securities: null, cash: null, lastActivityOn: null };
  return chunk.clients.map((client) => {
    const own = facts.get(client.clientId) ?? none;
    return { ...client, ...own, ...dormancy(own, on, scales) };
  });
}

@QueryHandler(DormantListQuery)
export class DormantListHandler implements IQueryHandler<DormantListQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ question, page }: DormantListQuery): Promise<Page<DormancyItem> & ValueFrame> {
    const { scales, ...frame } = await valueFrame(this.database, question);
    const load = async (manager: EntityManager, chunk: ClientChunk) =>
      (await dormancyOfChunk(manager, chunk, frame, scales.dormancy)).filter(({ dormant }) => dormant);
    return { ...frame, ...(await pageOfClientsWith(this.database, question, page, load)) };
  }
}
