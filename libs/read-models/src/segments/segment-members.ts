import type { EntityManager } from 'typeorm';
import type { BranchCount, ScoreRange, SegmentQuery } from '#clients';
import type { LocalDate } from '#event-sourcing';
import { ladder } from '#tiers';
import type { SegmentIndexes } from './segments.js';
import type { Page, PageRequest } from '../reading/page.js';
import type { ReadDatabase } from '../reading/read-database.js';
import { IN_FORCE_ON } from '../tiers/tier-figures.js';
import { churnOfChunk } from '../value/value-churn-query.js';
import { type ClientChunk, type ValueClient, walkClients } from '../value/value-clients.js';
import { dormancyOfChunk } from '../value/value-dormancy-query.js';
import { pageOfClientsWith, type ScaledFrame, type ValueFrame, valueFrame, type ValueQuestion } from '../value/value-pages.js';
import { rfmOfChunk } from '../value/value-rfm-query.js';

type Behaviour = NonNullable<SegmentQuery['behaviour']>;

/** A query with the blind indexes of the values that it names. */
export interface IndexedSegment {
  query: SegmentQuery;
  indexes: SegmentIndexes;
}

/** Who of the clients that the scope sees belongs to a segment, a page by id. Closed clients belong to none. */
export async function segmentPage(
  database: ReadDatabase,
  question: ValueQuestion,
  { query, indexes }: IndexedSegment,
  page: PageRequest,
): Promise<Page<ValueClient> & ValueFrame> {
  const scaled = await valueFrame(database, question);
  const { scales: _scales, ...frame } = scaled;
  const walk = { ...question, only: conditionOf(query, indexes, question.asOf) };
  const load = (manager: EntityManager, chunk: ClientChunk) => behaving(manager, chunk, scaled, query.behaviour ?? {});
  return { ...frame, ...(await pageOfClientsWith(database, walk, page, load)) };
}

/** How many of each branch, those that have any, by branch. */
export async function segmentCounts(
  database: ReadDatabase,
  question: ValueQuestion,
  { query, indexes }: IndexedSegment,
): Promise<ValueFrame & { branches: BranchCount[] }> {
  const scaled = await valueFrame(database, question);
  const { scales: _scales, ...frame } = scaled;
  const only = conditionOf(query, indexes, question.asOf);
  const counts = new Map<string, number>();
  const load = (manager: EntityManager, chunk: ClientChunk) => behaving(manager, chunk, scaled, query.behaviour ?? {});
  for await (const clients of walkClients(database, { ...question, only }, load))
    for (const { branchId } of clients) counts.set(branchId, (counts.get(branchId) ?? 0) + 1);
  const branches = [...counts].map(([branchId, clients]) => ({ branchId, clients }));
  return { ...frame, branches: branches.sort((a, b) => (a.branchId < b.branchId ? -1 : 1)) };
}

const FIRST_PARAMETER = 6;

/** What the database itself can tell: the branch, attributes by their indexes, and the tier in force. */
function conditionOf(query: SegmentQuery, indexes: SegmentIndexes, on: LocalDate): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const next = (value: unknown): string => `$${FIRST_PARAMETER - 1 + values.push(value)}`;
  const { branch } = query.external ?? {};
  const parts: string[] = [];
  if (branch) parts.push(`f.branch_id = ANY (${next(branch)}::text[])`);
  for (const [attribute, wanted] of Object.entries(indexes)) {
    const has = `a.client_id = f.client_id AND a.attribute = ${next(attribute)} AND a.value_index = ANY (${next(wanted)}::text[])`;
    parts.push(`EXISTS (SELECT FROM read.client_attributes a WHERE ${has})`);
  }
  const { tier } = query.behaviour ?? {};
  if (tier) {
    const named = [next([on]), next(ladder), next(null)];
    const inForce = IN_FORCE_ON.replace(/\$([123])/g, (_, number: string) => named[Number(number) - 1]!);
    parts.push(`f.client_id IN (SELECT t.client_id FROM (${inForce}) t WHERE t.tier = ANY (${next(tier)}::text[]))`);
  }
  return { sql: parts.join(' AND '), values };
}

/** Those of a chunk who behave as asked, by the pure rules; facts that nothing is asked of are not read. */
async function behaving(manager: EntityManager, chunk: ClientChunk, frame: ScaledFrame, asked: Behaviour): Promise<ValueClient[]> {
  let { clients } = chunk;
  const keep = (ids: ReadonlySet<string>): void => void (clients = clients.filter(({ clientId }) => ids.has(clientId)));
  const { recency, frequency, monetary, noHistory, dormant, churnScore } = asked;
  if (recency || frequency || monetary || noHistory !== undefined) {
    const scored = await rfmOfChunk(manager, chunk, frame, frame.scales.rfm);
    const fits = scored.filter(
      (item) =>
        (noHistory === undefined || item.noHistory === noHistory) &&
        (['recency', 'frequency', 'monetary'] as const).every((score) => isWithin(item[score], asked[score])),
    );
    keep(new Set(fits.map(({ clientId }) => clientId)));
  }
  if (dormant !== undefined) {
    const judged = await dormancyOfChunk(manager, chunk, frame, frame.scales.dormancy);
    keep(new Set(judged.filter((item) => item.dormant === dormant).map(({ clientId }) => clientId)));
  }
  if (churnScore) {
    const judged = await churnOfChunk(manager, chunk, frame, frame.scales.churn);
    const scoreOf = ({ status, score }: (typeof judged)[number]): number => (status === 'active' ? score : 0); // a prospect cannot leave
    keep(new Set(judged.filter((item) => isWithin(scoreOf(item), churnScore)).map(({ clientId }) => clientId)));
  }
  return clients;
}

const isWithin = (score: number, { min = 0, max = Infinity }: ScoreRange = {}): boolean => min <= score && score <= max;
