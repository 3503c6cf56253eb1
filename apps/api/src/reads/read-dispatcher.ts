import { type Query, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { NotFound } from '#application';
import type { Page, PageRequest } from '#read-models';
import { Cursors, type CursorUse } from './cursors.js';
import { type Freshness, ModelPositions } from './model-positions.js';

export const PAGE_DEFAULT = 50;
export const PAGE_MAX = 200;

/** A page as it is answered: `next` is the cursor of the next one, null on the last. */
export type AnsweredPage<P extends Page<unknown>> = Omit<P, 'next'> & { next: string | null };

export interface ListQuestion {
  limit?: number;
  cursor?: string;
}

/** Asks the read models for a caller, at the freshness they ask for. */
export class ReadDispatcher {
  constructor(
    private readonly bus: QueryBus,
    private readonly positions: ModelPositions,
    private readonly cursors: Cursors,
    readonly zone: string,
  ) {}

  /** One answer; NotFound where the caller sees none. */
  async one<T extends object>(freshness: Freshness, query: Query<T | undefined>): Promise<T> {
    await this.positions.reached(freshness);
    const answer = await this.bus.execute<Query<T | undefined>, T | undefined>(query);
    if (!answer) throw new NotFound();
    return answer;
  }

  /** One keyset page. `list` and `filter` are what its cursors are bound to. */
  async page<P extends Page<unknown>>(
    question: ListQuestion & CursorUse & Freshness,
    reply: FastifyReply,
    make: (page: PageRequest) => Query<P | undefined>,
  ): Promise<AnsweredPage<P>> {
    const { limit = PAGE_DEFAULT, cursor, list, filter, principal, ...freshness } = question;
    const use = { list, filter, principal };
    const page = { limit, ...(cursor !== undefined && { after: this.cursors.open(use, cursor) }) };
    const { next: values, ...answer } = await this.one(freshness, make(page));
    const next = values ? this.cursors.seal(use, values) : null;
    if (next !== null && reply.request.method === 'GET') void reply.header('Link', `<${nextAddress(reply.request.url, next)}>; rel="next"`);
    return { ...answer, next };
  }
}

/** Where the next page is. */
export function nextAddress(url: string, cursor: string): string {
  const [path, query = ''] = url.split('?', 2) as [string, string?];
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `${path}?${parameters.toString()}`;
}
