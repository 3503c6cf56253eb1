import type { DomainEvent } from './decider.js';

/** P0 public, P1 internal, P2 personal, P3 restricted. P2 and P3 are encrypted before an event is hashed or stored. */
export type FieldClass = 'P0' | 'P1' | 'P2' | 'P3';

/**
 * The class of every field: one class for a whole value, or one per member. A field left out does not compile.
 * Arrays take one class as a whole. Unions are classified by all members that any of their branches has.
 */
export type Classified<T> = FieldClass | ([NonNullable<T>] extends [readonly unknown[]] ? never : ClassifiedMembers<NonNullable<T>>);
type ClassifiedMembers<T> = [T] extends [object] ? { [K in AnyKey<T>]-?: Classified<MemberOf<T, K>> } : never;
type AnyKey<T> = T extends unknown ? keyof T : never;
type MemberOf<T, K extends PropertyKey> = T extends unknown ? (K extends keyof T ? T[K] : never) : never;

/** From one schema version to the next: pure, total, over plain JSON. Encrypted fields pass through as they are. */
export type Upcaster = (data: Readonly<Record<string, unknown>>) => Record<string, unknown>;

export interface EventDefinition<Data = never> {
  /** Current schema version, from 1. */
  readonly version: number;
  /** Class of each top-level member of the data; nested objects may be classified by member. */
  readonly fields: { readonly [K in AnyKey<Data>]-?: Classified<MemberOf<Data, K>> };
  /** `upcasters[n]` leads from version n to n + 1, for every n below `version`. */
  readonly upcasters?: Readonly<Record<number, Upcaster>>;
}

/** One definition per event type of a context; the compiler refuses a missing type or a missing field. */
export type EventDefinitions<E extends DomainEvent> = {
  readonly [T in E['type']]: EventDefinition<Extract<E, { type: T }>['data']>;
};

/** A definition as code that knows no types sees it. */
export type FieldClasses = FieldClass | { readonly [member: string]: FieldClasses };
export interface AnyEventDefinition {
  readonly version: number;
  readonly fields: { readonly [member: string]: FieldClasses };
  readonly upcasters?: Readonly<Record<number, Upcaster>>;
}

/** All event types of the product: what the build can write, and what it can read. */
export class EventRegistry {
  private readonly definitions = new Map<string, AnyEventDefinition>();

  constructor(...contexts: readonly Readonly<Record<string, AnyEventDefinition>>[]) {
    for (const [type, definition] of contexts.flatMap((context) => Object.entries(context))) {
      if (this.definitions.has(type)) throw new Error(`event type ${type} is defined twice`);
      for (let version = 1; version < definition.version; version++) {
        if (!definition.upcasters?.[version]) throw new Error(`${type}: no upcaster from version ${version}`);
      }
      this.definitions.set(type, definition);
    }
  }

  get types(): readonly string[] {
    return [...this.definitions.keys()];
  }

  definitionOf(type: string): AnyEventDefinition {
    const definition = this.definitions.get(type);
    if (!definition) throw new UnknownEvent(type, 0);
    return definition;
  }

  /** Whether data of this stored type and version can be read by this build. */
  canRead(type: string, version: number): boolean {
    const definition = this.definitions.get(type);
    return definition !== undefined && Number.isInteger(version) && version >= 1 && version <= definition.version;
  }

  /** Data in the current schema version. Throws UnknownEvent where there is no path. */
  upcast(type: string, version: number, data: Record<string, unknown>): Record<string, unknown> {
    if (!this.canRead(type, version)) throw new UnknownEvent(type, version);
    const definition = this.definitionOf(type);
    let current = data;
    for (let from = version; from < definition.version; from++) current = definition.upcasters![from]!(current);
    return current;
  }
}

/** A stored event that this build cannot read: an older build met a newer log, or a type was removed. */
export class UnknownEvent extends Error {
  constructor(
    readonly type: string,
    readonly version: number,
  ) {
    super(`no reader for event ${type} version ${version}`);
    this.name = 'UnknownEvent';
  }
}
