import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import kafkajs, { type Kafka } from 'kafkajs';
import { messagesOf } from './topic-messages.js';

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
  return (await messagesOf(kafka, topic)).map(({ partition, message: { key, value, headers = {} } }) => ({
    partition,
    key: key?.toString(),
    value: JSON.parse(value!.toString('utf8')) as unknown,
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)])),
  }));
}
