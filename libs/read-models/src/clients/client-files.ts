import {
  type AccountLink,
  type Assignment,
  type AssignmentEvent,
  assignmentEvents,
  assignments,
  type ClientEvent,
  clientEvents,
  mergedProfile,
  type Profile,
} from '#clients';
import type { Instant } from '#event-sourcing';
import { blindIndex, type ClientKeys, EventKeys, isSealedField, type MasterKeys, openValue } from '#privacy';
import { type TierEvent, tierEvents } from '#tiers';
import {
  boolean,
  firstOfItsStream,
  int,
  isOf,
  ofTypes,
  type ProjectedEvent,
  projecting,
  type Projecting,
  type RowOf,
  RowTable,
  text,
  uuid,
} from '#projections';
import { carriedBy } from '../carried.js';
import type { ProjectionParts } from '../read-model.js';

/** The rest of a client's file. Members of class P2 and P3 are SealedField here, values once a query opened them. */
export interface ClientFile {
  identity: Record<string, unknown>;
  reachableAt: unknown;
  acquisitionSource: string;
  registeredAt: Instant;
  profile: Profile;
  needs?: Record<string, unknown>;
  accounts: AccountLink[];
  assignments: readonly Assignment[];
  closedAt?: Instant;
}

export const clientFileTable = new RowTable('client_files', ['clientId'], {
  clientId: uuid,
  branchId: text,
  clientNo: text,
  party: text,
  status: text.of<'prospect' | 'active' | 'closed'>(),
  provisional: boolean,
  nameIndex: text.orNull,
  clientVersion: int,
  assignmentsVersion: int,
  tierVersion: int,
  /** JSON of ClientFile, personal fields as SealedField. */
  file: text,
});
export type ClientFileRow = RowOf<typeof clientFileTable>;

/** Field under which names are indexed and searched. */
export const NAME_INDEX = 'client.name';

type Registered = Extract<ClientEvent, { type: 'ClientRegistered' }>;
type Handled = ProjectedEvent<ClientEvent | AssignmentEvent | TierEvent>;

const carried = carriedBy(clientEvents);

export const projectClientFiles = ({ keys, master }: ProjectionParts): Projecting =>
  projecting([clientEvents, assignmentEvents, tierEvents], async (db, events) => {
    const nameIndexes = await indexNames(ofTypes(events, 'ClientRegistered'), keys, master);
    const fold = (row: ClientFileRow | undefined, event: Handled) => foldClientFile(row, event, nameIndexes);
    await clientFileTable.foldInto(db, events, (event) => event.key, fold, firstOfItsStream);
  });

function foldClientFile(
  row: ClientFileRow | undefined,
  event: Handled,
  nameIndexes: ReadonlyMap<string, string>,
): ClientFileRow | undefined {
  if (event.type === 'ClientRegistered') return registered(event, nameIndexes);
  if (!row) throw new Error(`${event.type} of a client that was never registered`);
  if (isOf(event, tierEvents)) return { ...row, tierVersion: event.version };
  const file = JSON.parse(row.file) as ClientFile;
  if (isOf(event, assignmentEvents)) {
    const changed: ClientFile = { ...file, assignments: assignments.evolve(file.assignments, event) };
    return { ...row, assignmentsVersion: event.version, file: JSON.stringify(changed) };
  }
  const next = { ...row, clientVersion: event.version };
  switch (event.type) {
    case 'ClientProfileUpdated':
      return { ...next, file: JSON.stringify({ ...file, profile: mergedProfile(file.profile, carried(event)) }) };
    case 'ClientNeedsRecorded':
      return { ...next, file: JSON.stringify({ ...file, needs: carried(event) }) };
    case 'AccountLinked':
      return { ...next, status: 'active', file: JSON.stringify({ ...file, accounts: [...file.accounts, event.data] }) };
    case 'AccountUnlinked': {
      const accounts = file.accounts.filter((account) => account.accountId !== event.data.accountId);
      return { ...next, file: JSON.stringify({ ...file, accounts }) };
    }
    case 'ClientClosed':
      return { ...next, status: 'closed', file: JSON.stringify({ ...file, closedAt: event.data.closedAt }) };
    case 'ClientReopened': {
      const { closedAt: _closedAt, ...open } = file;
      return { ...next, status: event.data.status, file: JSON.stringify(open) };
    }
  }
}

function registered(event: ProjectedEvent<Registered>, nameIndexes: ReadonlyMap<string, string>): ClientFileRow {
  const { clientNo, party, identity, reachableAt, branchId, acquisitionSource, provisional } = carried(event);
  const file: ClientFile = {
    identity: identity as Record<string, unknown>,
    reachableAt,
    acquisitionSource,
    registeredAt: event.occurredAt,
    profile: {},
    accounts: [],
    assignments: [],
  };
  return {
    clientId: event.key,
    branchId,
    clientNo,
    party,
    status: 'prospect',
    provisional,
    nameIndex: nameIndexes.get(event.eventId) ?? null,
    clientVersion: event.version,
    assignmentsVersion: 0,
    tierVersion: 0,
    file: JSON.stringify(file),
  };
}

/** By event id: the blind index of the name that it states. An erased client's name is not indexed again. */
async function indexNames(
  events: readonly ProjectedEvent<Registered>[],
  keys: ClientKeys,
  master: MasterKeys,
): Promise<Map<string, string>> {
  const named = events.flatMap((event) => {
    const name: unknown = carried(event).identity.name;
    return isSealedField(name) ? [{ clientId: event.key, eventId: event.eventId, name }] : [];
  });
  const found = await keys.find(named.map(({ clientId }) => clientId));
  const indexes = new Map<string, string>();
  for (const { clientId, eventId, name } of named) {
    const key = found.get(clientId);
    const text = key && openValue(name, new EventKeys(key));
    if (typeof text === 'string') indexes.set(eventId, blindIndex(master, NAME_INDEX, text));
  }
  return indexes;
}
