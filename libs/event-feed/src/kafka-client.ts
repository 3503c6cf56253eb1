import kafkajs, { type Kafka, type KafkaConfig, type LogEntry } from 'kafkajs';
import { createLogger } from '#telemetry';
import { guardKafkajs } from './kafkajs-guards.js';

/** Our own deadline on every call: kafkajs has been seen never to settle one. */
export const KAFKA_DEADLINE_MS = 30_000;
const CONNECTION_TIMEOUT_MS = 5_000;
const log = createLogger('kafka');

guardKafkajs();

/** How to reach Kafka, and as whom. */
export interface KafkaConnection extends Pick<KafkaConfig, 'ssl' | 'sasl' | 'socketFactory'> {
  /** `host:port` */
  brokers: readonly string[];
}

export const createKafka = (clientId: string, { brokers, ...connection }: KafkaConnection): Kafka =>
  new kafkajs.Kafka({
    ...connection,
    clientId,
    brokers: [...brokers],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: KAFKA_DEADLINE_MS,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: () => writeLog,
  });

function writeLog({ namespace, level, log: { message, error } }: LogEntry): void {
  // errors that a broker answers and kafkajs retries are its routine, not ours
  const routine = namespace === 'Connection' && message.startsWith('Response ');
  const fields = { namespace, ...(error === undefined ? {} : { error: String(error) }) };
  if (routine || level >= kafkajs.logLevel.INFO) log.debug(fields, message);
  else log.warn(fields, message);
}
