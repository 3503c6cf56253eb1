import type { Uuid } from '#event-sourcing';
import { type ClientKeys, openValue, sealValue } from '#privacy';
import type { Statement } from './statement.js';

const POINTER = '/raw';

/** What the back office said, word for word, encrypted: under a key an account at its source, so that it can be erased with it. */
export class RawVault {
  constructor(private readonly keys: ClientKeys) {}

  /** Of each statement its sealed bytes, in order. */
  async seal(statements: readonly Statement[]): Promise<string[]> {
    const keys = await this.keys.ensure([...new Set(statements.map(({ keySubject }) => keySubject))]);
    return statements.map(({ messageId, keySubject, raw }) =>
      sealValue(Buffer.from(raw).toString('base64'), keys.get(keySubject)!, messageId, POINTER),
    );
  }

  /** The bytes as they came; undefined once their key is gone. */
  async open(kept: { messageId: Uuid; keySubject: Uuid; sealed: string }): Promise<Buffer | undefined> {
    const key = await this.keys.findOne(kept.keySubject);
    const text = key && openValue({ sealed: kept.sealed, eventId: kept.messageId, pointer: POINTER }, key);
    return typeof text === 'string' ? Buffer.from(text, 'base64') : undefined;
  }
}
