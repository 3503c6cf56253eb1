import { inboxConflictStream } from '#back-office';
import type { Database } from '#database';
import { HEAD_OFFICE, type Uuid } from '#event-sourcing';
import type { FactLog } from './fact-log.js';

const CHUNK = 500;

interface Unnoted {
  messageId: Uuid;
  source: string;
  record: string;
  version: number;
  otherSha256: string;
  firstSha256: string;
}

/** Writes conflicts of the inbox into the log, each once, so that what a person is asked to decide is on record. */
export class ConflictNotes {
  constructor(
    private readonly database: Database,
    private readonly facts: FactLog,
  ) {}

  async note(): Promise<void> {
    const { rows } = await this.database.query<Unnoted>(
      `SELECT c.message_id AS "messageId", c.source, c.record, c.version, c.content_sha256 AS "otherSha256", m.content_sha256 AS "firstSha256"
         FROM bridge.messages c JOIN bridge.messages m ON m.message_id = c.conflicts_with
        WHERE c.status = 'conflict' AND c.position IS NULL ORDER BY c.arrival LIMIT ${CHUNK}`,
    );
    if (rows.length === 0) return;
    const now = new Date().toISOString();
    const noted = rows.map(async ({ messageId, ...data }) => {
      const position = await this.facts.append(
        {
          stream: inboxConflictStream(messageId),
          event: { type: 'InboxConflictFound', data },
          purpose: 'found',
          contentSha256: data.otherSha256,
          branchId: HEAD_OFFICE,
          on: null,
          correlationId: messageId,
          source: { system: data.source, record: `${data.record}#${data.version}` },
        },
        now,
      );
      return { messageId, position };
    });
    const positions = await Promise.all(noted);
    await this.database.query(
      `UPDATE bridge.messages m SET position = p.position, stream_id = p.message_id FROM unnest($1::uuid[], $2::bigint[]) AS p (message_id, position)
        WHERE m.message_id = p.message_id AND m.status = 'conflict'`,
      [positions.map((p) => p.messageId), positions.map((p) => p.position)],
    );
  }
}
