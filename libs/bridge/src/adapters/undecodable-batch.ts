import type { ForeignRecord, UndecodableBatch } from '#event-feed';
import { type Adapter, type Translation } from './adapter.js';

/**
 * A batch of Kafka that cannot be decoded, whoever packed it: a person sees where it lies, and has it sent again. What it
 * said is not known, so trying it again parks it again.
 */
export const undecodableBatch: Adapter = {
  name: 'undecodable-batch',
  translate(raw): Translation {
    const { partition, firstOffset } = JSON.parse(Buffer.from(raw).toString('utf8')) as BatchNote;
    return { refused: { code: 'undecodable-batch', pointer: `/${partition}/${firstOffset}` } };
  },
};

interface BatchNote extends UndecodableBatch {
  topic: string;
  partition: number;
}

/** What is kept of it as its raw message; the same batch read again gives the same bytes. */
export function noteOf(topic: string, { partition }: ForeignRecord, { firstOffset, lastOffset, reason }: UndecodableBatch): Buffer {
  const note: BatchNote = { topic, partition, firstOffset, lastOffset, reason };
  return Buffer.from(JSON.stringify(note));
}
