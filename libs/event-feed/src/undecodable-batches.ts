import { createRequire } from 'node:module';

/** A batch of which no record can be read: packed in a way that is not known here, grown too large, or damaged. */
export interface UndecodableBatch {
  firstOffset: string;
  lastOffset: string;
  /** What the library said. */
  reason: string;
}

interface Decoder {
  buffer: Buffer;
  offset: number;
}
interface RecordBatch {
  records: object[];
}
type DecodeBatch = (decoder: Decoder) => Promise<RecordBatch>;

/** Of the header of a batch: the offset it begins with, and its last one less that. */
const FIRST_OFFSET_AT = 0;
const LAST_OFFSET_DELTA_AT = 23;
const DECODER = 'kafkajs/src/protocol/recordBatch/v0/decoder';
const ITS_USER = 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages';

const known = new WeakMap<object, UndecodableBatch>();

/** Of a record that stands for a whole batch; undefined for any other. Records of a topic cannot make themselves one. */
export const undecodableBatch = (record: object): UndecodableBatch | undefined => known.get(record);

/**
 * kafkajs 2.2.4 gives a consumer up for good where one batch cannot be decoded, and again after every restart, whoever sent
 * it. With this, such a batch is one record without key and value at its last offset, so that what reads it can set it aside
 * and go on behind it. Before the first fetch of the process.
 */
export function setUndecodableBatchesAside(): void {
  const require = createRequire(import.meta.url);
  const decode = require(DECODER) as DecodeBatch;
  const decoderModule = require.cache[require.resolve(DECODER)];
  if (!decoderModule || require.cache[require.resolve(ITS_USER)])
    throw new Error('kafkajs changed: how it decodes batches needs another look');
  decoderModule.exports = async (decoder: Decoder): Promise<RecordBatch> => {
    const { buffer, offset: at } = decoder;
    try {
      return await decode(decoder);
    } catch (error) {
      if ((error as Error).name === 'KafkaJSPartialMessageError') throw error; // the fetch ended within it: it comes again, whole
      return { records: [standIn(buffer, at, error as Error)] };
    }
  };
}

function standIn(buffer: Buffer, at: number, { message: reason }: Error): object {
  const first = buffer.readBigInt64BE(at + FIRST_OFFSET_AT);
  const last = first + BigInt(buffer.readInt32BE(at + LAST_OFFSET_DELTA_AT));
  const record = {
    magicByte: 2,
    attributes: 0,
    timestamp: '0',
    offset: String(last),
    key: null,
    value: null,
    headers: {},
    isControlRecord: false,
  };
  known.set(record, { firstOffset: String(first), lastOffset: String(last), reason });
  return record;
}
