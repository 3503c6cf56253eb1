import type { Kafka, KafkaMessage } from 'kafkajs';

export interface TopicMessage {
  partition: number;
  message: KafkaMessage;
}

/** Everything that a topic holds now, in offset order within each partition. */
export async function messagesOf(kafka: Kafka, topic: string): Promise<TopicMessage[]> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const missing = new Map(
    ends.filter(({ high, low }) => BigInt(high) > BigInt(low)).map(({ partition, high }) => [partition, BigInt(high)]),
  );
  const messages: TopicMessage[] = [];
  if (missing.size === 0) return messages;
  const consumer = kafka.consumer({ groupId: `${topic}.reader.${Math.random()}`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ partition, message }: TopicMessage): Promise<void> => {
      const end = missing.get(partition);
      if (end === undefined) return;
      messages.push({ partition, message });
      if (BigInt(message.offset) + 1n >= end) missing.delete(partition);
      if (missing.size === 0) resolve();
    };
    consumer.run({ autoCommit: false, eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return messages;
}
