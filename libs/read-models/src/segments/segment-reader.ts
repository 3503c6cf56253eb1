import type { BranchCount } from '#clients';
import type { LocalDate, Uuid } from '#event-sourcing';
import { segmentTable } from './segments.js';
import { repositoryOf } from '../reading/entity.js';
import { type ReadDatabase } from '../reading/read-database.js';
import { type IndexedSegment, segmentCounts } from './segment-members.js';
import { indexedOf } from './segment-queries.js';

const EVERY_BRANCH = '*';

/** What who counts segments reads: those in use, and how many clients of every branch belong to each. */
export class SegmentReader {
  constructor(
    private readonly database: ReadDatabase,
    /** IANA zone of the firm. */
    private readonly zone: string,
  ) {}

  async uncounted(on: LocalDate): Promise<(IndexedSegment & { segmentId: Uuid })[]> {
    const rows = await this.database.inScope(EVERY_BRANCH, (manager) =>
      repositoryOf(manager, segmentTable).find({ where: { status: 'active' }, order: { segmentId: 'ASC' } }),
    );
    return rows.filter(({ countedOn }) => !(JSON.parse(countedOn) as LocalDate[]).includes(on)).map(indexedOf);
  }

  async countOf(segment: IndexedSegment & { segmentId: Uuid }, on: LocalDate): Promise<BranchCount[]> {
    const { branches } = await segmentCounts(this.database, { scope: EVERY_BRANCH, asOf: on, zone: this.zone }, segment);
    return branches;
  }
}
