import { type Decider, type DomainEvent, fold } from './decider.js';
import { DomainError } from './domain-error.js';

/** Test support: `given(decider, ...past).when(command)` answers the events, or `{ refused: code }`. */
export const given = <State, Command, Event extends DomainEvent>(decider: Decider<State, Command, Event>, ...past: Event[]) => ({
  when(command: Command): Event[] | { refused: string } {
    try {
      return decider.decide(command, fold(decider, past));
    } catch (error) {
      if (error instanceof DomainError) return { refused: error.code };
      throw error;
    }
  },
});
