import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { createKafka, ensureTopic, kafkaOf, type KafkaConnection, TOPIC_SETTINGS } from '#event-feed';
import { Settings } from '#telemetry';
import { describeWithKafka } from '../../../../test/support/kafka.js';
import { freePort, startKafka } from '../../../../test/support/local-kafka.mjs';
import { createLedger } from '../../../../test/support/ledger.js';
import { reached, startProjector } from '../../../../test/support/projector.js';
import { kafkaFeedOf, startRelay } from '../../../../test/support/topic.js';
import { giveAccess, kafkaNames } from './kafka-access.js';
import { brokerSettings, type KafkaUser, kafkaUsers } from './kafka-secrets.js';
import { makeSecrets } from './secrets.js';

jest.setTimeout(180_000);

const NAMES = kafkaNames(new Settings({}));

describeWithKafka('Kafka over TLS, where each process is somebody of its own', () => {
  let folder: string;
  let kafka: { port: number; stop(): Promise<void> };
  const secret = (name: string): string => readFileSync(path.join(folder, name), 'utf8').trim();
  /** As the environment of a process says it. */
  const env = (user: KafkaUser, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    KAFKA_BROKERS: `localhost:${kafka.port}`,
    KAFKA_TLS_CA_FILE: path.join(folder, 'kafka-ca'),
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_USER: user,
    KAFKA_PASSWORD_FILE: path.join(folder, `kafka-${user}-password`),
    ...more,
  });
  const connectionOf = (user: KafkaUser, more?: NodeJS.ProcessEnv): KafkaConnection => Settings.read(env(user, more), kafkaOf);
  const as = (user: KafkaUser, more?: NodeJS.ProcessEnv): ReturnType<typeof createKafka> => createKafka(user, connectionOf(user, more));

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'rapport-kafka-'));
    await makeSecrets(folder);
    const passwords = Object.fromEntries(kafkaUsers.map((user) => [user, secret(`kafka-${user}-password`)])) as Record<KafkaUser, string>;
    const [port, controller] = [await freePort(), await freePort()];
    const place = {
      advertised: `localhost:${port}`,
      listen: `127.0.0.1:${port}`,
      controller: `127.0.0.1:${controller}`,
      secrets: folder,
      data: path.join(folder, 'data'),
    };
    kafka = await startKafka({ port, dataDir: place.data, settings: brokerSettings(place, passwords) });
    await giveAccess(connectionOf('admin'), NAMES);
  });
  afterAll(async () => {
    await kafka?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function write(user: KafkaUser, topic: string): Promise<string> {
    const producer = as(user).producer({ retry: { retries: 1 }, idempotent: user === 'relay', maxInFlightRequests: 1 });
    try {
      await producer.connect();
      await producer.send({ topic, acks: -1, messages: [{ key: 'k', value: user }] });
      return 'written';
    } catch (error) {
      return (error as Error).message;
    } finally {
      await producer.disconnect();
    }
  }
  async function read(user: KafkaUser, topic: string, groupId: string): Promise<string> {
    const consumer = as(user).consumer({ groupId, retry: { retries: 8, initialRetryTime: 50, restartOnFailure: async () => false } });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      return await new Promise<string>((resolve) => {
        consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error.message));
        void consumer
          .run({ eachMessage: async ({ message }) => resolve(`read ${message.value!.toString()}`) })
          .catch((error: Error) => resolve(error.message));
      });
    } catch (error) {
      return (error as Error).message;
    } finally {
      await consumer.disconnect();
    }
  }
  /** What was given takes a moment to be known to the broker. */
  async function given(act: () => Promise<void>): Promise<void> {
    for (let left = 50; ; left--) {
      try {
        return await act();
      } catch (error) {
        if (left === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
  // the coordinator of a group that is not theirs is not told
  const REFUSED = /not authorized|find group coordinator/i;

  it('carries events from the relay to the projector with these rights alone', async () => {
    const ledger = await createLedger();
    await given(() => ensureTopic(as('relay'), NAMES.events));
    const relay = startRelay(ledger, NAMES.events, as('relay'));
    const projector = startProjector(ledger, kafkaFeedOf(ledger, NAMES.events, { kafka: as('projector'), group: 'rapport-projector' }));
    await reached(ledger, await ledger.book(60));
    await projector.stop();
    await relay.stop();
    await ledger.close();
  });

  it('lets the relay fill the event topic and the projector read it, and neither do the other', async () => {
    expect(await write('relay', NAMES.events)).toBe('written');
    expect(await read('projector', NAMES.events, 'rapport-projector')).toMatch(/^read /);
    expect(await write('projector', NAMES.events)).toMatch(REFUSED);
    expect(await read('relay', NAMES.events, 'rapport-projector')).toMatch(REFUSED);
    expect(await read('projector', NAMES.events, 'another-group')).toMatch(REFUSED);
  });

  it('lets the back office speak and the bridge hear, and nobody else speak for either', async () => {
    expect(await write('back-office', NAMES.backOffice)).toBe('written');
    expect(await read('bridge', NAMES.backOffice, NAMES.backOfficeGroup)).toBe('read back-office');
    expect(await write('bridge', NAMES.tierChanges)).toBe('written');
    for (const [user, topic] of [
      ['back-office', NAMES.events],
      ['back-office', NAMES.tierChanges],
      ['bridge', NAMES.events],
      ['bridge', NAMES.backOffice],
      ['relay', NAMES.tierChanges],
    ] as const) {
      expect([user, topic, await write(user, topic)]).toEqual([user, topic, expect.stringMatching(REFUSED)]);
    }
  });

  it.each<[string, NodeJS.ProcessEnv]>([
    ['a wrong password', { KAFKA_PASSWORD_FILE: undefined, KAFKA_PASSWORD: 'guessed' }],
    ['the name of another', { KAFKA_USER: 'admin' }],
    ['no trust in the broker’s certificate', { KAFKA_TLS_CA_FILE: undefined, KAFKA_TLS: 'on' }],
    ['no TLS', { KAFKA_TLS_CA_FILE: undefined, KAFKA_TLS: 'off', KAFKA_SASL_MECHANISM: 'scram-sha-512' }],
  ])('lets nobody in with %s', async (_what, more) => {
    const admin = as('relay', more).admin({ retry: { retries: 0 } });
    await expect(admin.connect()).rejects.toThrow();
    await admin.disconnect();
  });

  it('gives the same again, and puts a topic right that was made otherwise, leaving what others have set', async () => {
    const admin = as('admin').admin();
    await admin.connect();
    const set = { 'retention.ms': '604800000', 'compression.type': 'zstd', 'segment.ms': '3600000' };
    const configEntries = Object.entries(set).map(([name, value]) => ({ name, value }));
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: NAMES.events, configEntries }] });
    await giveAccess(connectionOf('admin'), NAMES);
    await ensureTopic(as('relay'), NAMES.events);
    const { resources } = await admin.describeConfigs({ resources: [{ type: 2, name: NAMES.events }], includeSynonyms: false });
    const now = Object.fromEntries(resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]));
    expect(now).toMatchObject({ ...TOPIC_SETTINGS, 'segment.ms': '3600000' });
    await admin.disconnect();
  });
});

it.each<[NodeJS.ProcessEnv, string]>([
  [{ KAFKA_TLS: 'yes' }, 'KAFKA_TLS is neither on nor off'],
  [{ KAFKA_TLS: 'off', KAFKA_TLS_CA: 'x' }, 'KAFKA_TLS is off, and KAFKA_TLS_CA says whom to trust'],
  [{ KAFKA_TLS: 'on', KAFKA_TLS_CERT: 'x' }, 'KAFKA_TLS_CERT and KAFKA_TLS_KEY go together'],
  [{ KAFKA_USER: 'relay' }, 'KAFKA_USER and KAFKA_PASSWORD go together'],
  [{ KAFKA_SASL_MECHANISM: 'md5' }, 'KAFKA_SASL_MECHANISM is one of plain, scram-sha-256, scram-sha-512'],
  [{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_USER: 'a', KAFKA_PASSWORD: 'b' }, 'plain tells the password to whoever listens'],
  [{ KAFKA_PASSWORD_FILE: '/no/such' }, 'KAFKA_PASSWORD_FILE /no/such cannot be read'],
])('says what is wrong with %o', (more, sentence) => {
  expect(() => Settings.read({ KAFKA_BROKERS: 'a:1', ...more }, kafkaOf)).toThrow(sentence);
});
