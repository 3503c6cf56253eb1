import {
  type SourceRegistrationCommand,
  sourceRegistration,
  sourceRegistrationStream,
  type SourceStanding,
  type SourceTerms,
} from '#back-office';
import { type CommandContext, type CommandResult, type CommandRunner, NotFound } from '#application';
import type { Database, Sql } from '#database';
import { HEAD_OFFICE, type StaffId, type Uuid } from '#event-sourcing';

/** A source as it is listed. `status`: asSeen sources spoke before sources were registered, and go on until they are. */
export interface ListedSource {
  sourceId: Uuid;
  source: string;
  status: 'registered' | 'asSeen' | 'requested';
  terms: SourceTerms | null;
  approvedBy: StaffId | null;
  /** What another person is to decide about. */
  pending: { terms: SourceTerms; requestedBy: StaffId } | null;
}

/** Who may speak for which source: decided by two persons, on record in the log, and looked up beside the inbox. */
export class SourceRegistry {
  constructor(
    private readonly database: Database,
    private readonly runner: CommandRunner,
  ) {}

  request(source: string, terms: SourceTerms, context: CommandContext): Promise<CommandResult> {
    return this.command(source, { type: 'RequestRegistration', source, terms, by: context.principal.subject }, context);
  }

  /** Throws NotFound where nothing of this id was ever requested. */
  async decide(sourceId: Uuid, verdict: 'approve' | 'refuse', context: CommandContext): Promise<CommandResult> {
    const { rows } = await this.database.query<{ source: string }>('SELECT source FROM bridge.sources WHERE source_id = $1', [sourceId]);
    if (!rows[0]) throw new NotFound();
    const type = verdict === 'approve' ? 'ApproveRegistration' : 'RefuseRegistration';
    return this.command(rows[0].source, { type, by: context.principal.subject }, context);
  }

  private async command(source: string, command: SourceRegistrationCommand, context: CommandContext): Promise<CommandResult> {
    const stream = sourceRegistrationStream(source);
    const result = await this.runner.run({ id: stream.id, created: false }, context, async () => {
      const loaded = await this.runner.load(sourceRegistration, stream.id);
      const events = sourceRegistration.decide(command, loaded?.state ?? sourceRegistration.initial);
      return { stream, version: loaded?.version ?? 0, decision: { events, branchId: HEAD_OFFICE } };
    });
    await this.show(source);
    return result;
  }

  /** The row is the stream's state, written anew: whoever died before doing so is followed by the one who asks again. */
  private async show(source: string): Promise<void> {
    const { id } = sourceRegistrationStream(source);
    const { state, version } = (await this.runner.load(sourceRegistration, id))!;
    const { terms, approvedBy, pending } = state;
    await this.database.query(
      `INSERT INTO bridge.sources AS s (source, source_id, as_seen, terms, approved_by, pending, version) VALUES ($1, $2, false, $3, $4, $5, $6)
       ON CONFLICT (source) DO UPDATE SET source_id = excluded.source_id, terms = excluded.terms, approved_by = excluded.approved_by,
         pending = excluded.pending, version = excluded.version WHERE s.version < excluded.version`,
      [source, id, terms ? JSON.stringify(terms) : null, approvedBy ?? null, pending ? JSON.stringify(pending) : null, version],
    );
  }

  async list(): Promise<ListedSource[]> {
    const { rows } = await this.database.query<SourceRow & { sourceId: Uuid; approvedBy: StaffId | null; pending: string | null }>(
      `SELECT source_id AS "sourceId", source, as_seen AS "asSeen", terms, approved_by AS "approvedBy", pending FROM bridge.sources ORDER BY source`,
    );
    return rows.map(({ asSeen, terms, pending, ...row }) => ({
      ...row,
      status: terms !== null ? 'registered' : asSeen ? 'asSeen' : 'requested',
      terms: terms === null ? null : (JSON.parse(terms) as SourceTerms),
      pending: pending === null ? null : (JSON.parse(pending) as ListedSource['pending']),
    }));
  }
}

interface SourceRow {
  source: string;
  asSeen: boolean;
  terms: string | null;
}

/** What is known of these sources; one that is absent is not registered. */
export async function standingsOf(sql: Sql, sources: readonly string[]): Promise<ReadonlyMap<string, SourceStanding>> {
  if (sources.length === 0) return new Map();
  const { rows } = await sql.query<SourceRow>(
    `SELECT source, as_seen AS "asSeen", terms FROM bridge.sources WHERE source = ANY ($1::text[]) AND (as_seen OR terms IS NOT NULL)`,
    [[...new Set(sources)]],
  );
  return new Map(
    rows.map(({ source, terms }) => [
      source,
      terms === null ? { is: 'asSeen' } : { is: 'registered', terms: JSON.parse(terms) as SourceTerms },
    ]),
  );
}
