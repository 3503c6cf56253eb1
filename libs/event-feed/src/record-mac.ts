import { createHmac, timingSafeEqual } from 'node:crypto';
import type { KafkaMessage } from 'kafkajs';
import type { Sql } from '#database';
import type { CloudRecord } from './cloud-event.js';

const HEADER = 'rapport-mac';

/**
 * By what a reader of ours knows the relay's records from those of anybody else who can write to the topic: HMAC-SHA256,
 * base64url, of the partition, key, value and every other header, under a key that only the relay and its readers may read
 * from the database. A copy of a record in another partition is nobody's.
 */
export class RecordMac {
  private constructor(private readonly secret: Buffer) {}

  static async load(database: Sql): Promise<RecordMac> {
    const { rows } = await database.query<{ secret: Buffer }>('SELECT secret FROM feed.record_key');
    return new RecordMac(rows[0]!.secret);
  }

  sign(record: CloudRecord): CloudRecord {
    const { partition, key, value, headers } = record;
    return { ...record, headers: { ...headers, [HEADER]: this.of(partition, key, value, headers).toString('base64url') } };
  }

  verify(partition: number, { key, value, headers = {} }: Pick<KafkaMessage, 'key' | 'value' | 'headers'>): boolean {
    const texts: Record<string, string> = {};
    for (const [name, header] of Object.entries(headers)) {
      if (!Buffer.isBuffer(header)) return false; // twice, or without a value: the relay writes neither
      texts[name] = header.toString('utf8');
    }
    const stated = Buffer.from(texts[HEADER] ?? '', 'base64url');
    const expected = this.of(partition, key?.toString('utf8') ?? null, value?.toString('utf8') ?? null, texts);
    return stated.length === expected.length && timingSafeEqual(stated, expected);
  }

  private of(partition: number, key: string | null, value: string | null, headers: Readonly<Record<string, string>>): Buffer {
    const names = Object.keys(headers).filter((name) => name !== HEADER);
    const signed = [partition, key, value, names.sort().map((name) => [name, headers[name]])];
    return createHmac('sha256', this.secret).update(JSON.stringify(signed)).digest();
  }
}
