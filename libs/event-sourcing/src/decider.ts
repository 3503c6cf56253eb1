/** A fact in the past tense. Data is plain JSON. */
export interface DomainEvent {
  type: string;
  data: object;
}

/** An aggregate as pure functions: no clock, no ids, no I/O. Time, ids and actor come in with the command. */
export interface Decider<State, Command, Event extends DomainEvent> {
  /** Kind of its streams, e.g. `complaint`: an id of another kind is no id of this aggregate. */
  readonly kind: string;
  readonly initial: State;
  /** The events that follow, none where nothing changes; throws DomainError where a rule forbids it. */
  decide(this: void, command: Command, state: State): Event[];
  evolve(this: void, state: State, event: Event): State;
}

export const fold = <State, Command, Event extends DomainEvent>(decider: Decider<State, Command, Event>, events: readonly Event[]): State =>
  events.reduce(decider.evolve, decider.initial);
