import type { Instant } from '#event-sourcing';
import { type HandbookEdition, type HandbookEvent, handbookEvents } from '#service-levels';
import { int, type ProjectedEvent, type Projection, type RowOf, RowTable, text, timestamptz } from '#projections';
import { projectionIds } from '../projection-ids.js';

export const editionTable = new RowTable('handbook_editions', ['editionKey'], {
  editionKey: text,
  edition: int,
  version: int,
  status: text.of<'drafted' | 'approved' | 'published' | 'retired'>(),
  effectiveFrom: timestamptz,
  effectiveTo: timestamptz.orNull,
  draftedBy: text,
  draftedAt: timestamptz,
  approvedBy: text.orNull,
  approvedAt: timestamptz.orNull,
  publishedBy: text.orNull,
  publishedAt: timestamptz.orNull,
  retiredBy: text.orNull,
  document: text,
});
export type EditionRow = RowOf<typeof editionTable>;

/** A preset as it was last switched. */
export const presetTable = new RowTable('handbook_presets', ['presetId'], {
  presetId: text,
  version: int,
  title: text,
  promises: text,
  effectiveFrom: timestamptz,
  effectiveTo: timestamptz.orNull,
  switchedOnBy: text,
  confirmation: text,
  switchedOffBy: text.orNull,
  note: text.orNull,
});
export type PresetRow = RowOf<typeof presetTable>;

const typed = ({ type, body }: ProjectedEvent): HandbookEvent => ({ type, data: body }) as unknown as HandbookEvent;

/** Every edition of the handbook as it stands, and every regulatory preset that was switched. */
export const handbook = (): Projection => ({
  ...projectionIds.handbook,
  handles: Object.keys(handbookEvents),
  async apply(db, events) {
    await editionTable.foldInto(db, events, ({ body }) => ('edition' in body ? String(body.edition) : undefined), foldEdition);
    await presetTable.foldInto(db, events, ({ body }) => ('presetId' in body ? String(body.presetId) : undefined), foldPreset);
  },
});

function foldEdition(row: EditionRow | undefined, event: ProjectedEvent): EditionRow | undefined {
  const { version, recordedAt } = event;
  const stated = typed(event);
  if (stated.type === 'HandbookDrafted') {
    const { edition, handbook, draftedBy } = stated.data;
    const drafters = new Set([...(row ? (JSON.parse(row.draftedBy) as string[]) : []), draftedBy]);
    return {
      editionKey: String(edition),
      edition,
      version,
      status: 'drafted',
      ...documentOf(handbook),
      draftedBy: JSON.stringify([...drafters]),
      draftedAt: recordedAt,
      approvedBy: null,
      approvedAt: null,
      publishedBy: null,
      publishedAt: null,
      retiredBy: null,
    };
  }
  if (!row) throw new Error(`${stated.type} of an edition that was never drafted`);
  switch (stated.type) {
    case 'HandbookApproved':
      return { ...row, version, status: 'approved', approvedBy: stated.data.approvedBy, approvedAt: recordedAt };
    case 'HandbookPublished': {
      const { handbook, publishedBy } = stated.data;
      return { ...row, version, status: 'published', publishedBy, publishedAt: recordedAt, ...documentOf(handbook) };
    }
    case 'HandbookRetired': {
      const { at, retiredBy } = stated.data;
      return { ...row, version, status: 'retired', retiredBy, effectiveTo: earlier(row.effectiveTo, at) };
    }
    case 'RegulatoryPresetSwitchedOn':
    case 'RegulatoryPresetSwitchedOff':
      return undefined;
  }
}

const documentOf = (document: HandbookEdition) => ({
  effectiveFrom: utc(document.effectiveFrom),
  effectiveTo: document.effectiveTo && utc(document.effectiveTo),
  document: JSON.stringify(document),
});

/** Editions are stored as written, with any offset; rows compare as text, in UTC. */
const utc = (instant: Instant): Instant => new Date(instant).toISOString();
const earlier = (end: Instant | null, at: Instant): Instant => (end !== null && end < utc(at) ? end : utc(at));

function foldPreset(row: PresetRow | undefined, event: ProjectedEvent): PresetRow | undefined {
  const { version } = event;
  const stated = typed(event);
  if (stated.type === 'RegulatoryPresetSwitchedOn') {
    const { presetId, title, promises, effectiveFrom, switchedOnBy, confirmation } = stated.data;
    return {
      presetId,
      version,
      title: JSON.stringify(title),
      promises: JSON.stringify(promises),
      effectiveFrom: utc(effectiveFrom),
      effectiveTo: null,
      switchedOnBy,
      confirmation,
      switchedOffBy: null,
      note: null,
    };
  }
  if (stated.type !== 'RegulatoryPresetSwitchedOff') return undefined;
  if (!row) throw new Error('RegulatoryPresetSwitchedOff of a preset that was never on');
  const { at, switchedOffBy, note } = stated.data;
  return { ...row, version, effectiveTo: utc(at), switchedOffBy, note };
}
