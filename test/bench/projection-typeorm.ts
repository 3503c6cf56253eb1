import { DataSource, EntitySchema, In } from 'typeorm';
import type { RecordedEvent, When } from '#event-sourcing';

interface Contact {
  contactId: string;
  clientId: string;
  branchId: string;
  startedOn: string | null;
  channel: string;
  direction: string;
  automated: boolean;
}

const contactEntity = new EntitySchema<Contact>({
  name: 'contact',
  schema: 'read_client_contacts_1', // the table itself, for what readers see is a view
  tableName: 'client_contacts',
  columns: {
    contactId: { type: 'uuid', name: 'contact_id', primary: true },
    clientId: { type: 'uuid', name: 'client_id' },
    branchId: { type: 'text', name: 'branch_id' },
    startedOn: { type: 'date', name: 'started_on', nullable: true },
    channel: { type: 'text' },
    direction: { type: 'text' },
    automated: { type: 'boolean' },
  },
});

const checkpointEntity = new EntitySchema<{ name: string; position: number }>({
  name: 'checkpoint',
  tableName: 'bench_checkpoint',
  columns: { name: { type: 'text', primary: true }, position: { type: 'bigint' } },
});

type Stated = Pick<Contact, 'channel' | 'direction' | 'automated'> & { startedAt: When };

export interface TypeormProjection {
  /** Folds these pages into client_contacts, a transaction each. */
  project(pages: readonly RecordedEvent[][], localDate: (at: string) => string): Promise<void>;
  close(): Promise<void>;
}

/** The same read model as TypeORM's documentation would have it written: find by ids, change, upsert. */
export async function openTypeormProjection(url: string): Promise<TypeormProjection> {
  const entities = [contactEntity, checkpointEntity];
  const source = await new DataSource({ type: 'postgres', url, entities, installExtensions: false, poolSize: 2 }).initialize();
  await source.query('CREATE TABLE bench_checkpoint (name text PRIMARY KEY, position bigint NOT NULL)');
  const project = async (pages: readonly RecordedEvent[][], localDate: (at: string) => string): Promise<void> => {
    for (const page of pages) {
      await source.transaction(async (manager) => {
        const contacts = manager.getRepository(contactEntity);
        const found = await contacts.find({ where: { contactId: In([...new Set(page.map(({ streamId }) => streamId))]) } });
        const rows = new Map(found.map((row) => [row.contactId, row]));
        for (const event of page) rows.set(event.streamId, fold(event, localDate));
        await contacts.upsert([...rows.values()], { conflictPaths: ['contactId'], skipUpdateIfNoValuesChanged: false });
        await manager.getRepository(checkpointEntity).upsert({ name: 'contacts', position: page.at(-1)!.position }, ['name']);
      });
    }
  };
  return { project, close: () => source.destroy() };
}

/** Every event of this benchmark states all members, so that the last one holds. */
function fold(event: RecordedEvent, localDate: (at: string) => string): Contact {
  const { channel, direction, automated, startedAt } = JSON.parse(event.data) as Stated;
  const { branchId } = JSON.parse(event.metadata) as { branchId: string };
  return {
    contactId: event.streamId,
    clientId: event.key,
    branchId,
    channel,
    direction,
    automated,
    startedOn: startedAt.precision === 'instant' ? localDate(startedAt.at) : null,
  };
}
