import { partitionOf, type Uuid } from '#event-sourcing';
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
  const names = new Slots<Reservation>(({ kind, key }) => `${kind}\0${key}`);
  const seen = new Set<Uuid>();
  const of: CommandColumns = { id: [], hash: [], keep: [], expected: [], count: [], slot: [] };
  const ev: EventColumns = {
    owner: [],
    nth: [],
    id: [],
    key: [],
    partition: [],
    version: [],
    at: [],
    kind: [],
    type: [],
    data: [],
    metadata: [],
  };
  const guards: Triples = [[], [], []];
  const claims: Triples = [[], [], []];
  // first, so that without guards slots and commands agree
  for (const { stream } of batch) of.slot.push(streams.of(stream.id));
  for (let at = 0; at < batch.length; at++) {
    const { commandId, requestHash, keepOutcome, expectedVersion, stream, events, guards: guarded, reservations, releases } = batch[at]!;
    const owner = at + 1;
    seen.add(commandId);
    of.id.push(commandId);
    of.hash.push(requestHash);
    of.keep.push(keepOutcome === 'forever' ? 1 : 0);
    of.expected.push(expectedVersion === 'any' ? ANY_VERSION : expectedVersion);
    of.count.push(events.length);
    if (guarded) for (const guard of guarded) push(guards, owner, streams.of(guard.stream), guard.version);
    if (releases) for (const name of releases) push(claims, owner, names.of(name), 0);
    if (reservations) for (const name of reservations) push(claims, owner, names.of(name), 1);
    if (events.length === 0) continue;
    const partition = partitionOf(stream.key);
    for (let nth = 0; nth < events.length; nth++) {
      const event = events[nth]!;
      ev.owner.push(owner);
      ev.nth.push(nth);
      ev.id.push(event.eventId);
      ev.key.push(stream.key);
      ev.partition.push(partition);
      ev.version.push(event.schemaVersion);
      ev.at.push(event.occurredAt);
      ev.kind.push(stream.kind);
      ev.type.push(event.type);
      ev.data.push(event.data);
      ev.metadata.push(event.metadata);
    }
  }
  scratch.reset();
  const values = [
    scratch.uuidArray(of.id),
    scratch.hashArray(of.hash),
    scratch.int4Array(of.keep),
    scratch.int4Array(of.expected),
    scratch.int4Array(of.count),
    scratch.int4Array(of.slot),
    String(batch.length - seen.size), // how many repeat an id of this same batch
    scratch.uuidArray(streams.values),
    scratch.int4Array(ev.owner),
    scratch.int4Array(ev.nth),
    scratch.uuidArray(ev.id),
    scratch.uuidArray(ev.key),
    scratch.int4Array(ev.partition),
    scratch.int4Array(ev.version),
    scratch.instantArray(ev.at),
    scratch.textArray(ev.kind),
    scratch.textArray(ev.type),
    scratch.textArray(ev.data),
    scratch.textArray(ev.metadata),
    scratch.int4Array(guards[0]),
    scratch.int4Array(guards[1]),
    scratch.int4Array(guards[2]),
    scratch.int4Array(claims[0]),
    scratch.int4Array(claims[1]),
    scratch.int4Array(claims[2]),
    scratch.textArray(names.values.map(({ kind }) => kind)),
    scratch.textArray(names.values.map(({ key }) => key)),
  ];
  return { values, names: names.values };
}

interface CommandColumns {
  id: Uuid[];
  hash: string[];
  keep: number[];
  expected: number[];
  count: number[];
  slot: number[];
}

interface EventColumns {
  owner: number[];
  nth: number[];
  id: Uuid[];
  key: Uuid[];
  partition: number[];
  version: number[];
  at: string[];
  kind: string[];
  type: string[];
  data: string[];
  metadata: string[];
}

type Triples = [number[], number[], number[]];

function push(columns: Triples, ...values: [number, number, number]): void {
  for (let column = 0; column < 3; column++) columns[column]!.push(values[column]!);
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
