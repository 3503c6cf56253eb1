import type { Instant } from '#event-sourcing';
import { type HandbookEdition, type HandbookEvent, handbookEvents } from '#service-levels';
import { int, type ProjectedEvent, projecting, type Projecting, type RowOf, RowTable, text, timestamptz } from '#projections';

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

/** Every edition of the handbook as it stands, and every regulatory preset that was switched. */
export const projectHandbook = (): Projecting =>
  projecting([handbookEvents], async (db, events) => {
    await editionTable.foldInto(db, events, ({ data }) => ('edition' in data ? String(data.edition) : undefined), foldEdition);
    await presetTable.foldInto(db, events, ({ data }) => ('presetId' in data ? data.presetId : undefined), foldPreset);
  });

function foldEdition(row: EditionRow | undefined, event: ProjectedEvent<HandbookEvent>): EditionRow | undefined {
  const { version, recordedAt } = event;
  if (event.type === 'HandbookDrafted') {
    const { edition, handbook, draftedBy } = event.data;
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
  if (!row) throw new Error(`${event.type} of an edition that was never drafted`);
  switch (event.type) {
    case 'HandbookApproved':
      return { ...row, version, status: 'approved', approvedBy: event.data.approvedBy, approvedAt: recordedAt };
    case 'HandbookPublished': {
      const { handbook, publishedBy } = event.data;
      return { ...row, version, status: 'published', publishedBy, publishedAt: recordedAt, ...documentOf(handbook) };
    }
    case 'HandbookRetired': {
      const { at, retiredBy } = event.data;
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

function foldPreset(row: PresetRow | undefined, event: ProjectedEvent<HandbookEvent>): PresetRow | undefined {
  const { version } = event;
  if (event.type === 'RegulatoryPresetSwitchedOn') {
    const { presetId, title, promises, effectiveFrom, switchedOnBy, confirmation } = event.data;
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
  if (event.type !== 'RegulatoryPresetSwitchedOff') return undefined;
  if (!row) throw new Error('RegulatoryPresetSwitchedOff of a preset that was never on');
  const { at, switchedOffBy, note } = event.data;
  return { ...row, version, effectiveTo: utc(at), switchedOffBy, note };
}
