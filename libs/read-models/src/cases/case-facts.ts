import type { Uuid } from '#event-sourcing';
import { caseEvents, type CaseFacts, caseFactsOf, isOfSystem, restated, type StoredFact } from '#service-levels';
import { bigint, type ProjectedEvent, type Projecting, type RowOf, RowTable, text, uuid } from '#projections';

/** What one source - an event of the case, or a contact linked to it - says to the clocks of a request or a complaint. */
export const caseFactsTable = new RowTable('case_facts', ['subjectId', 'sourceId'], {
  subjectId: uuid,
  sourceId: uuid,
  clientId: uuid,
  branchId: text,
  /** Of the event that said it last. */
  position: bigint,
  /** JSON of `opens`, of the event that opens the case. */
  opens: text.orNull,
  /** JSON list of StoredFact. */
  facts: text,
});
export type CaseFactsRow = RowOf<typeof caseFactsTable>;

/** What happened in each case in the words of the clocks, so that a deadline can be explained from it. */
export const projectCaseFacts = (): Projecting => ({
  handles: caseEvents,
  async apply(db, events) {
    // facts of one source replace those it gave before
    const said = events.flatMap((event) => {
      const facts = caseFactsOf(event, { actorId: event.meta.actor.id, ofSystem: isOfSystem(event.meta), ...event });
      return facts ? [{ event, facts }] : [];
    });
    // only a contact speaks of a case more than once
    const again = said.filter(({ event, facts }) => facts.source !== event.eventId).map(({ facts }) => facts.subjectId);
    const before = await caseFactsTable.load(db, [...new Set(again)]);
    const rows = new Map(before.map((row) => [nameOf(row.subjectId, row.sourceId), row]));
    for (const { event, facts } of said) {
      const name = nameOf(facts.subjectId, facts.source);
      const known = rows.get(name);
      const stated = known ? restated(JSON.parse(known.facts) as StoredFact[], facts.facts) : facts.facts;
      rows.set(name, rowOf(event, { ...facts, facts: [...stated] }));
    }
    for (const row of before) if (rows.get(nameOf(row.subjectId, row.sourceId)) === row) rows.delete(nameOf(row.subjectId, row.sourceId));
    await caseFactsTable.upsert(db, [...rows.values()]);
  },
});

const nameOf = (subjectId: Uuid, sourceId: Uuid): string => `${subjectId} ${sourceId}`;

function rowOf({ key, meta, position }: ProjectedEvent, { subjectId, source, opens, facts }: CaseFacts): CaseFactsRow {
  return {
    subjectId,
    sourceId: source,
    clientId: key,
    branchId: meta.branchId,
    position,
    opens: opens ? JSON.stringify(opens) : null,
    facts: JSON.stringify(facts),
  };
}
