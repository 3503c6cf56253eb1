import { Temporal } from 'temporal-polyfill';
import { ownCommand, PlainCodec, sourcePart } from '#application';
import {
  derivedId,
  type DomainEvent,
  type EventRegistry,
  type Instant,
  type LocalDate,
  type SourceRef,
  type StreamRef,
  type Uuid,
  type When,
} from '#event-sourcing';
import type { EventStore } from '#event-store';

/** Who states what the back office says. */
export const BRIDGE = sourcePart('back-office');

/** One fact for the log. `purpose` names it for ever: the same purpose again on the same stream has no effect. */
export interface Fact {
  stream: StreamRef;
  event: DomainEvent;
  purpose: string;
  /** Hex SHA-256 of what was stated: another content under the same purpose is an error, not a second fact. */
  contentSha256: string;
  branchId: string;
  source: SourceRef;
  on: LocalDate | null;
  /** IANA zone in which `on` is, where it is not the firm's. */
  zone?: string;
  correlationId: Uuid;
}

/** The same purpose was carried out before with another content: what is in the log and what is in the inbox disagree. */
export class AppliedOtherwise extends Error {}

const MIDNIGHTS_MAX = 10_000;

/** Appends facts of the back office, each once. */
export class FactLog {
  private readonly codec: PlainCodec;
  private readonly midnights = new Map<string, Instant>();

  constructor(
    private readonly store: EventStore,
    registry: EventRegistry,
    /** IANA zone in which the back office's dates are. */
    private readonly zone: string,
  ) {
    this.codec = new PlainCodec(registry);
  }

  /**
   * Position of the fact, the first time and every time. Throws AppliedOtherwise. Facts are sent in the order in which this is
   * called, also where nobody waits for one before stating the next.
   */
  async append({ stream, event, purpose, contentSha256, branchId, source, on, zone, correlationId }: Fact, now: Instant): Promise<number> {
    const commandId = derivedId(stream.id, purpose);
    const context = ownCommand({ commandId, requestHash: contentSha256, principal: BRIDGE, now, correlationId, source });
    if (on !== null) context.occurred = this.day(on, zone ?? this.zone);
    const events = [this.codec.encodeOne(event, undefined, branchId, context)];
    const outcome = await this.store.append({
      commandId,
      requestHash: contentSha256,
      keepOutcome: context.keepOutcome,
      stream,
      expectedVersion: 'any',
      events,
    });
    if (outcome.kind === 'accepted' || outcome.kind === 'repeat') return outcome.position;
    throw new AppliedOtherwise(`${stream.kind}: ${outcome.kind}`);
  }

  /** A fact known by its date begins at that midnight. */
  private day(date: LocalDate, zone: string): When {
    const key = `${date} ${zone}`;
    let at = this.midnights.get(key);
    if (at === undefined) {
      const midnight = Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: zone });
      at = new Date(midnight.epochMilliseconds).toISOString();
      if (this.midnights.size >= MIDNIGHTS_MAX) this.midnights.clear();
      this.midnights.set(key, at); // files have thousands of rows a day
    }
    return { precision: 'day', at, date, zone };
  }
}
