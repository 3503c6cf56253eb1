import { type NewEvent, partitionOf, type Uuid } from '#event-sourcing';
import type { Append, Reservation } from './append.js';
import type { Scratch } from './binary-array.js';

export const ANY_VERSION = -1;

/** Calls log.append; columns come back as text, in order. */
export const APPEND = `SELECT * FROM log.append($1::uuid[], $2::bytea[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int, $8::uuid[],
  $9::int[], $10::int[], $11::uuid[], $12::uuid[], $13::int[], $14::int[], $15::timestamptz[], $16::text[], $17::text[], $18::text[],
  $19::text[], $20::int[], $21::int[], $22::int[], $23::int[], $24::int[], $25::int[], $26::text[], $27::text[])`;

/** A batch as log.append takes it, valid until the scratch memory is used again. `names` are what its claims point at, counted from 1. */
export function parametersOf(batch: readonly Append[], scratch: Scratch): { values: (Buffer | string)[]; names: readonly Reservation[] } {
  const streams = new Slots<Uuid>((id) => id);
  const slots = batch.map(({ stream }) => streams.of(stream.id)); // first, so that without guards slots and commands agree
  const guards: [owner: number, slot: number, version: number][] = [];
  const names = new Slots<Reservation>(({ kind, key }) => `${kind}\0${key}`);
  const claims: [owner: number, name: number, take: number][] = [];
  const owners: number[] = [];
  const nths: number[] = [];
  const keys: Uuid[] = [];
  const partitions: number[] = [];
  const kinds: string[] = [];
  const events: NewEvent[] = [];
  batch.forEach(({ stream, guards: ownGuards, reservations, releases, events: own }, at) => {
    const owner = at + 1;
    for (const guard of ownGuards ?? []) guards.push([owner, streams.of(guard.stream), guard.version]);
    for (const name of releases ?? []) claims.push([owner, names.of(name), 0]);
    for (const name of reservations ?? []) claims.push([owner, names.of(name), 1]);
    if (own.length === 0) return;
    const partition = partitionOf(stream.key);
    for (let nth = 0; nth < own.length; nth++) {
      owners.push(owner);
      nths.push(nth);
      keys.push(stream.key);
      partitions.push(partition);
      kinds.push(stream.kind);
      events.push(own[nth]!);
    }
  });
  scratch.reset();
  const again = batch.length - new Set(batch.map(({ commandId }) => commandId)).size;
  const values = [
    scratch.uuidArray(batch.map(({ commandId }) => commandId)),
    scratch.hashArray(batch.map(({ requestHash }) => requestHash)),
    scratch.int4Array(batch.map(({ keepOutcome }) => (keepOutcome === 'forever' ? 1 : 0))),
    scratch.int4Array(batch.map(({ expectedVersion }) => (expectedVersion === 'any' ? ANY_VERSION : expectedVersion))),
    scratch.int4Array(batch.map((append) => append.events.length)),
    scratch.int4Array(slots),
    String(again),
    scratch.uuidArray(streams.values),
    scratch.int4Array(owners),
    scratch.int4Array(nths),
    scratch.uuidArray(events.map(({ eventId }) => eventId)),
    scratch.uuidArray(keys),
    scratch.int4Array(partitions),
    scratch.int4Array(events.map(({ schemaVersion }) => schemaVersion)),
    scratch.instantArray(events.map(({ occurredAt }) => occurredAt)),
    scratch.textArray(kinds),
    scratch.textArray(events.map(({ type }) => type)),
    scratch.textArray(events.map(({ data }) => data)),
    scratch.textArray(events.map(({ metadata }) => metadata)),
    ...[0, 1, 2].map((column) => scratch.int4Array(guards.map((guard) => guard[column]!))),
    ...[0, 1, 2].map((column) => scratch.int4Array(claims.map((claim) => claim[column]!))),
    scratch.textArray(names.values.map(({ kind }) => kind)),
    scratch.textArray(names.values.map(({ key }) => key)),
  ];
  return { values, names: names.values };
}

/** Distinct values in order of first use, numbered from 1. */
class Slots<T> {
  readonly values: T[] = [];
  private readonly numbers = new Map<string, number>();

  constructor(private readonly identity: (value: T) => string) {}

  of(value: T): number {
    const id = this.identity(value);
    let number = this.numbers.get(id);
    if (number === undefined) {
      this.values.push(value);
      this.numbers.set(id, (number = this.values.length));
    }
    return number;
  }
}
