import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { assignedOn } from '#clients';
import { type LocalDate, toLocalDate, type Uuid } from '#event-sourcing';
import { blindIndex, ClientKeys, MasterKeys } from '#privacy';
import { type ClientFile, type ClientFileRow, clientFileTable, NAME_INDEX } from './client-files.js';
import { type Page, pageOf, type PageRequest } from '../reading/page.js';
import { repositoryOf } from '../reading/entity.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';
import { openRow } from '../reading/open-row.js';

export type ClientSummary = Pick<ClientFileRow, 'clientId' | 'clientNo' | 'branchId' | 'party' | 'status' | 'provisional'>;

export interface ClientFileView extends ClientSummary, ClientFile, AsOf {
  /** Versions of the client's streams, for If-Match: client, assignments, tier. 0: nothing recorded yet. */
  versions: { client: number; assignments: number; tier: number };
  primaryManager: string | null;
}

/** One client's file. `masked`: identifiers and addresses show their last characters only. */
export class ClientFileQuery extends Query<ClientFileView | undefined> {
  constructor(
    readonly clientId: Uuid,
    readonly scope: string,
    readonly masked: boolean,
    readonly firmZone: string,
  ) {
    super();
  }
}

@QueryHandler(ClientFileQuery)
export class ClientFileHandler implements IQueryHandler<ClientFileQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly keys: ClientKeys,
  ) {}

  async execute({ clientId, scope, masked, firmZone }: ClientFileQuery): Promise<ClientFileView | undefined> {
    const found = await this.database.asOf(scope, clientFileTable, async (manager) => {
      const row = await repositoryOf(manager, clientFileTable).findOneBy({ clientId });
      return row ? { row } : undefined;
    });
    if (!found) return undefined;
    const { row, ...asOf } = found;
    const file = openRow(JSON.parse(row.file), await this.keys.findOne(clientId)) as ClientFile;
    const today = toLocalDate(new Date().toISOString(), firmZone);
    return {
      ...summary(row),
      ...(masked ? mask(file) : file),
      primaryManager: primaryOn(file, today),
      versions: { client: row.clientVersion, assignments: row.assignmentsVersion, tier: row.tierVersion },
      ...asOf,
    };
  }
}

const primaryOn = (file: ClientFile, date: LocalDate): string | null =>
  assignedOn(file.assignments, date).find((a) => a.primary)?.staffId ?? null;

/** Identifiers and addresses keep their last four characters. */
function mask(file: ClientFile): ClientFile {
  const tail = (value: unknown): unknown => (typeof value === 'string' ? `****${value.length > 8 ? value.slice(-4) : ''}` : value);
  const { idNumber, birthDate, ...identity } = file.identity;
  const masked = { ...(idNumber !== undefined && { idNumber: tail(idNumber) }), ...(birthDate !== undefined && { birthDate: '****' }) };
  const reachableAt = Array.isArray(file.reachableAt)
    ? file.reachableAt.map((one: { channel: string; address: string }) => ({ ...one, address: tail(one.address) }))
    : file.reachableAt;
  return { ...file, identity: { ...identity, ...masked }, reachableAt };
}

/** Clients by id, newest first. `name` is matched through its blind index: the whole name, case and width folded. */
export class ClientListQuery extends Query<Page<ClientSummary> & AsOf> {
  constructor(
    readonly scope: string,
    readonly filter: { clientNo?: string; status?: string; name?: string },
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ClientListQuery)
export class ClientListHandler implements IQueryHandler<ClientListQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly master: MasterKeys,
  ) {}

  async execute({ scope, filter, page }: ClientListQuery): Promise<Page<ClientSummary> & AsOf> {
    const answer = await this.database.asOf(scope, clientFileTable, async (manager) => {
      const rows = repositoryOf(manager, clientFileTable)
        .createQueryBuilder('c')
        .orderBy('c.clientId', 'DESC')
        .limit(page.limit + 1);
      if (filter.clientNo !== undefined) rows.andWhere('c.clientNo = :clientNo', { clientNo: filter.clientNo });
      if (filter.status !== undefined) rows.andWhere('c.status = :status', { status: filter.status });
      if (filter.name !== undefined) rows.andWhere('c.nameIndex = :index', { index: blindIndex(this.master, NAME_INDEX, filter.name) });
      if (page.after) rows.andWhere('c.clientId < :after', { after: page.after[0] });
      return pageOf(await rows.getMany(), page.limit, summary, (row) => [row.clientId]);
    });
    return answer!;
  }
}

const summary = ({ clientId, clientNo, branchId, party, status, provisional }: ClientFileRow): ClientSummary => ({
  clientId,
  clientNo,
  branchId,
  party,
  status,
  provisional,
});
