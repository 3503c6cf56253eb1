import { ownCommand, type PlainCodec, requestHashOf, systemPart } from '#application';
import { derivedId, type LocalDate, type Uuid } from '#event-sourcing';
import type { EventStore, Outcome } from '#event-store';
import { type RecordedTierEvent, type TierEvent, tierStream } from '#tiers';

export interface WriterParts {
  store: EventStore;
  codec: PlainCodec;
  /** This machine's clock, `YYYY-MM-DDTHH:mm:ss.sssZ`. */
  now: () => string;
}

const TIER_KEEPER = systemPart('tier-keeper');

/** Reads and writes clients' tier streams. Evaluations hold P0 and P1 fields alone, so nothing is encrypted here. */
export class TierWriter {
  constructor(private readonly parts: WriterParts) {}

  /** Appends as one command; its id follows from what is said and the version it is said on, so that a repeat has no effect. */
  append(clientId: Uuid, branchId: string, version: number, purpose: string, events: readonly TierEvent[]): Promise<Outcome> {
    const { store, codec, now } = this.parts;
    const stream = tierStream(clientId);
    const context = ownCommand({
      commandId: derivedId(stream.id, `${purpose}|${version}`),
      requestHash: requestHashOf(purpose),
      principal: TIER_KEEPER,
      now: now(),
      source: { system: 'log', record: purpose },
    });
    const encoded = events.map((event) => codec.encodeOne(event, undefined, branchId, context));
    return store.append({ ...context, stream, expectedVersion: version, events: encoded });
  }

  /** A client's tier events in log order; what is personal in them is absent. */
  async past(clientId: Uuid): Promise<RecordedTierEvent[]> {
    const rows = await this.parts.store.load(tierStream(clientId).id);
    return rows.map((row) => ({ event: this.parts.codec.decodeOne<TierEvent>(row, undefined), recordedAt: row.recordedAt }));
  }
}

export const evaluationPurpose = (on: LocalDate): string => `tier-evaluation|${on}`;
