import type { Kafka } from 'kafkajs';
import { within } from '#telemetry';
import { KAFKA_DEADLINE_MS } from './kafka-client.js';

// kafkajs speaks Metadata up to version 6; the topic's id came with version 10. Version 12 has flexible headers.
const METADATA = { apiKey: 3, apiName: 'Metadata', apiVersion: 12 };
const UUID_BYTES = 16;

interface Connection {
  send(protocol: {
    request: typeof METADATA & { encode(): Promise<{ buf: Buffer; buffer: Buffer }> };
    response: {
      decode(raw: Buffer): Promise<{ id: string | undefined }>;
      parse(decoded: { id: string | undefined }): Promise<string | undefined>;
    };
  }): Promise<string | undefined>;
}
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  findControllerBroker(): Promise<{ versions: Record<number, { maxVersion: number }>; connectionPool: Connection }>;
}

/**
 * Tells a topic from another one of the same name: one that was deleted and made again keeps its name, and a running
 * reader keeps its old offsets. Holds one connection of its own.
 */
export class TopicIds {
  private cluster: Cluster | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly topic: string,
  ) {}

  /** The topic's id in hex, '' where the broker is too old to say, undefined where there is no such topic. Rejects where no broker answers. */
  async read(): Promise<string | undefined> {
    try {
      return await within(KAFKA_DEADLINE_MS, 'reading the topic id', this.ask());
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const cluster = this.cluster;
    this.cluster = undefined;
    await cluster?.disconnect().catch(() => {});
  }

  private async ask(): Promise<string | undefined> {
    if (!this.cluster) {
      this.cluster = clusterOf(this.kafka);
      await this.cluster.connect();
      await this.cluster.refreshMetadata();
    }
    const broker = await this.cluster.findControllerBroker();
    if ((broker.versions[METADATA.apiKey]?.maxVersion ?? 0) < METADATA.apiVersion) return '';
    const request = { ...METADATA, encode: async () => encodeRequest(this.topic) };
    const response = {
      decode: async (raw: Buffer) => ({ id: decodeTopicId(raw) }),
      parse: async ({ id }: { id: string | undefined }) => id,
    };
    return broker.connectionPool.send({ request, response });
  }
}

// The client keeps its connections behind a symbol; the version is pinned, and the feed's tests read an id.
function clusterOf(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === 'private:Kafka:createCluster');
  if (!symbol) throw new Error('kafkajs changed: reading topic ids needs another look');
  const create = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[symbol]!;
  return create({ allowAutoTopicCreation: false, metadataMaxAge: KAFKA_DEADLINE_MS });
}

function encodeRequest(topic: string): { buf: Buffer; buffer: Buffer } {
  const name = Buffer.from(topic, 'utf8');
  const buffer = Buffer.concat([
    Buffer.from([0]), // no tags in the request's header
    varint(2), // one topic
    Buffer.alloc(UUID_BYTES), // asked by name
    varint(name.length + 1),
    name,
    Buffer.from([0]), // no tags of the topic
    Buffer.from([0, 0, 0]), // create nothing, no authorised operations, no tags
  ]);
  return { buf: buffer, buffer };
}

function decodeTopicId(raw: Buffer): string | undefined {
  let at = 1 + 4; // header without tags, throttle time
  const unsigned = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = raw.readUInt8(at++);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error('a broker answered an endless number');
  };
  const skip = (bytes: number) => void (at += bytes);
  const skipText = () => skip(Math.max(unsigned() - 1, 0));
  const skipTags = () => {
    for (let tags = unsigned(); tags > 0; tags--) {
      unsigned();
      skip(unsigned());
    }
  };
  for (let brokers = unsigned() - 1; brokers > 0; brokers--) {
    skip(4); // node id
    skipText(); // host
    skip(4); // port
    skipText(); // rack
    skipTags();
  }
  skipText(); // cluster id
  skip(4); // controller
  if (unsigned() - 1 < 1) return undefined;
  const errorCode = raw.readInt16BE(at);
  skip(2);
  skipText(); // name
  const id = raw.subarray(at, at + UUID_BYTES).toString('hex');
  return errorCode === 0 ? id : undefined;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
