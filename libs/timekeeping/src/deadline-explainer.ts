import type { EventRegistry, Uuid } from '#event-sourcing';
import type { EventStore } from '#event-store';
import { commitmentStream, kindKey, type StoredFact, type TracedClock, type Zone } from '#service-levels';
import { type TierEvent, tierStream } from '#tiers';
import { type CaseFile, runFile } from './case-file.js';
import type { RulesReader } from './rules-reader.js';
import type { LoggedTierEvent } from './tier-changes.js';

/** A case as a read model has it: facts that were replaced are left out already. */
export type KnownCase = Omit<CaseFile, 'facts' | 'tierEvents'> & { facts: readonly StoredFact[] };

/** Runs a case's clocks again, from what is recorded now: the same code as the timekeeper's and as what-if. */
export class DeadlineExplainer {
  constructor(
    private readonly store: Pick<EventStore, 'loadMany'>,
    private readonly registry: EventRegistry,
    private readonly rules: RulesReader,
    private readonly zone: Zone,
  ) {}

  /** The clocks by the id of their commitment, run up to now. */
  async clocksOf(known: KnownCase, nowMs: number): Promise<ReadonlyMap<Uuid, TracedClock>> {
    const [rules, [file]] = await Promise.all([this.rules.current(), this.filesOf([known])]);
    const { clocks } = runFile(file!, rules, Number.MAX_SAFE_INTEGER, this.zone, nowMs, nowMs);
    const idOf = ({ promise, cycle }: TracedClock): Uuid => commitmentStream(known.subjectId, known.clientId, kindKey(promise), cycle).id;
    return new Map(clocks.map((clock) => [idOf(clock), clock]));
  }

  /** The same cases as the clocks take them, with what their clients' tiers were; what is encrypted of those stays so. */
  async filesOf(cases: readonly KnownCase[]): Promise<CaseFile[]> {
    const streams = new Map(cases.map(({ clientId }) => [clientId, tierStream(clientId).id]));
    const loaded = await this.store.loadMany([...streams.values()]);
    const tierEventsOf = (clientId: Uuid): LoggedTierEvent[] =>
      (loaded.get(streams.get(clientId)!) ?? []).map(({ eventId, position, recordedAt, type, schemaVersion, data }) => {
        const current = this.registry.upcast(type, schemaVersion, JSON.parse(data) as Record<string, unknown>);
        return { event: { type, data: current } as unknown as TierEvent, eventId, position, recordedAt };
      });
    return cases.map(({ facts, ...known }) => {
      const sourced = facts.map((fact) => ({ source: fact.eventId ?? known.subjectId, fact }));
      return { ...known, facts: sourced, tierEvents: tierEventsOf(known.clientId) };
    });
  }
}
