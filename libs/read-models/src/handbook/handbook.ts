import type { Instant } from '#event-sourcing';
import { type HandbookEdition, type HandbookEvent, handbookEvents } from '#service-levels';
import { type ProjectedEvent, type Projection, RowTable } from '#projections';
import { projectionIds } from '../projection-ids.js';

export interface EditionRow {
  editionKey: string;
  edition: number;
  version: number;
  status: 'drafted' | 'approved' | 'published' | 'retired';
  effectiveFrom: Instant;
  effectiveTo: Instant | null;
  draftedBy: string;
  draftedAt: Instant;
  approvedBy: string | null;
  approvedAt: Instant | null;
  publishedBy: string | null;
  publishedAt: Instant | null;
  retiredBy: string | null;
  document: string;
}

export const editionTable = new RowTable<EditionRow>('handbook_editions', ['editionKey'], {
  editionKey: ['edition_key', 'text'],
  edition: ['edition', 'int'],
  version: ['version', 'int'],
  status: ['status', 'text'],
  effectiveFrom: ['effective_from', 'timestamptz'],
  effectiveTo: ['effective_to', 'timestamptz'],
  draftedBy: ['drafted_by', 'text'],
  draftedAt: ['drafted_at', 'timestamptz'],
  approvedBy: ['approved_by', 'text'],
  approvedAt: ['approved_at', 'timestamptz'],
  publishedBy: ['published_by', 'text'],
  publishedAt: ['published_at', 'timestamptz'],
  retiredBy: ['retired_by', 'text'],
  document: ['document', 'text'],
});

/** A preset as it was last switched. */
export interface PresetRow {
  presetId: string;
  version: number;
  title: string;
  promises: string;
  effectiveFrom: Instant;
  effectiveTo: Instant | null;
  switchedOnBy: string;
  confirmation: string;
  switchedOffBy: string | null;
  note: string | null;
}

export const presetTable = new RowTable<PresetRow>('handbook_presets', ['presetId'], {
  presetId: ['preset_id', 'text'],
  version: ['version', 'int'],
  title: ['title', 'text'],
  promises: ['promises', 'text'],
  effectiveFrom: ['effective_from', 'timestamptz'],
  effectiveTo: ['effective_to', 'timestamptz'],
  switchedOnBy: ['switched_on_by', 'text'],
  confirmation: ['confirmation', 'text'],
  switchedOffBy: ['switched_off_by', 'text'],
  note: ['note', 'text'],
});

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
