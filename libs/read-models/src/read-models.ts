import type { Migration } from '#database';
import type { Projection, ProjectionId } from '#projections';
import { accountFacts } from './accounts/index.js';
import { caseFacts } from './cases/index.js';
import { clientFiles, relationships, riskProfiles } from './clients/index.js';
import { commitments } from './commitments/index.js';
import { complaints } from './complaints/index.js';
import { clientContacts, followUps } from './contacts/index.js';
import { calendars, handbook, handbookReaders, staffSeen } from './handbook/index.js';
import { localDates } from './local-dates.js';
import type { ProjectionParts } from './read-model.js';
import { ReadDatabase, type ReadDatabaseOptions } from './reading/read-database.js';
import { requests } from './requests/index.js';
import { clientAttributes, segments } from './segments/index.js';
import { tierHistory, tierRules, tierStandings } from './tiers/index.js';
import { timeline } from './timeline/index.js';

/** Every read model of the product, in the order in which their migrations build on each other. */
export const readModels = [
  clientFiles,
  timeline,
  tierHistory,
  complaints,
  followUps,
  riskProfiles,
  clientContacts,
  requests,
  caseFacts,
  commitments,
  calendars,
  handbook,
  handbookReaders,
  staffSeen,
  accountFacts,
  tierStandings,
  relationships,
  tierRules,
  clientAttributes,
  segments,
] as const;

type Listed = (typeof readModels)[number];
export type ReadModelName = Listed['name'];

/** The names and versions that this build writes and reads. */
export const projectionIds = Object.fromEntries(readModels.map(({ name, version }) => [name, { name, version }])) as Readonly<
  Record<ReadModelName, ProjectionId>
>;

/** Run after the runner's migrations, which make the schema. */
export const readModelMigrations: readonly Migration[] = readModels.flatMap(({ migrations }) => migrations);

export interface ProjectionSettings extends Omit<ProjectionParts, 'localDate'> {
  /** IANA zone in which the firm's local dates are told. */
  firmZone: string;
}

export function allProjections({ firmZone, ...parts }: ProjectionSettings): readonly Projection[] {
  const localDate = localDates(firmZone);
  return readModels.map(({ name, version, projection }) => ({ name, version, ...projection({ ...parts, localDate }) }));
}

/** Connects as `role`, which is neither owner nor superuser. Rejects where the server is away. */
export const openReadDatabase = (options: ReadDatabaseOptions): Promise<ReadDatabase> => ReadDatabase.connect(options, readModels);
