import { type SegmentEvent, segmentEvents, type SegmentQuery } from '#clients';
import type { Instant, LocalDate, StaffId, Uuid } from '#event-sourcing';
import type { MasterKeys } from '#privacy';
import { type ProjectedEvent, type Projection, RowTable } from '#projections';
import { attributeIndex, type ClientAttribute } from './client-attributes.js';
import { projectionIds } from '../projection-ids.js';

export interface SegmentRow {
  segmentId: Uuid;
  version: number;
  name: string;
  status: 'active' | 'retired';
  /** JSON. */
  query: string;
  /** JSON of SegmentIndexes. */
  indexes: string;
  savedBy: StaffId;
  savedIn: string;
  savedAt: Instant;
  retiredBy: StaffId | null;
  /** JSON list of dates, ascending. */
  countedOn: string;
}

export interface SegmentCountRow {
  segmentId: Uuid;
  onDate: LocalDate;
  branchId: string;
  clients: number;
}

export const segmentTable = new RowTable<SegmentRow>('segments', ['segmentId'], {
  segmentId: ['segment_id', 'uuid'],
  version: ['version', 'int'],
  name: ['name', 'text'],
  status: ['status', 'text'],
  query: ['query', 'text'],
  indexes: ['indexes', 'text'],
  savedBy: ['saved_by', 'text'],
  savedIn: ['saved_in', 'text'],
  savedAt: ['saved_at', 'timestamptz'],
  retiredBy: ['retired_by', 'text'],
  countedOn: ['counted_on', 'text'],
});

export const segmentCountTable = new RowTable<SegmentCountRow>('segment_counts', ['segmentId', 'onDate', 'branchId'], {
  segmentId: ['segment_id', 'uuid'],
  onDate: ['on_date', 'date'],
  branchId: ['branch_id', 'text'],
  clients: ['clients', 'int'],
});

const typed = ({ type, body }: ProjectedEvent): SegmentEvent => ({ type, data: body }) as unknown as SegmentEvent;

/** Blind indexes of the values that a query names, by attribute: who counts clients needs no key for them. */
export type SegmentIndexes = Partial<Record<ClientAttribute, readonly string[]>>;

export function segmentIndexes({ external, internal }: SegmentQuery, master: MasterKeys): SegmentIndexes {
  const { branch: _plain, ...outer } = external ?? {};
  const named = Object.entries({ ...outer, ...internal }) as [ClientAttribute, readonly string[]][];
  return Object.fromEntries(
    named.map(([attribute, values]) => [attribute, values.map((value) => attributeIndex(master, attribute, value))]),
  );
}

/** Saved queries, and how many clients of each branch each of them found, by day. */
export const segments = (master: MasterKeys): Projection => ({
  ...projectionIds.segments,
  handles: Object.keys(segmentEvents),
  async apply(db, events) {
    await segmentTable.foldInto(
      db,
      events,
      (event) => event.streamId,
      (row, event) => fold(row, event, master),
    );
    const counts = events.flatMap((event): SegmentCountRow[] => {
      const stated = typed(event);
      if (stated.type !== 'SegmentCounted') return [];
      return stated.data.branches.map((count) => ({ segmentId: event.streamId, onDate: stated.data.on, ...count }));
    });
    await segmentCountTable.upsert(db, counts);
  },
});

function fold(row: SegmentRow | undefined, event: ProjectedEvent, master: MasterKeys): SegmentRow {
  const stated = typed(event);
  const { streamId: segmentId, version, recordedAt: savedAt, meta } = event;
  if (stated.type === 'SegmentSaved') {
    const { name, query, savedBy } = stated.data;
    const saved = { savedBy, savedIn: meta.branchId, savedAt, retiredBy: null, countedOn: '[]' };
    return {
      segmentId,
      version,
      name,
      status: 'active',
      query: JSON.stringify(query),
      indexes: JSON.stringify(segmentIndexes(query, master)),
      ...saved,
    };
  }
  if (!row) throw new Error(`${stated.type} of a segment that was never saved`);
  switch (stated.type) {
    case 'SegmentRenamed':
      return { ...row, version, name: stated.data.name };
    case 'SegmentRetired':
      return { ...row, version, status: 'retired', retiredBy: stated.data.retiredBy };
    case 'SegmentCounted': {
      const days = new Set([...(JSON.parse(row.countedOn) as LocalDate[]), stated.data.on]);
      return { ...row, version, countedOn: JSON.stringify([...days].sort()) };
    }
  }
}
