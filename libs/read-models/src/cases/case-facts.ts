import { caseEvents, type CaseFacts, caseFactsOf } from '#service-levels';
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
    const rows = new Map<string, CaseFactsRow>();
    for (const event of events) {
      const said = caseFactsOf(event, { actorId: event.meta.actor.id, ...event });
      if (said) rows.set(`${said.subjectId} ${said.source}`, rowOf(event, said));
    }
    await caseFactsTable.upsert(db, [...rows.values()]);
  },
});

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
