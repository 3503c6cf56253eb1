import { type Decider, type DomainEvent, derivedId, fold, type StreamRef, type Uuid, type When } from '#event-sourcing';
import type { Reservation } from '#event-store';
import type { Encoding } from '#text-files';

/** An event and when it happened, as far as the source says. */
export interface DatedEvent {
  event: DomainEvent;
  occurred: When;
}

/** What one row says about one aggregate: one append, all or nothing. */
export interface Fact {
  /** The source's id of what is said, e.g. `client:18`; the same record is imported once. */
  record: string;
  /** Canonical text of the row: the same record with other content is what `amend` makes of it, and refused without. */
  content: string;
  stream: StreamRef;
  branchId: string;
  /** Whether the stream must not exist yet; otherwise its past is loaded and handed to `decide`. */
  creates: boolean;
  reservations?: readonly Reservation[];
  /** Pure; throws DomainError where the domain refuses it. */
  decide(past: readonly DomainEvent[]): DatedEvent[];
  /**
   * What the row says of a record that an earlier file told otherwise: new facts behind what is there. Pure; throws DomainError
   * or RowRefused for a change that no fact can tell.
   */
  amend?(past: readonly DomainEvent[]): DatedEvent[];
}

/** A row as read: what it says, or why it cannot be taken. `line` counts from 1, the header included. */
export type SourceRow = { file: string; line: number } & ({ facts: Fact[] } | { refused: Refusal });

export interface Refusal {
  /** A code, e.g. `no-such-date`. */
  reason: string;
  /** The column at fault. Never its value, which may be personal. */
  column?: string;
}

export interface SourceOptions {
  /** Branch of those whose branch the source does not say. */
  branchId: string;
  now: string;
  /** Of all its files, where whoever brings them says so; found otherwise. */
  encoding?: Encoding;
}

/** One published data set's adapter: its files, and its rows as facts. */
export interface Source {
  readonly name: string;
  /** The files it reads below the path given, for the fingerprint of an import. Throws UnusableFile where one is missing. */
  files(path: string): string[];
  rows(path: string, options: SourceOptions): AsyncIterable<SourceRow>;
}

/** The file as a whole is not what the source publishes: nothing is imported. */
export class UnusableFile extends Error {}

/** Why one row cannot be taken. */
export class RowRefused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.reason);
  }
}

export const refuse = (reason: string, column?: string): never => {
  throw new RowRefused({ reason, ...(column && { column }) });
};

/** The entry of a table of codes; refuses the row where the source says something that the table does not have. */
export function coded<T>(table: ReadonlyMap<string, T>, text: string, reason: string, column: string): T {
  return table.has(text) ? table.get(text)! : refuse(reason, column);
}

// Ids of imported things derive from this and the source's record, so that a repeated import finds what it made before.
const IMPORT_CAUSE: Uuid = '0193577c-6a00-7000-8000-000000000000';

export const importedId = (system: string, record: string, purpose: string): Uuid =>
  derivedId(IMPORT_CAUSE, `${system}|${record}|${purpose}`);

/** Runs commands one after another, each on the state that the one before made. */
export const steps =
  <State, Command, E extends DomainEvent>(decider: Decider<State, Command, E>, commands: readonly { command: Command; occurred: When }[]) =>
  (past: readonly DomainEvent[]): DatedEvent[] => {
    let state = fold(decider, past as readonly E[]);
    return commands.flatMap(({ command, occurred }) => {
      const events = decider.decide(command, state);
      state = events.reduce(decider.evolve, state);
      return events.map((event) => ({ event, occurred }));
    });
  };
