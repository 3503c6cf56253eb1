import { type ChildProcess, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { replayTierChanges, type TierChange } from './index.js';
import { ensureTopic } from '#event-feed';
import { type BackOfficeUnderTest, startBackOffice } from '../../../test/support/back-office.js';
import { assets, rawOf } from '../../../test/support/back-office-messages.js';
import { produceSnappy } from '../../../test/support/packed-batches.js';
import { ended, jsonRecordsOf, produce, startBridgeProcess } from '../../../test/support/bridge.js';
import { describeWithKafka, testBrokers, testTopic } from '../../../test/support/kafka.js';
import { testKafka } from '../../../test/support/topic.js';

jest.setTimeout(180_000);
const ROOT = path.resolve(import.meta.dirname, '../../..');
const addFormats = createRequire(import.meta.url)('ajv-formats') as (ajv: Ajv2020) => void;

describeWithKafka('the bridge as a process', () => {
  let t: BackOfficeUnderTest;
  let environment: Record<string, string>;
  const [inbound, outbound] = [testTopic('back-office'), testTopic('tier-changes')];
  const running = new Set<ChildProcess>();
  const start = (): ChildProcess => {
    const child = startBridgeProcess(environment);
    running.add(child);
    return child;
  };
  beforeAll(async () => {
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: ROOT, stdio: 'pipe' });
    t = await startBackOffice();
    await ensureTopic(testKafka(), inbound);
    environment = {
      DATABASE_URL: t.under.url,
      MASTER_KEY_FILE: t.under.masterKeyFile,
      KAFKA_BROKERS: testBrokers().join(','),
      BACK_OFFICE_TOPIC: inbound,
      TIER_CHANGES_TOPIC: outbound,
      BACK_OFFICE_GROUP: `${inbound}.bridge`,
    };
  });
  afterAll(async () => {
    await Promise.all([...running].map((child) => ended(child, 'SIGKILL')));
    await t.close();
  });

  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; tries < 1_200; tries++) {
      if (await holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`never ${what}`);
  };
  const count = async (text: string, values: unknown[] = []): Promise<number> =>
    (await t.under.owner.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${text}`, values)).rows[0]!.n;

  it('takes what comes over Kafka once, though it is killed in the middle and its successor is given some of it again', async () => {
    const accounts = ['k1', 'k2', 'k3', 'k4'];
    await t.owner(...accounts);
    const said = accounts.flatMap((account) =>
      Array.from({ length: 60 }, (_, i) => assets(account, `2024-0${1 + (i % 9)}-${10 + Math.floor(i / 9)}`, i, { sequence: i + 1 })),
    );
    const records = said.map((message) => ({ key: message.accountId!, value: rawOf(message) }));
    const first = start();
    await produce(testKafka(), inbound, records.slice(0, 120));
    await until('took any', async () => (await count(`bridge.messages WHERE channel = 'kafka'`)) > 0);
    await ended(first, 'SIGKILL');
    await produce(testKafka(), inbound, [...records.slice(100), { key: 'x', value: Buffer.from('no message') }]);
    start();
    start();
    await until('applied all', async () => (await count(`bridge.messages WHERE channel = 'kafka' AND status = 'applied'`)) === 240);
    expect(await count(`log.events WHERE type = 'AssetsObserved'`)).toBe(240);
    await until('parked the broken one', async () => (await count(`bridge.messages WHERE status = 'parked'`)) === 1);
    await t.under.settled();
    expect(await count('read.account_gaps WHERE closed_position IS NULL')).toBe(0);
    expect(await count('read.account_assets WHERE replaced_at IS NULL')).toBe(240);
  });

  it('sets a batch that nobody can unpack aside with its place, and goes on', async () => {
    const packed = testTopic('back-office-packed');
    const admin = testKafka().admin();
    await admin.connect();
    const topic = { topic: packed, numPartitions: 1, configEntries: [{ name: 'compression.type', value: 'producer' }] };
    await admin.createTopics({ topics: [topic], waitForLeaders: true });
    await admin.disconnect();
    await produceSnappy(testKafka(), packed, [{ partition: 0, value: rawOf(assets('k1', '2024-11-01', 1)) }]);
    const bridge = { ...environment, BACK_OFFICE_TOPIC: packed, BACK_OFFICE_GROUP: `${packed}.bridge` };
    for (const day of ['2024-11-02', '2024-11-03']) {
      await produce(testKafka(), packed, [{ key: 'k1', value: rawOf(assets('k1', day, 2)) }]);
      const child = startBridgeProcess(bridge);
      const applied = `bridge.messages WHERE on_date = '${day}' AND status = 'applied'`;
      await until('took what came behind it', async () => (await count(applied)) === 1).finally(() => ended(child, 'SIGTERM'));
    }
    const { rows } = await t.under.owner.query(`SELECT reason, pointer FROM bridge.messages WHERE adapter = 'undecodable-batch'`);
    expect(rows).toEqual([{ reason: 'undecodable-batch', pointer: '/0/0' }]);
  });

  it('applies what waited once its account has an owner, without anybody asking', async () => {
    await produce(testKafka(), inbound, [{ key: 'w', value: rawOf(assets('waits', '2025-03-11', 5)) }]);
    await until('came', async () => (await count(`bridge.messages WHERE account_id = 'waits' AND status = 'waiting'`)) === 1);
    await t.owner('waits');
    await until('was applied', async () => (await count(`bridge.messages WHERE account_id = 'waits' AND status = 'applied'`)) === 1);
  });

  it('tells tier changes by their schema, without a name or a number in them, in order per client', async () => {
    const clients = [await t.owner(), await t.owner(), await t.owner()];
    for (const client of clients) {
      await t.manager.post(
        `/v1/clients/${client}/tier/initialise`,
        { tier: 'SILVER', effectiveFrom: '2025-01-01', basis: 'test' },
        { version: 0 },
      );
      await t.tier(client, { type: 'TierPromoted', data: { from: 'SILVER', to: 'GOLD', effectiveFrom: '2025-02-01', ruleVersion: '1' } });
      await t.tier(client, {
        type: 'TierCorrected',
        data: {
          intervals: [{ tier: 'SILVER', validFrom: '2025-01-01', validTo: '2025-02-01' }],
          cause: 'late-facts',
          affectedCommitments: [],
        },
      });
    }
    const topic = async () => jsonRecordsOf(testKafka(), outbound);
    await until('told them all', async () => (await topic()).length >= 9);
    const records = await topic();
    const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
    addFormats(ajv);
    const schema = JSON.parse(readFileSync(path.join(ROOT, 'apps/bridge/contracts/tier-change.schema.json'), 'utf8')) as object;
    const valid = ajv.compile(schema);
    for (const { value } of records) expect([value, valid(value)]).toEqual([value, true]);
    expect(JSON.stringify(records)).not.toMatch(/王芳|310101|C-\d+-\d+|late-facts/);
    for (const client of clients) {
      const of = records.filter(({ key }) => key === client).map(({ value }) => value as TierChange);
      expect(of.map(({ kind }) => kind)).toEqual(['initialised', 'promoted', 'corrected']);
      expect(of.map(({ position }) => position)).toEqual([...of.map(({ position }) => position)].sort((a, b) => a - b));
    }
    expectChained(records.map(({ partition, value }) => ({ partition, ...(value as TierChange) })));
  });

  it('tells them again from a position, to readers who know the copies', async () => {
    const before = (await jsonRecordsOf(testKafka(), outbound)).map(({ partition, value }) => ({ partition, ...(value as TierChange) }));
    const from = [...before].sort((a, b) => a.position - b.position)[5]!.position;
    expect(await replayTierChanges(t.database, t.under.reader, outbound, from)).toBe(4);
    await until('told again', async () => (await jsonRecordsOf(testKafka(), outbound)).length === before.length + 4);
    const after = (await jsonRecordsOf(testKafka(), outbound)).map(({ partition, value }) => ({ partition, ...(value as TierChange) }));
    const copies = after.filter(({ position }) => position >= from);
    expect(copies).toHaveLength(8);
    expect(new Set(copies.map((change) => JSON.stringify(change))).size).toBe(4);
  });

  it('stops when it is asked to', async () => {
    const codes = await Promise.all([...running].map((child) => ended(child, 'SIGTERM')));
    expect(codes.filter((code) => code !== null)).toEqual([0, 0]);
  });
});

/** Every message names the one before it in its partition. */
function expectChained(changes: readonly (TierChange & { partition: number })[]): void {
  const last = new Map<number, number>();
  for (const { partition, position, previousPosition } of changes) {
    expect(previousPosition).toBe(last.get(partition) ?? 0);
    last.set(partition, position);
  }
}
