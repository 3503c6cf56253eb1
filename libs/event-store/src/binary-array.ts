// PostgreSQL's binary array format: pg sends a Buffer parameter as it is, so nothing is quoted, escaped or parsed again.

const INT4 = 23;
const TEXT = 25;
const BYTEA = 17;
const UUID = 2950;
const TIMESTAMPTZ = 1184;
const HEADER_BYTES = 20;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

const FIRST_SIZE = 64 * 1024;
const KEPT_MAX = 4 * 1024 * 1024;

/** Memory for the arrays of one batch, used again for the next: large buffers made anew would keep the collector busy. */
export class Scratch {
  private buffer = allocate(FIRST_SIZE);
  private start = 0;
  private end = 0;

  /** What was taken before must no longer be needed. */
  reset(): void {
    this.end = 0;
    if (this.buffer.length > KEPT_MAX) this.buffer = allocate(FIRST_SIZE);
  }

  int4Array(values: readonly number[]): Buffer {
    this.begin(INT4, values.length, values.length * 4);
    for (const value of values) {
      this.int4(4);
      this.int4(value);
    }
    return this.taken();
  }

  uuidArray(values: readonly string[]): Buffer {
    this.begin(UUID, values.length, values.length * 16);
    for (const value of values) {
      this.int4(16);
      this.uuid(value);
    }
    return this.taken();
  }

  /** SHA-256 in hex. */
  hashArray(values: readonly string[]): Buffer {
    this.begin(BYTEA, values.length, values.length * 32);
    for (const value of values) {
      this.int4(32);
      this.end += this.buffer.hexWrite(value, this.end);
    }
    return this.taken();
  }

  textArray(values: readonly string[]): Buffer {
    let bytes = 0;
    for (const value of values) bytes += value.length * 3;
    this.begin(TEXT, values.length, bytes);
    for (const value of values) {
      const at = this.end;
      const written = this.buffer.utf8Write(value, at + 4);
      this.int4(written);
      this.end += written;
    }
    return this.taken();
  }

  instantArray(values: readonly string[]): Buffer {
    this.begin(TIMESTAMPTZ, values.length, values.length * 8);
    for (const value of values) {
      const micros = (Date.parse(value) - POSTGRES_EPOCH_MS) * 1_000; // exact: below 2^53 for thousands of years
      const high = Math.floor(micros / 2 ** 32);
      this.int4(8);
      this.int4(high);
      this.int4(micros - high * 2 ** 32);
    }
    return this.taken();
  }

  /** `bytes` bounds the sum of the values' sizes. */
  private begin(type: number, count: number, bytes: number): void {
    const size = HEADER_BYTES + count * 4 + bytes;
    if (this.end + size > this.buffer.length) {
      this.buffer = allocate(Math.max(this.buffer.length * 2, size)); // what was taken keeps the old one
      this.end = 0;
    }
    this.start = this.end;
    // dimensions, whether there are nulls, element type; then length and lower bound of the one dimension
    this.int4(count === 0 ? 0 : 1);
    this.int4(0);
    this.int4(type);
    if (count === 0) return;
    this.int4(count);
    this.int4(1);
  }

  private taken(): Buffer {
    return this.buffer.subarray(this.start, this.end);
  }

  private int4(value: number): void {
    const { buffer } = this;
    const at = this.end;
    buffer[at] = value >>> 24;
    buffer[at + 1] = value >>> 16;
    buffer[at + 2] = value >>> 8;
    buffer[at + 3] = value;
    this.end = at + 4;
  }

  private uuid(text: string): void {
    const { buffer } = this;
    let to = this.end;
    for (let at = 0; at < UUID_CHARS; at += 2) {
      if (text.charCodeAt(at) === DASH) at++;
      buffer[to++] = (HALF[text.charCodeAt(at)]! << 4) | HALF[text.charCodeAt(at + 1)]!;
    }
    this.end = to;
  }
}

const UUID_CHARS = 36;
const DASH = 0x2d;
/** Of a character of lower-case hex: its four bits. */
const HALF = new Uint8Array(128);
for (let value = 0; value < 16; value++) HALF[value.toString(16).charCodeAt(0)] = value;

/** Buffers have these, and our types of them lack them: `write` without asking what it is given. */
type FastBuffer = Buffer & { utf8Write(text: string, at: number): number; hexWrite(text: string, at: number): number };
const allocate = (bytes: number): FastBuffer => Buffer.allocUnsafeSlow(bytes) as FastBuffer;
