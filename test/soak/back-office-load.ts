import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { createKafka, ensureTopic } from '#event-feed';
import { addDays } from '#event-sourcing';
import { assets, rawOf } from '../support/back-office-messages.js';
import { aClient, type Caller } from '../support/caller.js';
import type { Chance } from '../support/chance.js';
import { TOPICS } from './world.js';

const ACCOUNTS = 12;
const SENDER = 'soak-core';
const EVERY_MS = 150;
const FIRST_DAY = '2001-01-01';

/** A back office that tells the end-of-day assets of its accounts, now and then twice, and never fewer than once. */
export class BackOfficeLoad {
  /** Messages that Kafka has acknowledged, each of another record. */
  told = 0;
  /** Copies sent besides. */
  copies = 0;
  private readonly accounts: string[] = [];
  private readonly said = new Map<string, number>();

  constructor(
    private readonly brokers: string,
    private readonly chance: Chance,
  ) {}

  /** A source that two persons have registered, and clients who own its accounts. */
  async open(manager: Caller, requesting: Caller, approving: Caller): Promise<void> {
    const terms = { subjects: [], senders: [SENDER], files: false, kinds: ['assets'], encoding: 'utf-8', zone: 'Asia/Shanghai' };
    const { body } = await requesting.post('/v1/back-office/sources', { source: 'core', ...terms });
    const approved = await approving.post(`/v1/back-office/sources/${String(body['id'])}/approve`, {});
    if (approved.status >= 400) throw new Error(`the source was not registered: ${JSON.stringify(approved.body)}`);
    await ensureTopic(createKafka('soak', { brokers: [this.brokers] }), TOPICS.backOffice);
    for (let nth = 0; nth < ACCOUNTS; nth++) {
      const accountId = `SOAK-${nth}`;
      const client = await manager.post('/v1/clients', aClient());
      const linked = await manager.post(
        `/v1/clients/${String(client.body['id'])}/link-account`,
        { accountId, role: 'owner' },
        { version: 1 },
      );
      if (linked.status >= 400) throw new Error(`no account was linked: ${JSON.stringify(linked.body)}`);
      this.accounts.push(accountId);
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    let last: { key: string; value: Buffer }[] = [];
    while (!signal.aborted) {
      const records = Array.from({ length: 1 + this.chance.whole(4) }, () => this.next());
      if (this.chance.happens(0.2)) {
        records.push(...last);
        this.copies += last.length;
      }
      await this.produce(records);
      last = records.slice(0, 3);
      await sleep(EVERY_MS);
    }
  }

  private next(): { key: string; value: Buffer } {
    const account = this.chance.one(this.accounts);
    const nth = (this.said.get(account) ?? 0) + 1;
    this.said.set(account, nth);
    this.told++;
    return { key: account, value: rawOf(assets(account, addDays(FIRST_DAY, nth), 100 * nth, { sequence: nth })) };
  }

  /** Again and again until it is acknowledged, with a producer of its own each time. */
  private async produce(messages: { key: string; value: Buffer }[]): Promise<void> {
    for (;;) {
      const producer = createKafka('soak', { brokers: [this.brokers] }).producer({
        createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
        allowAutoTopicCreation: false,
        retry: { retries: 0 },
      });
      try {
        await producer.connect();
        const headers = { ce_source: SENDER };
        await producer.send({ topic: TOPICS.backOffice, acks: -1, messages: messages.map((message) => ({ ...message, headers })) });
        return;
      } catch {
        await sleep(EVERY_MS);
      } finally {
        await producer.disconnect().catch(() => undefined);
      }
    }
  }
}
