import { type Assignment, assignmentEvents, assignments } from '#clients';
import type { Uuid } from '#event-sourcing';
import { boolean, date, int, projecting, type Projecting, type RowOf, RowTable, text, uuid } from '#projections';

/** One assignment of a client, in the order in which they were made: who is whose, found by the member of staff. */
export const relationshipTable = new RowTable('relationships', ['clientId', 'ordinal'], {
  clientId: uuid,
  ordinal: int,
  branchId: text,
  staffId: text,
  role: text,
  primary: boolean.named('is_primary'),
  fromDate: date,
  toDate: date.orNull,
});
export type RelationshipRow = RowOf<typeof relationshipTable>;

/** Whose clients are whose, by member of staff. */
export const projectRelationships = (): Projecting =>
  projecting([assignmentEvents], async (db, events) => {
    const known = await relationshipTable.load(db, [...new Set(events.map(({ key }) => key))]);
    const states = new Map<Uuid, readonly Assignment[]>();
    for (const row of known.toSorted((a, b) => a.ordinal - b.ordinal)) {
      states.set(row.clientId, [...(states.get(row.clientId) ?? []), assignmentOf(row)]);
    }
    const branches = new Map<Uuid, string>();
    for (const event of events) {
      states.set(event.key, assignments.evolve(states.get(event.key) ?? [], event));
      branches.set(event.key, event.meta.branchId);
    }
    const rows = [...branches].flatMap(([clientId, branchId]) =>
      states.get(clientId)!.map(({ staffId, role, primary, from, to = null }, ordinal): RelationshipRow => ({
        clientId,
        ordinal,
        branchId,
        staffId,
        role,
        primary,
        fromDate: from,
        toDate: to,
      })),
    );
    await relationshipTable.upsert(db, rows);
  });

const assignmentOf = ({ staffId, role, primary, fromDate: from, toDate }: RelationshipRow): Assignment => ({
  staffId,
  role: role as Assignment['role'],
  primary,
  from,
  ...(toDate !== null && { to: toDate }),
});
