import { type Decider, type DomainEvent, DomainError, fold, type StreamRef, type Uuid, type Instant } from '#event-sourcing';
import type { Append, EventStore, Reservation } from '#event-store';
import { traced } from '#telemetry';
import {
  ALL_BRANCHES,
  type CommandContext,
  type CommandResult,
  IdempotencyMismatch,
  NotFound,
  type Principal,
  StaleVersion,
  TooManyWriters,
} from './command.js';
import { type EventCodec, metadataOfEvent } from './event-codec.js';

export interface Loaded<State> {
  state: State;
  version: number;
  branchId: string;
  clientId: Uuid;
  /** When its first event happened. */
  begunAt: Instant;
}

/** What a handler decided: the events to append, and what must still hold when they are. */
export interface Decision {
  events: readonly DomainEvent[];
  branchId: string;
  guards?: readonly { stream: Uuid; version: number }[];
  reservations?: readonly Reservation[];
  releases?: readonly Reservation[];
}

/** Decided again after another writer moved the stream, at most so often. */
const DECISIONS_MAX = 4;
/** A name another stream holds: what the handler makes of it. */
type OnReserved = (reservation: Reservation) => DomainError;

/** What the first event of a stream says of it. */
export interface Origin {
  kind: string;
  branchId: string;
  clientId: Uuid;
}

const ORIGINS_MAX = 100_000;

/** The one way from a command to the log: look up the command id, load, decide, append, and answer as the first time. */
export class CommandRunner {
  private readonly origins = new Map<Uuid, Origin>();

  constructor(
    private readonly store: EventStore,
    private readonly codec: EventCodec,
  ) {}

  async load<State, Command, Event extends DomainEvent>(
    decider: Decider<State, Command, Event>,
    streamId: Uuid,
  ): Promise<Loaded<State> | undefined> {
    const rows = await this.store.load(streamId);
    const [first] = rows;
    if (first?.streamKind !== decider.kind) return undefined; // missing, or the id of something else
    const state = fold(decider, await this.codec.decode<Event>(rows));
    return { state, version: rows.length, branchId: metadataOfEvent(first).branchId, clientId: first.key, begunAt: first.occurredAt };
  }

  /** Who did what the last event of one type in a stream says, where no event of the other type came after it. */
  async actorOfLast(streamId: Uuid, type: string, unless: string): Promise<string | undefined> {
    const last = (await this.store.load(streamId)).findLast((event) => event.type === type || event.type === unless);
    return last?.type === type ? metadataOfEvent(last).actor.id : undefined;
  }

  /** Loads what the caller may touch; missing and hidden look alike. */
  async loadVisible<State, Command, Event extends DomainEvent>(
    decider: Decider<State, Command, Event>,
    streamId: Uuid,
    principal: Principal,
  ): Promise<Loaded<State>> {
    const loaded = await this.load(decider, streamId);
    if (!loaded || !maySee(principal, loaded.branchId)) throw new NotFound();
    return loaded;
  }

  /** Whose an aggregate is, where the caller may touch it; missing and hidden look alike. Its state is not read. */
  async originVisible({ kind }: { readonly kind: string }, streamId: Uuid, principal: Principal): Promise<Origin> {
    let origin = this.origins.get(streamId);
    if (!origin) {
      const first = await this.store.firstOf(streamId);
      if (!first) throw new NotFound();
      origin = { kind: first.streamKind, branchId: metadataOfEvent(first).branchId, clientId: first.key };
      // an event never changes, so neither does what the first one says
      if (this.origins.size >= ORIGINS_MAX) this.origins.delete(this.origins.keys().next().value!);
      this.origins.set(streamId, origin);
    }
    if (origin.kind !== kind || !maySee(principal, origin.branchId)) throw new NotFound();
    return origin;
  }

  /**
   * Runs a command on a stream. `decide` gets the version it decides on through its own loading; it is called again
   * after a conflict. A repeat of the command id answers as the first time, whatever the state is now.
   */
  async run(
    target: { id: Uuid; created: boolean },
    context: CommandContext,
    decide: () => Promise<{ stream: StreamRef; version: number; decision: Decision }>,
    onReserved?: OnReserved,
  ): Promise<CommandResult> {
    for (let attempt = 1; attempt <= DECISIONS_MAX; attempt++) {
      let decided: Awaited<ReturnType<typeof decide>>;
      try {
        decided = await decide();
        if (context.expectedVersion !== undefined && context.expectedVersion !== decided.version) {
          throw await this.stale(decided.stream.id, context.expectedVersion, decided.version);
        }
      } catch (refusal) {
        // the append knows a repeat by itself; what is refused now may have been accepted the first time
        const repeat = await this.repeatOf(target, context);
        if (repeat) return repeat;
        throw refusal;
      }
      const { stream, version, decision } = decided;
      if (version === 0 && stream.key === stream.id && attempt === 1) {
        // a new client gets a key, which a repeat must not leave behind
        const repeat = await this.repeatOf(target, context);
        if (repeat) return repeat;
      }
      const append = await this.appendOf(stream, version, decision, context);
      const span = { kind: 'client' as const, parent: context.traceparent, attributes: { 'rapport.stream_kind': stream.kind } };
      const outcome = await traced('append', span, () => this.store.append(append));
      switch (outcome.kind) {
        case 'accepted': {
          const events = decision.events.map((event) => event.type);
          return { id: target.id, version: outcome.version, position: outcome.position, events, replayed: false, created: target.created };
        }
        case 'repeat':
          return this.replay(target, outcome);
        case 'mismatch':
          throw new IdempotencyMismatch();
        case 'reserved':
          throw onReserved?.(outcome.reservation) ?? new Error(`no answer to a taken ${outcome.reservation.kind}`);
        case 'conflict':
          continue;
      }
    }
    throw new TooManyWriters();
  }

  private async appendOf(stream: StreamRef, version: number, decision: Decision, context: CommandContext): Promise<Append> {
    const { guards, reservations, releases } = decision;
    const { commandId, requestHash, keepOutcome } = context;
    const events = await this.codec.encode(decision.events, stream.key, decision.branchId, context);
    return { commandId, requestHash, keepOutcome, stream, expectedVersion: version, events, guards, reservations, releases };
  }

  private async repeatOf(target: { id: Uuid; created: boolean }, context: CommandContext): Promise<CommandResult | undefined> {
    const stored = await this.store.outcomeOf(context.commandId, context.requestHash);
    if (stored === 'mismatch') throw new IdempotencyMismatch();
    return stored && this.replay(target, stored);
  }

  private async replay(
    target: { id: Uuid; created: boolean },
    stored: { streamId: Uuid; eventCount: number; position: number; version: number },
  ): Promise<CommandResult> {
    const first = stored.version - stored.eventCount + 1;
    const rows = stored.eventCount === 0 ? [] : await this.store.load(stored.streamId, first);
    const events = rows.slice(0, stored.eventCount).map((row) => row.type);
    const id = target.created ? stored.streamId : target.id; // the first run chose another new id
    return { id, version: stored.version, position: stored.position, events, replayed: true, created: target.created };
  }

  private async stale(streamId: Uuid, seen: number, actual: number): Promise<StaleVersion> {
    const rows = seen < actual ? await this.store.load(streamId, seen + 1) : [];
    return new StaleVersion(
      actual,
      rows.map(({ type, version }) => ({ type, version })),
    );
  }
}

export const maySee = (principal: Principal, branchId: string): boolean =>
  principal.branchScope === ALL_BRANCHES || principal.branchScope === branchId;
