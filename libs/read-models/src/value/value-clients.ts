import type { EntityManager } from 'typeorm';
import type { LocalDate, Uuid } from '#event-sourcing';
import { countedForSomething } from '../accounts/counted-facts.js';
import type { ReadDatabase } from '../reading/read-database.js';

/** A client as figures of value list them. */
export interface ValueClient {
  clientId: Uuid;
  clientNo: string;
  branchId: string;
  status: 'prospect' | 'active' | 'closed';
  /** Registration, or the first account where that is older. */
  clientSince: LocalDate;
}

/** Clients of consecutive ids, the first excluded: what figures are summed over in one statement. */
export interface ClientRange {
  after: Uuid;
  last: Uuid;
}

export interface ClientChunk extends ClientRange {
  clients: ValueClient[];
}

const FIRST: Uuid = '00000000-0000-0000-0000-000000000000';
/** Clients whose facts one statement sums: short enough for its time limit, long enough to be a set. */
const CHUNK = 10_000;
/** A chunk's facts are sorted by client: in memory, where there is room. */
const ROOM_TO_SORT = "SET LOCAL work_mem = '64MB'";
const LARGEST: Uuid = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const CLIENTS = (only: string): string => `
  SELECT f.client_id AS "clientId", f.client_no AS "clientNo", f.branch_id AS "branchId", f.status,
         least(((f.file::jsonb ->> 'registeredAt')::timestamptz AT TIME ZONE $3)::date,
               (SELECT min(a.first_on) FROM read.accounts a WHERE a.client_id = f.client_id AND ${countedForSomething('a')}))::text AS "clientSince"
    FROM read.client_files f
   WHERE f.client_id > $1 AND f.client_id <= $2 AND f.status = ANY ($4::text[])${only && ` AND ${only}`}
   ORDER BY f.client_id LIMIT $5`;

const present: readonly ValueClient['status'][] = ['prospect', 'active'];

export interface ClientWalk {
  scope: string;
  /** IANA zone of the firm. */
  zone: string;
  /** Ids above this one; default from the first. */
  after?: Uuid;
  /** Default all but closed ones. */
  statuses?: readonly ValueClient['status'][];
  /** A further condition on client files `f`, its values from parameter $6 on. */
  only?: { sql: string; values: readonly unknown[] };
  /** Clients a step, at most 10,000. */
  size?: number;
}

/**
 * Walks the clients that the scope sees, in order of their ids, each step a short transaction of its own in which
 * `load` reads what it needs of them.
 */
export async function* walkClients<T>(
  database: ReadDatabase,
  { scope, zone, after = FIRST, statuses = present, only = { sql: '', values: [] }, size = CHUNK }: ClientWalk,
  load: (manager: EntityManager, chunk: ClientChunk) => Promise<T>,
): AsyncGenerator<T> {
  for (let from = after; ;) {
    const step = await database.inScope(scope, async (manager) => {
      await manager.query(ROOM_TO_SORT);
      const clients = await manager.query<ValueClient[]>(CLIENTS(only.sql), [from, LARGEST, zone, statuses, size, ...only.values]);
      const last = clients.at(-1)?.clientId;
      return last === undefined ? undefined : { clients, last, answer: await load(manager, { after: from, last, clients }) };
    });
    if (!step) return;
    yield step.answer;
    if (step.clients.length < size) return;
    from = step.last;
  }
}

/** One client as a range of its own; undefined where the scope does not see them. */
export async function oneClient(manager: EntityManager, clientId: Uuid, zone: string): Promise<ClientChunk | undefined> {
  const after = before(clientId);
  const clients = await manager.query<ValueClient[]>(CLIENTS(''), [after, clientId, zone, [...present, 'closed'], 1]);
  return clients.length === 0 ? undefined : { after, last: clientId, clients };
}

/** The id just below: ids are 128-bit numbers in hexadecimal. */
function before(id: Uuid): Uuid {
  const hex = (BigInt(`0x${id.replaceAll('-', '')}`) - 1n).toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
