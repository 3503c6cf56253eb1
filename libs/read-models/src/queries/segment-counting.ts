import type { BranchCount, SegmentQuery } from '#clients';
import type { LocalDate, Uuid } from '#event-sourcing';
import type { MasterKeys } from '#privacy';
import { entities, type ReadDatabase } from './read-database.js';
import { segmentCounts } from './segment-members.js';
import { summaryOf } from './segment-queries.js';

const EVERY_BRANCH = '*';

/** What who counts segments reads: those in use, and how many clients of every branch belong to each. */
export class SegmentReader {
  constructor(
    private readonly database: ReadDatabase,
    private readonly master: MasterKeys,
    /** IANA zone of the firm. */
    private readonly zone: string,
  ) {}

  async uncounted(on: LocalDate): Promise<{ segmentId: Uuid; query: SegmentQuery }[]> {
    const rows = await this.database.inScope(EVERY_BRANCH, (manager) =>
      manager.getRepository(entities.segment).find({ where: { status: 'active' }, order: { segmentId: 'ASC' } }),
    );
    return rows.filter(({ countedOn }) => !(JSON.parse(countedOn) as LocalDate[]).includes(on)).map(summaryOf);
  }

  async countOf(query: SegmentQuery, on: LocalDate): Promise<BranchCount[]> {
    const { branches } = await segmentCounts(this.database, this.master, { scope: EVERY_BRANCH, asOf: on, zone: this.zone }, query);
    return branches;
  }
}
