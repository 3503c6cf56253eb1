import { createHash } from 'node:crypto';
import { ACCOUNT_OWNER, eventRegistry, ownCommand, PlainCodec, sourcePart } from '#application';
import { type DomainEvent, DomainError, type NewEvent, type RecordedEvent, type Uuid } from '#event-sourcing';
import type { Append, EventStore, Outcome } from '#event-store';
import type { ClientKeys, DataKey, RequestHasher } from '#privacy';
import { type Fact, importedId, type Refusal, RowRefused, type Source, type SourceOptions, type SourceRow } from './source.js';
import { PositionSet } from './position-set.js';

export interface ImportParts {
  store: EventStore;
  keys: ClientKeys;
  hasher: RequestHasher;
}

export interface RefusedRow extends Refusal {
  file: string;
  line: number;
}

export interface ImportResult {
  rowsRead: number;
  rowsAccepted: number;
  rowsRefused: number;
  /** Events in the log that these rows made, now or in an earlier import of the same rows. */
  eventsAppended: number;
  positions: PositionSet;
}

export interface ImportWatcher {
  /** There is something to import. */
  begin(): void;
  progress(rowsRead: number): void;
  refused(row: RefusedRow): void;
}

const BATCH_ROWS = 250;
const DECISIONS_MAX = 4;

const builds = (row: SourceRow): boolean => 'facts' in row && row.facts.some((fact) => !fact.creates);
const makes = (row: SourceRow): boolean => 'facts' in row && row.facts.some((fact) => fact.creates);

/** What a batch is decided and encrypted with, looked up for all of it at once. */
interface BatchParts {
  system: string;
  options: SourceOptions;
  pasts: ReadonlyMap<Uuid, readonly RecordedEvent[]>;
  keys: ReadonlyMap<Uuid, DataKey>;
}

/** A fact ready for the log, or why it is not; `unknown`: what it builds on is not there. */
type Prepared = Append | { refused: Refusal; commandId: Uuid; requestHash: string } | 'unknown';
type Verdict = Refusal | { outcomes: { position: number; eventCount: number }[] };

/**
 * Streams a source's rows into the log. Every fact is one append under a command id derived from its record, so that an
 * import that was killed is simply run again: what was appended answers as a repeat, and nothing comes twice.
 */
export class Importer {
  private readonly codec = new PlainCodec(eventRegistry);

  constructor(private readonly parts: ImportParts) {}

  async run(source: Source, path: string, options: SourceOptions, watcher: ImportWatcher): Promise<ImportResult> {
    const result: ImportResult = { rowsRead: 0, rowsAccepted: 0, rowsRefused: 0, eventsAppended: 0, positions: new PositionSet() };
    let before: Promise<void> = Promise.resolve();
    let made: Promise<void> = before;
    // One batch is prepared while the one before it is appended; what builds on existing streams waits for those who make them.
    const take = async (batch: readonly SourceRow[]): Promise<void> => {
      const earlier = before;
      if (batch.some(builds)) await made;
      const taken = this.takeBatch(source.name, batch, options, result, watcher);
      before = Promise.all([earlier, taken]).then(() => watcher.progress(result.rowsRead));
      before.catch(() => undefined); // awaited with the next batch
      if (batch.some(makes)) made = before;
      await earlier;
    };
    watcher.begin();
    let batch: SourceRow[] = [];
    for await (const row of source.rows(path, options)) {
      // what builds on streams goes apart from what makes them, or it would not find those of its own batch
      const apart = builds(row) ? batch.some(makes) : makes(row) && batch.some(builds);
      if (batch.length >= BATCH_ROWS || apart) {
        await take(batch);
        batch = [];
      }
      batch.push(row);
    }
    await take(batch);
    await before;
    return { ...result, eventsAppended: result.positions.size };
  }

  private async takeBatch(
    system: string,
    batch: readonly SourceRow[],
    options: SourceOptions,
    result: ImportResult,
    watcher: ImportWatcher,
  ): Promise<void> {
    const parts = await this.partsOf(system, batch, options);
    const judged = await Promise.all(batch.map((row) => this.takeRow(row, parts)));
    for (const [i, row] of batch.entries()) {
      result.rowsRead++;
      const verdict = judged[i]!;
      if ('reason' in verdict) {
        result.rowsRefused++;
        watcher.refused({ file: row.file, line: row.line, ...verdict });
        continue;
      }
      result.rowsAccepted++;
      for (const { position, eventCount } of verdict.outcomes) result.positions.add(position - eventCount + 1, position);
    }
  }

  private async partsOf(system: string, batch: readonly SourceRow[], options: SourceOptions): Promise<BatchParts> {
    const facts = batch.flatMap((row) => ('facts' in row ? row.facts : []));
    const made = await this.parts.keys.ensure(facts.filter((fact) => fact.creates).map((fact) => fact.stream.key));
    const built = facts.filter((fact) => !fact.creates);
    if (built.length === 0) return { system, options, pasts: new Map(), keys: made };
    const pasts = await this.parts.store.loadMany([...new Set(built.map((fact) => fact.stream.id))]);
    const found = await this.parts.keys.find(built.map((fact) => fact.stream.key)); // whose key is gone gets no other
    return { system, options, pasts, keys: new Map([...made, ...found]) };
  }

  /** All facts of a row, in order; the first that is refused refuses the row. */
  private async takeRow(row: SourceRow, parts: BatchParts): Promise<Verdict> {
    if ('refused' in row) return row.refused;
    const pastOf = (fact: Fact): readonly RecordedEvent[] => parts.pasts.get(fact.stream.id) ?? [];
    const prepared = row.facts.map((fact) => this.prepare(fact, pastOf(fact), parts));
    if (row.facts.length > 1) {
      // what makes a stream is judged by the row alone: one refused fact refuses the row before anything of it is appended
      for (const one of prepared) if (one !== 'unknown' && 'refused' in one) return one.refused;
    }
    const outcomes: { position: number; eventCount: number }[] = [];
    for (const [i, fact] of row.facts.entries()) {
      const outcome = await this.takeFact(fact, prepared[i]!, parts);
      if ('reason' in outcome) return outcome;
      outcomes.push(outcome);
    }
    return { outcomes };
  }

  private async takeFact(fact: Fact, first: Prepared, parts: BatchParts): Promise<Refusal | { position: number; eventCount: number }> {
    let prepared = first;
    for (let attempt = 1; attempt <= DECISIONS_MAX; attempt++) {
      if (prepared === 'unknown') return { reason: 'unknown-client' };
      let outcome: Outcome;
      if ('refused' in prepared) {
        // a repeat would be refused by the state it made: its stored outcome speaks first
        const stored = await this.parts.store.outcomeOf(prepared.commandId, prepared.requestHash);
        if (stored === undefined) return prepared.refused;
        outcome = stored === 'mismatch' ? { kind: 'mismatch' } : { kind: 'repeat', ...stored };
      } else outcome = await this.parts.store.append(prepared);
      switch (outcome.kind) {
        case 'accepted':
        case 'repeat':
          return outcome;
        case 'mismatch':
          return this.takeAmended(fact, parts);
        case 'reserved':
          return { reason: outcome.reservation.kind === ACCOUNT_OWNER ? 'account-held-by-another' : 'client-number-taken' };
        case 'conflict':
          prepared = this.prepare(fact, await this.parts.store.load(fact.stream.id), parts);
      }
    }
    return { reason: 'too-many-writers' };
  }

  /** A record that an earlier file told otherwise: what has changed is a fact of its own, under an id of record and content. */
  private async takeAmended(fact: Fact, parts: BatchParts): Promise<Refusal | { position: number; eventCount: number }> {
    if (!fact.amend) return { reason: 'known-with-other-content' };
    const { record, content, stream, branchId } = fact;
    const digest = createHash('sha256').update(content).digest('hex').slice(0, 16);
    const amended: Fact = { record: `${record}#${digest}`, content, stream, branchId, creates: false, decide: (past) => fact.amend!(past) };
    return this.takeFact(amended, this.prepare(amended, await this.parts.store.load(stream.id), parts), parts);
  }

  private prepare(fact: Fact, past: readonly RecordedEvent[], { system, options, keys }: BatchParts): Prepared {
    const { record, content, stream, reservations, creates } = fact;
    if (!creates && past.length === 0) return 'unknown';
    const commandId = importedId(system, record, 'command');
    const requestHash = this.parts.hasher.hash([system, record, content]);
    const key = keys.get(stream.key);
    try {
      const decided = fact.decide(past.map((event) => this.codec.decodeOne<DomainEvent>(event, key)));
      if (decided.some(({ occurred }) => occurred.at > options.now))
        return { refused: { reason: 'in-the-future' }, commandId, requestHash };
      const context = ownCommand({
        commandId,
        requestHash,
        principal: sourcePart(`import:${system}`),
        now: options.now,
        correlationId: importedId(system, record, 'import'),
        source: { system, record },
      });
      const events = decided.map(({ event, occurred }): NewEvent => {
        context.occurred = occurred;
        return this.codec.encodeOne(event, key, fact.branchId, context);
      });
      const expectedVersion = creates ? 0 : past.length;
      return { commandId, requestHash, keepOutcome: context.keepOutcome, stream, expectedVersion, events, reservations };
    } catch (error) {
      if (error instanceof DomainError) return { refused: { reason: error.code }, commandId, requestHash };
      if (error instanceof RowRefused) return { refused: error.refusal, commandId, requestHash };
      throw error;
    }
  }
}
