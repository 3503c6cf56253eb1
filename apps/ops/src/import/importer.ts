import { type CommandContext, EventCodec, eventRegistry } from '#application';
import { type DomainEvent, DomainError, type RecordedEvent, type Uuid } from '#event-sourcing';
import type { Append, EventStore, Outcome } from '#event-store';
import type { ClientKeys, RequestHasher } from '#privacy';
import { type Fact, importedId, type Refusal, type Source, type SourceOptions, type SourceRow } from './source.js';
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

const builds = (row: SourceRow): boolean => 'facts' in row && row.facts.some((fact) => !fact.creates);
const makes = (row: SourceRow): boolean => 'facts' in row && row.facts.some((fact) => fact.creates);
const DECISIONS_MAX = 4;

/**
 * Streams a source's rows into the log. Every fact is one append under a command id derived from its record, so that an
 * import that was killed is simply run again: what was appended answers as a repeat, and nothing comes twice.
 */
export class Importer {
  private readonly codec: EventCodec;

  constructor(private readonly parts: ImportParts) {
    this.codec = new EventCodec(eventRegistry, parts.keys);
  }

  async run(source: Source, path: string, options: SourceOptions, watcher: ImportWatcher): Promise<ImportResult> {
    const result: ImportResult = { rowsRead: 0, rowsAccepted: 0, rowsRefused: 0, eventsAppended: 0, positions: new PositionSet() };
    let before: Promise<void> = Promise.resolve();
    // One batch is prepared while the one before it is appended; what builds on existing streams waits for it.
    const take = async (batch: readonly SourceRow[]): Promise<void> => {
      const earlier = before;
      if (batch.some(builds)) await earlier;
      const taken = this.takeBatch(source.name, batch, options, result, watcher);
      before = Promise.all([earlier, taken]).then(() => watcher.progress(result.rowsRead));
      before.catch(() => undefined); // awaited with the next batch
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
    const facts = batch.flatMap((row) => ('facts' in row ? row.facts : []));
    await this.parts.keys.ensure(facts.filter((fact) => fact.creates).map((fact) => fact.stream.key));
    const pasts = await this.load(facts);
    const judged = await Promise.all(batch.map((row) => this.takeRow(system, row, pasts, options)));
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

  /** All facts of a row, in order; the first that is refused refuses the row. */
  private async takeRow(
    system: string,
    row: SourceRow,
    pasts: ReadonlyMap<Uuid, readonly RecordedEvent[]>,
    options: SourceOptions,
  ): Promise<Refusal | { outcomes: { position: number; eventCount: number }[] }> {
    if ('refused' in row) return row.refused;
    const outcomes: { position: number; eventCount: number }[] = [];
    const pastOf = (fact: Fact) => pasts.get(fact.stream.id) ?? [];
    const prepared = await Promise.all(row.facts.map((fact) => this.prepare(system, fact, pastOf(fact), options)));
    // what makes a stream is judged by the row alone: one refused fact refuses the row before anything of it is appended
    const refused = row.facts.length > 1 && prepared.find((one) => one !== undefined && 'refused' in one);
    if (refused && 'refused' in refused) return refused.refused;
    for (const [i, fact] of row.facts.entries()) {
      const outcome = await this.takeFact(system, fact, pastOf(fact), options, prepared[i]);
      if ('reason' in outcome) return outcome;
      outcomes.push(outcome);
    }
    return { outcomes };
  }

  private async takeFact(
    system: string,
    fact: Fact,
    loaded: readonly RecordedEvent[],
    options: SourceOptions,
    first: Awaited<ReturnType<Importer['prepare']>>,
  ): Promise<Refusal | { position: number; eventCount: number }> {
    let past = loaded;
    for (let attempt = 1; attempt <= DECISIONS_MAX; attempt++) {
      const prepared = attempt === 1 ? first : await this.prepare(system, fact, past, options);
      if (prepared === undefined) return { reason: 'unknown-client' };
      let outcome: Outcome | undefined;
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
          return { reason: 'known-with-other-content' };
        case 'reserved':
          return { reason: 'client-number-taken' };
        case 'conflict':
          past = await this.parts.store.load(fact.stream.id);
      }
    }
    return { reason: 'too-many-writers' };
  }

  private async prepare(
    system: string,
    fact: Fact,
    past: readonly RecordedEvent[],
    options: SourceOptions,
  ): Promise<Append | { refused: Refusal; commandId: Uuid; requestHash: string } | undefined> {
    const commandId = importedId(system, fact.record, 'command');
    const requestHash = this.parts.hasher.hash([system, fact.record, fact.content]);
    if (!fact.creates && past.length === 0) return undefined;
    const context: CommandContext = {
      ...{ commandId, requestHash, keepOutcome: 'forever', now: options.now, correlationId: importedId(system, fact.record, 'import') },
      principal: { subject: `import:${system}`, role: 'integrationClient', branchScope: '*' },
      source: { system, record: fact.record },
    };
    try {
      const decided = fact.decide(await this.codec.decode<DomainEvent>(past));
      if (decided.some(({ occurred }) => occurred.at > options.now))
        return { refused: { reason: 'in-the-future' }, commandId, requestHash };
      const encode = ({ event, occurred }: (typeof decided)[number]) =>
        this.codec.encode([event], fact.stream.key, fact.branchId, { ...context, occurred });
      const events = (await Promise.all(decided.map(encode))).flat();
      const { stream, reservations } = fact;
      return {
        commandId,
        requestHash,
        keepOutcome: 'forever',
        stream,
        expectedVersion: fact.creates ? 0 : past.length,
        events,
        reservations,
      };
    } catch (error) {
      if (error instanceof DomainError) return { refused: { reason: error.code }, commandId, requestHash };
      throw error;
    }
  }

  private async load(facts: readonly Fact[]): Promise<ReadonlyMap<Uuid, readonly RecordedEvent[]>> {
    const ids = [...new Set(facts.filter((fact) => !fact.creates).map((fact) => fact.stream.id))];
    return ids.length === 0 ? new Map() : this.parts.store.loadMany(ids);
  }
}
