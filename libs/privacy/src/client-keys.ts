import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { v4 as randomUuid } from 'uuid';
import type { Uuid } from '#event-sourcing';
import type { DataKey } from './event-key.js';
import type { MasterKeys } from './master-keys.js';

/** The part of a connection pool that the keys need. */
interface Queryable {
  query(text: string, values: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

interface KeyRow {
  client_id: Uuid;
  key_id: Uuid;
  epoch: number;
  wrapped: Buffer;
}

const CACHE_MAX = 50_000;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** One data key per client, wrapped by the key-encryption key of an epoch. */
export class ClientKeys {
  private readonly cache = new Map<Uuid, DataKey>();

  constructor(
    private readonly pool: Queryable,
    private readonly master: MasterKeys,
  ) {}

  /** HMAC-SHA256 under a key of this purpose alone, hex: equal texts are recognised, and nobody without the key can try them. */
  hash(purpose: string, text: string): string {
    return this.master.hash(purpose, text);
  }

  /** The keys of these clients; a client without one gets one. Concurrent callers agree on the first that was stored. */
  async ensure(clientIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, DataKey>> {
    const found = await this.find(clientIds);
    const missing = [...new Set(clientIds)].filter((id) => !found.has(id));
    if (missing.length === 0) return found;
    const made = missing.map((clientId): [KeyRow, DataKey] => {
      const key = { keyId: randomUuid(), secret: randomBytes(32) };
      return [this.wrap(clientId, key), key];
    });
    const rows = made.map(([row]) => row);
    const { rows: stored } = await this.pool.query(
      `INSERT INTO privacy.data_keys (client_id, key_id, epoch, wrapped)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::bytea[]) ON CONFLICT (client_id) DO NOTHING RETURNING client_id`,
      [rows.map((row) => row.client_id), rows.map((row) => row.key_id), rows.map((row) => row.epoch), rows.map((row) => row.wrapped)],
    );
    const ours = new Set(stored.map(({ client_id }) => client_id));
    for (const [{ client_id }, key] of made) if (ours.has(client_id)) this.remember(client_id, key);
    return new Map([...found, ...(await this.find(missing))]); // those of others who were first are looked up
  }

  async ensureOne(clientId: Uuid): Promise<DataKey> {
    return this.cache.get(clientId) ?? (await this.ensure([clientId])).get(clientId)!;
  }

  /** The keys that exist; a client without one was never registered, or is erased. */
  async find(clientIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, DataKey>> {
    const unknown = [...new Set(clientIds)].filter((id) => !this.cache.has(id));
    if (unknown.length > 0) {
      const { rows } = await this.pool.query(
        'SELECT client_id, key_id, epoch, wrapped FROM privacy.data_keys WHERE client_id = ANY ($1::uuid[])',
        [unknown],
      );
      for (const row of rows as unknown as KeyRow[]) this.remember(row.client_id, this.unwrap(row));
    }
    return new Map(clientIds.flatMap((id) => this.cached(id)));
  }

  async findOne(clientId: Uuid): Promise<DataKey | undefined> {
    return this.cache.get(clientId) ?? (await this.find([clientId])).get(clientId);
  }

  private cached(id: Uuid): [Uuid, DataKey][] {
    const key = this.cache.get(id);
    return key ? [[id, key]] : [];
  }

  private remember(clientId: Uuid, key: DataKey): void {
    if (this.cache.size >= CACHE_MAX) this.cache.delete(this.cache.keys().next().value!); // oldest first: the map keeps insertion order
    this.cache.set(clientId, key);
  }

  private wrap(clientId: Uuid, { keyId, secret }: DataKey): KeyRow {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.master.keyOf(this.master.epoch)!, iv);
    cipher.setAAD(Buffer.from(`${clientId}|${keyId}`));
    const wrapped = Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
    return { client_id: clientId, key_id: keyId, epoch: this.master.epoch, wrapped };
  }

  private unwrap({ client_id, key_id, epoch, wrapped }: KeyRow): DataKey {
    const kek = this.master.keyOf(epoch);
    if (!kek) throw new Error(`the key-encryption key of epoch ${epoch} is not in the master key file`);
    const decipher = createDecipheriv('aes-256-gcm', kek, wrapped.subarray(0, IV_BYTES));
    decipher.setAAD(Buffer.from(`${client_id}|${key_id}`));
    decipher.setAuthTag(wrapped.subarray(-TAG_BYTES));
    const secret = Buffer.concat([decipher.update(wrapped.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
    return { keyId: key_id, secret };
  }
}

/** The bounded cache above holds while a process runs: whoever destroys a key restarts its holders or waits for them. */
export const privacyMigrations = [
  {
    name: 'privacy-001-data-keys',
    sql: `
      CREATE SCHEMA privacy;
      CREATE TABLE privacy.data_keys (
        client_id  uuid PRIMARY KEY,
        key_id     uuid NOT NULL UNIQUE,
        epoch      int NOT NULL,
        wrapped    bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      GRANT USAGE ON SCHEMA privacy TO rapport_api, rapport_projector;
      GRANT SELECT, INSERT ON privacy.data_keys TO rapport_api;
      GRANT SELECT ON privacy.data_keys TO rapport_projector;
    `,
  },
];
