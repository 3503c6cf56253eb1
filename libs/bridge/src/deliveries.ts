import { IdempotencyMismatch } from '#application';
import type { Database } from '#database';
import type { Uuid } from '#event-sourcing';
import type { Inbox } from './inbox.js';
import type { Delivery } from './statement.js';
import type { TakenMessage } from './taken-messages.js';

export interface DeliveryAnswer {
  deliveryId: Uuid;
  messages: readonly TakenMessage[];
  /** The first answer again. */
  replayed: boolean;
}

const KEPT_FOR = '7 days';

/** Deliveries over HTTP: a repeat under one id is answered as the first was, for seven days; what it said is kept for ever. */
export class Deliveries {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
  ) {}

  /** Throws IdempotencyMismatch where the id was used for another delivery. */
  async take(raws: readonly Uint8Array[], requestHash: string, delivery: Delivery): Promise<DeliveryAnswer> {
    const { deliveryId, channel } = delivery;
    const { rows } = await this.database.query<{ request_hash: string; answer: string | null }>(
      `WITH fresh AS (INSERT INTO bridge.deliveries (delivery_id, channel, request_hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING)
       SELECT request_hash, answer FROM bridge.deliveries WHERE delivery_id = $1`,
      [deliveryId, channel, requestHash],
    );
    const [known] = rows;
    if (known && known.request_hash !== requestHash) throw new IdempotencyMismatch();
    if (known?.answer) return { deliveryId, messages: JSON.parse(known.answer) as TakenMessage[], replayed: true };
    const messages = await this.inbox.take(raws, delivery);
    await this.database.query('UPDATE bridge.deliveries SET answer = $2 WHERE delivery_id = $1 AND answer IS NULL', [
      deliveryId,
      JSON.stringify(messages),
    ]);
    return { deliveryId, messages, replayed: false };
  }

  /** Forgets answers that nobody may ask for again; for who may delete. */
  async purge(): Promise<void> {
    await this.database.query(`DELETE FROM bridge.deliveries WHERE received_at < now() - interval '${KEPT_FOR}'`);
  }
}
