import type { Uuid } from '#event-sourcing';
import { type ClientKeys, EventKeys, openValue, sealValue } from '#privacy';
import type { Statement } from './statement.js';

const POINTER = '/raw';

/** What the back office said, word for word, encrypted: under a key an account at its source, so that it can be erased with it. */
export class RawVault {
  constructor(private readonly keys: ClientKeys) {}

  /** Of each statement its sealed bytes, in order. */
  async seal(statements: readonly Statement[]): Promise<string[]> {
    const keys = await this.keys.ensure([...new Set(statements.map(({ keySubject }) => keySubject))]);
    return statements.map(({ messageId, keySubject, raw }) =>
      sealValue(
        Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('base64'),
        new EventKeys(keys.get(keySubject)!),
        messageId,
        POINTER,
      ),
    );
  }

  /** The bytes as they came; undefined once their key is gone. */
  async open(kept: Kept): Promise<Buffer | undefined> {
    return (await this.openAll([kept])).get(kept.messageId);
  }

  /** The same of many, whose keys are looked up together; without those whose key is gone. */
  async openAll(kept: readonly Kept[]): Promise<ReadonlyMap<Uuid, Buffer>> {
    const keys = await this.keys.find(kept.map(({ keySubject }) => keySubject));
    const opened = new Map<Uuid, Buffer>();
    for (const { messageId, keySubject, sealed } of kept) {
      const key = keys.get(keySubject);
      const text = key && openValue({ sealed, eventId: messageId, pointer: POINTER }, new EventKeys(key));
      if (typeof text === 'string') opened.set(messageId, Buffer.from(text, 'base64'));
    }
    return opened;
  }
}

interface Kept {
  messageId: Uuid;
  keySubject: Uuid;
  sealed: string;
}
