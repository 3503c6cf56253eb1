// The Kafka of one test run: KAFKA_BROKERS where set, else a container where Docker answers, else a local broker.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { freePort, startKafka } from './local-kafka.mjs';

const IMAGE = 'apache/kafka:4.3.1';
const DOCKER_ANSWER_MS = 3_000;

/** Answers `{ brokers, stop }`, or `{ notRun: reason }` where this machine has no Kafka to offer. Never rejects. */
export async function startKafkaForTests() {
  const { KAFKA_BROKERS: brokers } = process.env;
  if (brokers) return { brokers, stop: async () => {} };
  const reasons = [];
  if (await dockerAnswers()) {
    try {
      return await startContainer();
    } catch (error) {
      reasons.push(`container: ${error.message}`);
    }
  } else {
    reasons.push('Docker does not answer');
  }
  try {
    return await startKafka();
  } catch (error) {
    reasons.push(error.message);
  }
  const notRun = reasons.join('; ');
  console.warn(`\n*** Suites on Kafka are NOT RUN: ${notRun}\n`);
  return { notRun };
}

async function dockerAnswers() {
  try {
    await promisify(execFile)('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: DOCKER_ANSWER_MS });
    return true;
  } catch {
    return false;
  }
}

// The image listens inside on 9092 and must advertise the port that Docker maps, so the port is chosen beforehand.
async function startContainer() {
  const { GenericContainer, Wait } = await import('testcontainers');
  const port = await freePort();
  const kafka = await new GenericContainer(IMAGE)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: 'PLAINTEXT://0.0.0.0:9092,CONTROLLER://0.0.0.0:9094',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9094',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start();
  return { brokers: `${kafka.getHost()}:${port}`, stop: () => kafka.stop() };
}
