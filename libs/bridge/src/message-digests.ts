import { hash } from 'node:crypto';
import type { BackOfficeMessage } from '#back-office';
import type { Database } from '#database';
import { canonicalJson, type ClientKeys } from '#privacy';
import { createLogger } from '#telemetry';

const PURPOSE = 'back-office message';
const PAGE = 10_000;
const log = createLogger('back-office');

/**
 * By what messages are told to be equal: HMAC-SHA-256 of their SHA-256, hex. What a message says is mostly few digits beside what
 * stands in plain; of a hash without a key they could be tried.
 */
export class MessageDigests {
  private rekeying: Promise<void> | undefined;

  constructor(private readonly keys: Pick<ClientKeys, 'hash'>) {}

  ofBytes(raw: Uint8Array | string): string {
    return this.keyed(hash('sha256', raw, 'hex'));
  }

  ofMessage(message: BackOfficeMessage): string {
    return this.ofBytes(canonicalJson(message));
  }

  /** Puts the key to digests that an earlier version kept without, once in a process, before anything is compared with them. */
  async readyIn(database: Database): Promise<void> {
    this.rekeying ??= this.rekey(database);
    try {
      await this.rekeying;
    } catch (error) {
      this.rekeying = undefined; // the next message tries again
      throw error;
    }
  }

  private keyed(sha256: string): string {
    return this.keys.hash(PURPOSE, sha256);
  }

  private async rekey(database: Database): Promise<void> {
    for (let done = 0; ;) {
      const { rows } = await database.query<{ id: string; content: string; raw: string }>(
        `SELECT message_id AS id, content_sha256 AS content, raw_sha256 AS raw FROM bridge.messages WHERE digest_form = 1 LIMIT ${PAGE}`,
      );
      if (rows.length === 0) return;
      // two processes at once do the same, and the second finds nothing left to change
      await database.query(
        `UPDATE bridge.messages m SET content_sha256 = k.content, raw_sha256 = k.raw, digest_form = 2
           FROM unnest($1::uuid[], $2::text[], $3::text[]) AS k (id, content, raw) WHERE m.message_id = k.id AND m.digest_form = 1`,
        [rows.map(({ id }) => id), rows.map(({ content }) => this.keyed(content)), rows.map(({ raw }) => this.keyed(raw))],
      );
      done += rows.length;
      log.info({ done }, 'digests of back office messages have a key now');
    }
  }
}
