import { type EventRegistry, fold, instant, type Instant, type Uuid } from '#event-sourcing';
import type { EventStore } from '#event-store';
import { commitment, type CommitmentEvent, type Zone } from '#service-levels';
import { createLogger } from '#telemetry';
import { metadataOfEvent, ownCommand, type PlainCodec, systemPart } from '#application';
import type { Rules } from './case-file.js';
import type { CaseStore, KeptCase, Seen } from './case-store.js';
import type { LogEntry } from './log-entries.js';
import { commitmentIdsOf, type Look, NO_STREAM, type Reaction, reactionsOf, type Stream } from './reactions.js';

export interface LoadedCasesParts {
  store: EventStore;
  codec: PlainCodec;
  registry: EventRegistry;
  zone: Zone;
}

/** The command id of a reaction, from what caused it: the same cause answered twice is one command. */
export type CommandOf = (reaction: Reaction, file: KeptCase) => Uuid;

const DECISIONS_MAX = 4;
const FAULT_LENGTH = 200;
const log = createLogger('timekeeper');
/** The source of what follows from the log itself: the event that was answered, and up to where the log was known. */
const LOG = 'log';
const TIMEKEEPER = systemPart('timekeeper');

/** Some cases at once, as a unit of work: their files and streams are loaded together, and each is looked at in turn. */
export class LoadedCases {
  private readonly files = new Map<Uuid, KeptCase>();
  private readonly streams = new Map<Uuid, Map<Uuid, Stream>>();
  private readonly results = new Map<Uuid, Seen>();
  /** Cases are looked at side by side, the looks at one case one after the other. */
  private readonly turns = new Map<Uuid, Promise<void>>();

  constructor(
    private readonly parts: LoadedCasesParts,
    private readonly cases: CaseStore,
    private readonly rules: Rules,
  ) {}

  async load(subjectIds: readonly Uuid[]): Promise<void> {
    const missing = [...new Set(subjectIds)].filter((id) => !this.files.has(id));
    const files = await this.cases.files(missing);
    const idsOf = (file: KeptCase): Uuid[] => {
      try {
        return [...new Set([...file.streams, ...commitmentIdsOf(file, this.rules, this.parts.zone, Number.MAX_SAFE_INTEGER, Infinity)])];
      } catch {
        return [...file.streams]; // whoever looks at it stumbles again, and sets it aside
      }
    };
    const ids = new Map(files.map((file) => [file.subjectId, idsOf(file)]));
    const loaded = await this.loadStreams([...ids.values()].flat());
    for (const file of files) {
      this.files.set(file.subjectId, file);
      this.streams.set(file.subjectId, new Map(ids.get(file.subjectId)!.map((id) => [id, loaded.get(id)!])));
    }
  }

  /** Takes a case's turn; what follows from it is appended by the time that `settled` resolves. */
  look(subjectId: Uuid, look: Look, cause: LogEntry | undefined, commandOf: CommandOf): void {
    const before = this.turns.get(subjectId) ?? Promise.resolve();
    const turn = before.then(() => this.take(subjectId, look, cause, commandOf)).catch((error: unknown) => this.setAside(subjectId, error));
    turn.catch(() => undefined); // told by `settled`
    this.turns.set(subjectId, turn);
  }

  async settled(): Promise<void> {
    await Promise.all(this.turns.values());
  }

  seen(): Seen[] {
    return [...this.results.values()];
  }

  /** Loaded cases of a client that were received before a position. */
  ofClient(clientId: Uuid, before: number): Uuid[] {
    return [...this.files.values()]
      .filter((file) => file.clientId === clientId && file.openedPosition < before)
      .map(({ subjectId }) => subjectId);
  }

  /** Others have written to these: whoever looks again loads them anew. */
  forget(subjectIds: readonly Uuid[]): void {
    for (const id of subjectIds) for (const known of [this.files, this.streams, this.results]) known.delete(id);
  }

  private async take(subjectId: Uuid, look: Look, cause: LogEntry | undefined, commandOf: CommandOf): Promise<void> {
    await this.load([subjectId]);
    const file = this.files.get(subjectId);
    if (!file || file.openedPosition > look.upTo) return; // not received: what was said of it waits until it is
    const streams = this.streams.get(subjectId)!;
    for (let attempt = 1; attempt <= DECISIONS_MAX; attempt++) {
      const { reactions, seen } = reactionsOf(file, this.rules, this.parts.zone, streams, look);
      const moved = await Promise.all(reactions.map((reaction) => this.append(reaction, file, look, cause, commandOf(reaction, file))));
      const stale = moved.filter((id) => id !== undefined);
      if (stale.length === 0) {
        this.results.set(subjectId, seen);
        return;
      }
      // what moved it may be a fact that has not been read yet, such as an extension just in time: the log goes first
      if (look.timePasses) return;
      for (const [id, stream] of await this.loadStreams(stale)) streams.set(id, stream); // a person, or another timekeeper, was faster
    }
    throw new Error(`the commitments of ${subjectId} keep moving`);
  }

  /** A case that the clocks stumble over does not stop the others; what the database or the log refuse is tried again. */
  private setAside(subjectId: Uuid, error: unknown): void {
    const file = this.files.get(subjectId);
    const isOurs = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
    if (!isOurs || !file) throw error;
    log.error({ subjectId, error: error.stack }, 'the clocks of a case cannot be run; it is set aside');
    const fault = error.message.slice(0, FAULT_LENGTH);
    this.results.set(subjectId, { subjectId, streams: file.streams, calendars: [], running: false, wakeAt: null, fault });
  }

  /** Answers the stream where it has moved. */
  private async append(
    reaction: Reaction,
    file: KeptCase,
    look: Look,
    cause: LogEntry | undefined,
    commandId: Uuid,
  ): Promise<Uuid | undefined> {
    const { stream, version, events } = reaction;
    const context = ownCommand({
      commandId,
      principal: TIMEKEEPER,
      now: look.detectedAt,
      correlationId: cause?.correlationId,
      ...(cause && { causationId: cause.eventId }),
      source: { system: LOG, record: cause?.eventId ?? 'timer', sequence: look.upTo },
    });
    const encoded = events.map((event) =>
      this.parts.codec.encodeOne(event, undefined, file.branchId, { ...context, occurred: instant(occurredAt(event, look.detectedAt)) }),
    );
    const { requestHash, keepOutcome } = context;
    const outcome = await this.parts.store.append({
      commandId,
      requestHash,
      keepOutcome,
      stream,
      expectedVersion: version,
      events: encoded,
    });
    switch (outcome.kind) {
      case 'accepted': {
        const known = this.streams.get(file.subjectId)!;
        const { state } = known.get(stream.id) ?? NO_STREAM;
        known.set(stream.id, { state: events.reduce(commitment.evolve, state), version: outcome.version, knownTo: look.upTo });
        return undefined;
      }
      case 'repeat':
      case 'conflict':
        return stream.id;
      case 'mismatch':
      case 'reserved':
        throw new Error(`a commitment's events were refused: ${outcome.kind}`);
    }
  }

  private async loadStreams(ids: readonly Uuid[]): Promise<Map<Uuid, Stream>> {
    const rows = ids.length === 0 ? new Map<Uuid, never[]>() : await this.parts.store.loadMany(ids);
    const streams = new Map<Uuid, Stream>();
    for (const [id, events] of rows) {
      // reasons of people stay encrypted: no clock reads them
      const facts = events.map((row) => this.parts.codec.decodeOne<CommitmentEvent>(row, undefined));
      const decidedOn = events.map((row) => metadataOfEvent(row).source).filter((source) => source?.system === LOG);
      const knownTo = decidedOn.reduce((latest, source) => Math.max(latest, source?.sequence ?? 0), 0);
      streams.set(id, { state: fold(commitment, facts), version: events.length, knownTo });
    }
    return streams;
  }
}

/** A clock event happened at the instant that it is true of, however late it was noticed; what is noticed, now. */
function occurredAt({ type, data }: CommitmentEvent, detectedAt: Instant): Instant {
  switch (type) {
    case 'CommitmentStarted':
      return data.startedAt;
    case 'CommitmentBreached':
      return data.deadlineAt;
    case 'CommitmentMet':
    case 'CommitmentCompletedLate':
      return data.stoppedAt;
    case 'WarningReached':
    case 'CommitmentPaused':
    case 'CommitmentResumed':
    case 'DeadlineRecomputed':
    case 'CommitmentEscalated':
    case 'CommitmentCancelled':
    case 'CommitmentExtended':
    case 'ExcuseRequested':
    case 'BreachExcused':
    case 'ExcuseRefused':
    case 'CommitmentNotMeasured':
    case 'LateEvidenceConfirmed':
    case 'LateEvidenceRefused':
      return data.at;
    case 'LateEvidenceStated':
    case 'CommitmentCorrected':
      return detectedAt;
  }
}
