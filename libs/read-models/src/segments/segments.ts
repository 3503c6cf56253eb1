import { type SegmentEvent, segmentEvents, type SegmentQuery } from '#clients';
import type { LocalDate } from '#event-sourcing';
import { type DataKey, type MasterKeys, openData } from '#privacy';
import {
  date,
  int,
  ofTypes,
  type ProjectedEvent,
  projecting,
  type Projecting,
  type RowOf,
  RowTable,
  text,
  timestamptz,
  uuid,
} from '#projections';
import { attributeIndex, type ClientAttribute } from './client-attributes.js';
import { carriedBy } from '../carried.js';
import type { ProjectionParts } from '../read-model.js';

export const segmentTable = new RowTable('segments', ['segmentId'], {
  segmentId: uuid,
  /** For If-Match. */
  version: int,
  name: text,
  status: text.of<'active' | 'retired'>(),
  /** JSON of the query, free words as SealedField. */
  query: text,
  /** JSON of SegmentIndexes. */
  indexes: text,
  savedBy: text,
  savedIn: text,
  savedAt: timestamptz,
  retiredBy: text.orNull,
  /** JSON list of dates, ascending. */
  countedOn: text,
});
export type SegmentRow = RowOf<typeof segmentTable>;

export const segmentCountTable = new RowTable('segment_counts', ['segmentId', 'onDate', 'branchId'], {
  segmentId: uuid,
  onDate: date,
  branchId: text,
  clients: int,
});
export type SegmentCountRow = RowOf<typeof segmentCountTable>;

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
export const projectSegments = ({ keys, master }: ProjectionParts): Projecting =>
  projecting([segmentEvents], async (db, events) => {
    const found = await keys.find(events.map(({ key }) => key));
    await segmentTable.foldInto(
      db,
      events,
      (event) => event.streamId,
      (row, event) => fold(row, event, found.get(event.key), master),
    );
    const counts = ofTypes(events, 'SegmentCounted').flatMap(({ streamId: segmentId, data: { on: onDate, branches } }) =>
      branches.map(({ branchId, clients }): SegmentCountRow => ({ segmentId, onDate, branchId, clients })),
    );
    await segmentCountTable.upsert(db, counts);
  });

const carried = carriedBy(segmentEvents);
type Saved = Extract<SegmentEvent, { type: 'SegmentSaved' }>['data'];

function fold(row: SegmentRow | undefined, event: ProjectedEvent<SegmentEvent>, key: DataKey | undefined, master: MasterKeys): SegmentRow {
  const { streamId: segmentId, version, recordedAt: savedAt, meta } = event;
  if (event.type === 'SegmentSaved') {
    const { name, savedBy } = event.data;
    const { query } = openData(segmentEvents.SegmentSaved, event.data, event.eventId, key) as Saved;
    const saved = { savedBy, savedIn: meta.branchId, savedAt, retiredBy: null, countedOn: '[]' };
    return {
      segmentId,
      version,
      name,
      status: 'active',
      query: JSON.stringify(carried(event as ProjectedEvent<Extract<SegmentEvent, { type: 'SegmentSaved' }>>).query),
      indexes: JSON.stringify(segmentIndexes(query, master)),
      ...saved,
    };
  }
  if (!row) throw new Error(`${event.type} of a segment that was never saved`);
  switch (event.type) {
    case 'SegmentRenamed':
      return { ...row, version, name: event.data.name };
    case 'SegmentRetired':
      return { ...row, version, status: 'retired', retiredBy: event.data.retiredBy };
    case 'SegmentCounted': {
      const days = new Set([...(JSON.parse(row.countedOn) as LocalDate[]), event.data.on]);
      return { ...row, version, countedOn: JSON.stringify([...days].sort()) };
    }
  }
}
