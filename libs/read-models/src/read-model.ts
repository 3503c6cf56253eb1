import type { Type } from '@nestjs/common';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { Migration } from '#database';
import type { EventRegistry, Instant, LocalDate } from '#event-sourcing';
import type { ClientKeys, MasterKeys } from '#privacy';
import type { NamedColumn, Projecting, ProjectionId } from '#projections';

/** What projections are made of, each taking what it needs. */
export interface ProjectionParts {
  registry: EventRegistry;
  keys: ClientKeys;
  master: MasterKeys;
  /** The firm's local date of an instant. */
  localDate: (at: Instant) => LocalDate;
}

/** A table of rows of any shape. */
export interface AnyTable {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, NamedColumn>>;
}

export interface ReadModel<Name extends string = string> extends ProjectionId {
  readonly name: Name;
  /** Each is written by this model alone. */
  readonly tables: readonly AnyTable[];
  /** What makes its tables and changes them. Those that change tables of other models run after theirs: the list's order. */
  readonly migrations: readonly Migration[];
  readonly projection: (parts: ProjectionParts) => Projecting;
  /** Handlers of the questions that it answers. */
  readonly queries: readonly Type<IQueryHandler>[];
}

/** One read model, whole. It takes effect where `read-models.ts` lists it. */
export const readModel = <Name extends string>(model: ReadModel<Name>): ReadModel<Name> => model;
