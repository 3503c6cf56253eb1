import type { Session } from '#database';
import type { DomainEvent, EventDefinitions, EventMetadata, RecordedEvent } from '#event-sourcing';

/** What is recorded with an event, beside its type and its data. */
export interface Recorded extends Readonly<Omit<RecordedEvent, 'type' | 'data' | 'metadata'>> {
  readonly meta: EventMetadata;
}

/** A recorded event, read: its data in the current schema version, personal fields as they are stored. */
export type ProjectedEvent<E extends DomainEvent = DomainEvent> = Recorded & E;

/** A read model's identity: another version has tables and checkpoints of its own. */
export interface ProjectionId {
  readonly name: string;
  readonly version: number;
}

/**
 * Folds events into rows of its own tables. A row belongs to one client, or to (partition, dimension) and is summed on
 * read, so that readers of different partitions never write the same row.
 */
export interface Projection extends ProjectionId {
  /** The event types that it needs; others are not handed to it. */
  readonly handles: readonly string[];
  /**
   * Within the transaction that also moves the checkpoint: all of it or nothing. Events of one partition come in log
   * order, without a gap, and each once in effect. Folds in memory and writes set-based; no I/O but `db`. What it
   * throws, other than faults of the database, parks the client of the event that causes it.
   */
  apply(db: Session, events: readonly ProjectedEvent[]): Promise<void>;
}

/** What a projection does, whatever it is called. */
export type Projecting = Pick<Projection, 'handles' | 'apply'>;

type DefinitionsOf<Contexts extends readonly DomainEvent[]> = { readonly [At in keyof Contexts]: EventDefinitions<Contexts[At]> };

/** What is done with the events of these definitions, typed by them: a type that is added does not compile before it is handled. */
export const projecting = <Contexts extends readonly DomainEvent[]>(
  definitions: readonly [...DefinitionsOf<Contexts>],
  apply: (db: Session, events: readonly ProjectedEvent<Contexts[number]>[]) => Promise<void>,
): Projecting => ({
  handles: definitions.flatMap((context) => Object.keys(context)),
  // what the compiler does not see: the runner hands over nothing but these, as the registry read them by their definitions
  apply,
});

/** Some events of a context. */
export const pick = <E extends DomainEvent, T extends E['type']>(
  definitions: EventDefinitions<E>,
  ...types: readonly T[]
): EventDefinitions<Extract<E, { type: T }>> => {
  const picked = types.map((type) => [type, definitions[type]]);
  return Object.fromEntries(picked) as EventDefinitions<Extract<E, { type: T }>>;
};

/** Whether it is an event of this context. */
export const isOf = <Event extends DomainEvent, E extends DomainEvent>(
  event: Event,
  definitions: EventDefinitions<E>,
): event is Event & E => Object.hasOwn(definitions, event.type);

/** Those of some types, in their order. */
export const ofTypes = <Event extends DomainEvent, T extends Event['type']>(
  events: readonly Event[],
  ...types: readonly T[]
): Extract<Event, { type: T }>[] =>
  events.filter((event): event is Extract<Event, { type: T }> => (types as readonly string[]).includes(event.type));

export const labelOf = ({ name, version }: ProjectionId): string => `${name}@${version}`;
