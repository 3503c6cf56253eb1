import { createHash } from 'node:crypto';
import { ALL_BRANCHES, type CommandContext, type PlainCodec } from '#application';
import { derivedId, type LocalDate, type Uuid } from '#event-sourcing';
import type { EventStore, Outcome } from '#event-store';
import { type RecordedTierEvent, type TierEvent, tierStream } from '#tiers';

export interface WriterParts {
  store: EventStore;
  codec: PlainCodec;
  /** This machine's clock, `YYYY-MM-DDTHH:mm:ss.sssZ`. */
  now: () => string;
}

const SYSTEM = { subject: 'tier-keeper', role: 'system', branchScope: ALL_BRANCHES };

/** Reads and writes clients' tier streams. Evaluations hold P0 and P1 fields alone, so nothing is encrypted here. */
export class TierWriter {
  constructor(private readonly parts: WriterParts) {}

  /** Appends as one command; its id follows from what is said and the version it is said on, so that a repeat has no effect. */
  append(clientId: Uuid, branchId: string, version: number, purpose: string, events: readonly TierEvent[]): Promise<Outcome> {
    const { store, codec, now } = this.parts;
    const stream = tierStream(clientId);
    const commandId = derivedId(stream.id, `${purpose}|${version}`);
    const context: CommandContext = {
      commandId,
      requestHash: hashOf(purpose),
      keepOutcome: 'sevenDays',
      principal: SYSTEM,
      now: now(),
      correlationId: commandId,
      source: { system: 'log', record: purpose },
    };
    const encoded = events.map((event) => codec.encodeOne(event, undefined, branchId, context));
    return store.append({ ...context, stream, expectedVersion: version, events: encoded });
  }

  /** A client's tier events in log order; what is personal in them is absent. */
  async past(clientId: Uuid): Promise<RecordedTierEvent[]> {
    const rows = await this.parts.store.load(tierStream(clientId).id);
    return rows.map((row) => ({ event: this.parts.codec.decodeOne<TierEvent>(row, undefined), recordedAt: row.recordedAt }));
  }
}

const hashOf = (purpose: string): string => createHash('sha256').update(purpose).digest('hex');

export const evaluationPurpose = (on: LocalDate): string => `tier-evaluation|${on}`;
