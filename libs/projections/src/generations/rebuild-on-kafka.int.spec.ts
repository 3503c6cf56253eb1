import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { rebuild, releaseKept } from '../index.js';
import { describeWithKafka, testTopic } from '../../../../test/support/kafka.js';
import { balances, createLedger, digestOf, expectedDigest, type Ledger, ledgerRegistry, tallies } from '../../../../test/support/ledger.js';
import { reached, startProjector } from '../../../../test/support/projector.js';
import { kafkaFeedOf, startRelay, testKafka } from '../../../../test/support/topic.js';

jest.setTimeout(120_000);

describeWithKafka('read models on Kafka', () => {
  let ledger: Ledger;
  const started = new Set<{ stop(): Promise<void> }>();
  const using = <T extends { stop(): Promise<void> }>(part: T): T => {
    started.add(part);
    return part;
  };
  const stop = async (part: { stop(): Promise<void> }): Promise<void> => {
    started.delete(part);
    await part.stop();
  };
  const member = (topic: string) => using(startProjector(ledger, kafkaFeedOf(ledger, topic)));
  const rebuilt = async (projection: typeof balances) => {
    const result = await rebuild({ url: ledger.url, projection, registry: ledgerRegistry, by: 'tester' });
    await releaseKept(ledger.owner, projection.name);
    return result;
  };

  beforeAll(async () => {
    ledger = await createLedger({ generations: true });
  });
  afterEach(() => Promise.all([...started].map(stop)));
  afterAll(() => ledger.close());

  it('are rebuilt into the same rows while their readers come and go and events keep coming', async () => {
    const topic = testTopic('rebalanced');
    using(startRelay(ledger, topic));
    member(topic);
    await reached(ledger, await ledger.book(200));
    let running = true;
    let end = 0;
    const appends = (async () => {
      while (running) {
        end = await ledger.book(10);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    const comings = (async () => {
      while (running) {
        const other = member(topic);
        await new Promise((resolve) => setTimeout(resolve, 700));
        await stop(other);
      }
    })();
    try {
      for (let round = 0; round < 3; round++) {
        for (const projection of [balances, tallies]) {
          const result = await rebuilt(projection);
          expect({ round, ...result }).toMatchObject({ outcome: 'swapped', parkedEvents: 0, tables: [{ same: true }, { same: true }] });
        }
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    } finally {
      running = false;
      await Promise.all([appends, comings]);
    }
    await reached(ledger, end);
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner));
  });

  it('lose nothing with the topic: a new one is filled from the log, and what is folded from it is what a rebuild gives', async () => {
    const topic = testTopic('disposable');
    using(startRelay(ledger, topic));
    member(topic);
    await reached(ledger, await ledger.book(100));
    const admin = testKafka().admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
    const end = await ledger.book(100);
    await reached(ledger, end);
    for (const projection of [balances, tallies]) {
      expect(await rebuilt(projection)).toMatchObject({ outcome: 'swapped', joinedAt: end, tables: [{ same: true }, { same: true }] });
    }
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner));
  });
});
