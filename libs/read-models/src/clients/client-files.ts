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
import { blindIndex, carryData, type ClientKeys, isSealedField, type MasterKeys, openValue } from '#privacy';
import { tierEvents } from '#tiers';
import {
  boolean,
  type Db,
  firstOfItsStream,
  int,
  type ProjectedEvent,
  type Projection,
  type RowOf,
  RowTable,
  text,
  uuid,
} from '#projections';
import { projectionIds } from '../projection-ids.js';

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

export const clientFiles = (keys: ClientKeys, master: MasterKeys): Projection => ({
  ...projectionIds.clientFiles,
  handles: [...Object.keys(clientEvents), ...Object.keys(assignmentEvents), ...Object.keys(tierEvents)],
  async apply(db: Db, events) {
    const nameIndexes = await indexNames(events, keys, master);
    await clientFileTable.foldInto(
      db,
      events,
      (event) => event.key,
      (row, event) => foldClientFile(row, event, nameIndexes),
      firstOfItsStream,
    );
  },
});

function foldClientFile(
  row: ClientFileRow | undefined,
  event: ProjectedEvent,
  nameIndexes: ReadonlyMap<string, string>,
): ClientFileRow | undefined {
  if (event.type === 'ClientRegistered') return registered(event, nameIndexes);
  if (!row) throw new Error(`${event.type} of a client that was never registered`);
  if (event.streamKind === 'tier') return { ...row, tierVersion: event.version };
  const file = JSON.parse(row.file) as ClientFile;
  if (event.streamKind === 'assignments') {
    const stated = { type: event.type, data: event.body } as unknown as AssignmentEvent;
    const changed: ClientFile = { ...file, assignments: assignments.evolve(file.assignments, stated) };
    return { ...row, assignmentsVersion: event.version, file: JSON.stringify(changed) };
  }
  const next = { ...row, clientVersion: event.version };
  const data = carried(event);
  const stated = { type: event.type, data } as unknown as ClientEvent;
  switch (stated.type) {
    case 'ClientRegistered':
      return next;
    case 'ClientProfileUpdated':
      return { ...next, file: JSON.stringify({ ...file, profile: mergedProfile(file.profile, stated.data) }) };
    case 'ClientNeedsRecorded':
      return { ...next, file: JSON.stringify({ ...file, needs: data }) };
    case 'AccountLinked':
      return { ...next, status: 'active', file: JSON.stringify({ ...file, accounts: [...file.accounts, stated.data] }) };
    case 'AccountUnlinked': {
      const accounts = file.accounts.filter((account) => account.accountId !== stated.data.accountId);
      return { ...next, file: JSON.stringify({ ...file, accounts }) };
    }
    case 'ClientClosed':
      return { ...next, status: 'closed', file: JSON.stringify({ ...file, closedAt: stated.data.closedAt }) };
  }
}

function registered(event: ProjectedEvent, nameIndexes: ReadonlyMap<string, string>): ClientFileRow {
  const { clientNo, party, identity, reachableAt, branchId, acquisitionSource, provisional } = carried(event) as unknown as Extract<
    ClientEvent,
    { type: 'ClientRegistered' }
  >['data'];
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

const carried = (event: ProjectedEvent): Record<string, unknown> =>
  carryData(clientEvents[event.type as ClientEvent['type']], event.body, event.eventId);

/** By event id: the blind index of the name that it states. An erased client's name is not indexed again. */
async function indexNames(events: readonly ProjectedEvent[], keys: ClientKeys, master: MasterKeys): Promise<Map<string, string>> {
  const named = events.flatMap((event) => {
    const name = event.type === 'ClientRegistered' ? (carried(event).identity as { name?: unknown }).name : undefined;
    return isSealedField(name) ? [{ clientId: event.key, eventId: event.eventId, name }] : [];
  });
  const found = await keys.find(named.map(({ clientId }) => clientId));
  const indexes = new Map<string, string>();
  for (const { clientId, eventId, name } of named) {
    const key = found.get(clientId);
    const text = key && openValue(name, key);
    if (typeof text === 'string') indexes.set(eventId, blindIndex(master, NAME_INDEX, text));
  }
  return indexes;
}
