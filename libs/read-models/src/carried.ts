import type { DomainEvent, EventDefinitions } from '#event-sourcing';
import { carryData } from '#privacy';
import type { ProjectedEvent } from '#projections';

/**
 * An event's data as rows keep it: personal fields as SealedField, which a query opens. By its type it is the data itself,
 * of which folds read the plain fields.
 */
export const carriedBy =
  <All extends DomainEvent>(definitions: EventDefinitions<All>) =>
  <E extends All>({ type, data, eventId }: ProjectedEvent<E>): E['data'] =>
    carryData(definitions[type as All['type']], data, eventId);
