import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import kafkajs, { type Kafka } from 'kafkajs';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The bridge as a process of its own, from what was compiled. */
export function startBridgeProcess(env: Record<string, string>): ChildProcess {
  const all = { ...process.env, NODE_OPTIONS: '', LOG_LEVEL: 'fatal', ...env };
  return spawn(process.execPath, ['dist/apps/bridge/src/main.js'], { cwd: ROOT, env: all, stdio: ['ignore', 'ignore', 'inherit'] });
}

export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
  return child.exitCode;
}

/** Sends values to a topic, as a back office would: one key an account. */
export async function produce(kafka: Kafka, topic: string, records: readonly { key: string; value: Buffer }[]): Promise<void> {
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
  await producer.connect();
  await producer.send({ topic, messages: [...records] });
  await producer.disconnect();
}

export interface TopicRecord {
  partition: number;
  key: string | undefined;
  value: unknown;
  headers: Record<string, string>;
}

/** Everything that a topic of JSON holds, in offset order within each partition. */
export async function jsonRecordsOf(kafka: Kafka, topic: string): Promise<TopicRecord[]> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map(
    (await admin.fetchTopicOffsets(topic)).map(({ partition, high, low }) => [partition, { high: BigInt(high), low: BigInt(low) }]),
  );
  await admin.disconnect();
  const missing = new Set([...ends].filter(([, { high, low }]) => high > low).map(([partition]) => partition));
  const records: TopicRecord[] = [];
  if (missing.size === 0) return records;
  const consumer = kafka.consumer({ groupId: `${topic}.reader.${Math.random()}`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ partition, message }: kafkajs.EachMessagePayload): Promise<void> => {
      if (!missing.has(partition)) return;
      const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)] as const);
      records.push({
        ...{ partition, key: message.key?.toString(), value: JSON.parse(message.value!.toString('utf8')) as unknown },
        headers: Object.fromEntries(headers),
      });
      if (BigInt(message.offset) + 1n >= ends.get(partition)!.high) missing.delete(partition);
      if (missing.size === 0) resolve();
    };
    consumer.run({ autoCommit: false, eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return records;
}
