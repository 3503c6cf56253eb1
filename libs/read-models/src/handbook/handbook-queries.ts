import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { EntityManager } from 'typeorm';
import type { Instant } from '#event-sourcing';
import type { BilingualText, HandbookEdition, ServicePromise } from '#service-levels';
import { type EditionRow, editionTable, type PresetRow, presetTable } from './handbook.js';
import { repositoryOf } from '../reading/entity.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';

export interface EditionSummary extends Omit<EditionRow, 'editionKey' | 'document' | 'draftedBy' | 'version'> {
  draftedBy: string[];
  title: BilingualText | null;
}

export interface OfHandbook extends AsOf {
  /** Of the handbook, for If-Match. */
  version: number;
}

export interface EditionView extends EditionSummary, OfHandbook {
  handbook: HandbookEdition;
}

export interface PresetView extends Omit<PresetRow, 'title' | 'promises' | 'version'> {
  title: BilingualText;
  promises: ServicePromise[];
}

const EDITIONS_MAX = 1_000;

/** Every edition, newest number first, each until when it is in force. */
export class EditionListQuery extends Query<({ items: EditionSummary[] } & OfHandbook) | undefined> {
  constructor(readonly scope: string) {
    super();
  }
}

@QueryHandler(EditionListQuery)
export class EditionListHandler implements IQueryHandler<EditionListQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ scope }: EditionListQuery) {
    return this.database.asOf(scope, editionTable, async (manager) => {
      const rows = await editionsOf(manager);
      return { version: await versionOf(manager), items: rows.map((row) => summaryOf(row, rows)) };
    });
  }
}

/** One edition with its document. Undefined where there is none of this number. */
export class EditionQuery extends Query<EditionView | undefined> {
  constructor(
    readonly edition: number,
    readonly scope: string,
  ) {
    super();
  }
}

@QueryHandler(EditionQuery)
export class EditionHandler implements IQueryHandler<EditionQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ edition, scope }: EditionQuery): Promise<EditionView | undefined> {
    return this.database.asOf(scope, editionTable, async (manager) => {
      const rows = await editionsOf(manager);
      const row = rows.find((one) => one.edition === edition);
      if (!row) return undefined;
      const handbook = JSON.parse(row.document) as HandbookEdition;
      return { version: await versionOf(manager), ...summaryOf(row, rows), handbook };
    });
  }
}

/** Every regulatory preset that was ever switched on, as it was last. */
export class PresetListQuery extends Query<({ items: PresetView[] } & OfHandbook) | undefined> {
  constructor(readonly scope: string) {
    super();
  }
}

@QueryHandler(PresetListQuery)
export class PresetListHandler implements IQueryHandler<PresetListQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ scope }: PresetListQuery) {
    return this.database.asOf(scope, editionTable, async (manager) => {
      const rows = await repositoryOf(manager, presetTable).find({ order: { presetId: 'ASC' } });
      const items = rows.map(({ title, promises, version: _version, ...row }) => ({
        ...row,
        title: JSON.parse(title) as BilingualText,
        promises: JSON.parse(promises) as ServicePromise[],
      }));
      return { version: await versionOf(manager), items };
    });
  }
}

const editionsOf = (manager: EntityManager): Promise<EditionRow[]> =>
  repositoryOf(manager, editionTable).find({ order: { edition: 'DESC' }, take: EDITIONS_MAX });

/** The handbook is one stream; its last event is the last of some edition or preset. */
async function versionOf(manager: EntityManager): Promise<number> {
  const [row] = await manager.query<[{ version: number }]>(
    `SELECT coalesce(max(version), 0) AS version
     FROM (SELECT version FROM read.handbook_editions UNION ALL SELECT version FROM read.handbook_presets) stated`,
  );
  return row.version;
}

function summaryOf(
  { editionKey: _key, document, draftedBy, version: _version, ...row }: EditionRow,
  all: readonly EditionRow[],
): EditionSummary {
  const { title = null } = JSON.parse(document) as HandbookEdition;
  return { ...row, effectiveTo: inForceUntil(row, all), draftedBy: JSON.parse(draftedBy) as string[], title };
}

/** A published edition ends where the next one begins, unless it ended before. */
function inForceUntil(
  { status, effectiveFrom, effectiveTo }: Pick<EditionRow, 'status' | 'effectiveFrom' | 'effectiveTo'>,
  all: readonly EditionRow[],
): Instant | null {
  if (status !== 'published' && status !== 'retired') return effectiveTo;
  const later = all.filter((other) => ['published', 'retired'].includes(other.status) && other.effectiveFrom > effectiveFrom);
  const ends = [...later.map((other) => other.effectiveFrom), ...(effectiveTo === null ? [] : [effectiveTo])];
  return ends.toSorted()[0] ?? null;
}
