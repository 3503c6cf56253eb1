import kafkajs, { type AclEntry, type Kafka } from 'kafkajs';
import { createKafka, type KafkaConnection } from './kafka-client.js';
import { ensureTopic, WrongPartitionCount } from './kafka-topic.js';

const { AclOperationTypes: Operation, AclPermissionTypes, AclResourceTypes: Resource, ResourcePatternTypes } = kafkajs;

/** What a user may do with a topic, or as a member of a group. */
export interface KafkaRight {
  user: string;
  resource: 'TOPIC' | 'GROUP';
  name: string;
  operations: readonly (keyof typeof Operation)[];
}

/** Makes the topics and gives each user its rights, again and again the same. `connection`: as one who may. */
export async function giveKafkaAccess(
  connection: KafkaConnection,
  topics: readonly string[],
  rights: readonly KafkaRight[],
): Promise<void> {
  const kafka = createKafka('rapport-ops', connection);
  for (const topic of topics) await made(kafka, topic);
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.createAcls({ acl: rights.flatMap(entriesOf) });
  } finally {
    await admin.disconnect();
  }
}

const entriesOf = ({ user, resource, name, operations }: KafkaRight): AclEntry[] =>
  operations.map((operation) => ({
    principal: `User:${user}`,
    host: '*',
    permissionType: AclPermissionTypes.ALLOW,
    resourceType: Resource[resource],
    resourceName: name,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    operation: Operation[operation],
  }));

const TRIES = 10;
const PAUSE_MS = 500;

/** A broker that is busy may not know yet of what its controller has made. */
async function made(kafka: Kafka, topic: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await ensureTopic(kafka, topic);
    } catch (error) {
      if (tries === TRIES || error instanceof WrongPartitionCount) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
