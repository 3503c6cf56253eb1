import { gzipSync } from 'node:zlib';
import kafkajs, { type Kafka, type Message } from 'kafkajs';
import { MAX_UNPACKED_BYTES } from '../../libs/event-feed/src/kafkajs-guards.js';

const { CompressionCodecs, CompressionTypes, Partitioners } = kafkajs;
const CHUNK = 60_000;
const LITERAL_OF_TWO_BYTES = 61 << 2;

/** Sends one batch packed with Snappy, which kafkajs cannot unpack; it is not configured to do so here either. */
export async function produceSnappy(kafka: Kafka, topic: string, messages: Message[]): Promise<void> {
  CompressionCodecs[CompressionTypes.Snappy] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => snappy(buffer),
    decompress: () => Promise.reject(new Error('Snappy is not unpacked here')),
  });
  await produceOne(kafka, topic, messages, CompressionTypes.Snappy);
}

/** Sends one small batch that unpacks to more than a reader of ours takes. */
export async function produceBomb(kafka: Kafka, topic: string, partition: number): Promise<void> {
  const { decompress } = (CompressionCodecs[CompressionTypes.GZIP] as () => { decompress: unknown })();
  CompressionCodecs[CompressionTypes.GZIP] = () => ({ compress: async ({ buffer }: { buffer: Buffer }) => gzipSync(buffer), decompress });
  await produceOne(kafka, topic, [{ partition, value: Buffer.alloc(MAX_UNPACKED_BYTES + 1) }], CompressionTypes.GZIP);
}

async function produceOne(kafka: Kafka, topic: string, messages: Message[], compression: kafkajs.CompressionTypes): Promise<void> {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
  await producer.connect();
  await producer.send({ topic, messages, compression });
  await producer.disconnect();
}

/** In the frames of Java's library, each a block of literals: valid, and as simple as it gets. */
function snappy(data: Buffer): Buffer {
  const parts = [Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])];
  for (let at = 0; at < data.length; at += CHUNK) {
    const chunk = data.subarray(at, at + CHUNK);
    const length = Buffer.alloc(2);
    length.writeUInt16LE(chunk.length - 1);
    const block = Buffer.concat([varint(chunk.length), Buffer.from([LITERAL_OF_TWO_BYTES]), length, chunk]);
    const size = Buffer.alloc(4);
    size.writeInt32BE(block.length);
    parts.push(size, block);
  }
  return Buffer.concat(parts);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
