import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface KeyFile {
  /** Key-encryption keys by epoch, base64 of 32 bytes. The newest wraps; older ones only unwrap. */
  epochs: Record<string, string>;
  current: string;
  /** Base64 of 32 bytes; keyed hashes are derived from it by purpose, and survive the rotation of epochs. */
  hashing: string;
}

/**
 * The firm's master keys, from a file of its own that is backed up apart from the data. One interface for what a key
 * management service would do: wrap and unwrap by epoch, and keyed hashes by purpose.
 */
export class MasterKeys {
  private readonly purposes = new Map<string, Buffer>();

  private constructor(private readonly file: KeyFile) {}

  /** Throws where the file is missing or not a key file: a made-up key would lock the data away. */
  static load(filePath: string): MasterKeys {
    const { epochs, current, hashing } = keyFileOf(readFileSync(filePath, 'utf8'));
    const whole =
      epochs && current && hashing && [epochs[current], hashing].every((key) => key && Buffer.from(key, 'base64').length === 32);
    if (!whole) throw new Error(`${path.basename(filePath)} is not a master key file`);
    return new MasterKeys({ epochs, current, hashing });
  }

  /** For an embedded installation and for tests: makes the file, readable by its owner alone, where there is none. */
  static loadOrCreate(filePath: string): MasterKeys {
    if (!existsSync(filePath)) {
      mkdirSync(path.dirname(filePath), { recursive: true, mode: 0o700 });
      const made: KeyFile = { epochs: { '1': secret() }, current: '1', hashing: secret() };
      const fresh = `${filePath}.${process.pid}`;
      writeFileSync(fresh, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
      renameSync(fresh, filePath); // whole or not at all, also after a crash
      chmodSync(filePath, 0o600);
    }
    return MasterKeys.load(filePath);
  }

  get epoch(): number {
    return Number(this.file.current);
  }

  /** The key-encryption key of an epoch, undefined once the epoch was destroyed. */
  keyOf(epoch: number): Buffer | undefined {
    const key = this.file.epochs[String(epoch)];
    return key === undefined ? undefined : Buffer.from(key, 'base64');
  }

  /** HMAC-SHA256 under a key of this purpose alone, hex. */
  hash(purpose: string, text: string): string {
    let key = this.purposes.get(purpose);
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', Buffer.from(this.file.hashing, 'base64'), '', `rapport ${purpose}`, 32));
      this.purposes.set(purpose, key);
    }
    return createHmac('sha256', key).update(text, 'utf8').digest('hex');
  }
}

/** What the parser would say of a text that is no JSON quotes it, and it may be a key. */
function keyFileOf(text: string): Partial<KeyFile> {
  try {
    return (JSON.parse(text) ?? {}) as Partial<KeyFile>;
  } catch {
    return {};
  }
}

const secret = (): string => randomBytes(32).toString('base64');
