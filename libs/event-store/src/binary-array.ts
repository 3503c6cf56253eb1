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
  private buffer = Buffer.allocUnsafeSlow(FIRST_SIZE);
  private end = 0;

  /** What was taken before must no longer be needed. */
  reset(): void {
    this.end = 0;
    if (this.buffer.length > KEPT_MAX) this.buffer = Buffer.allocUnsafeSlow(FIRST_SIZE);
  }

  int4Array(values: readonly number[]): Buffer {
    return this.array(INT4, values, values.length * 4, (buffer, value, at) => buffer.writeInt32BE(value, at) - at);
  }

  uuidArray(values: readonly string[]): Buffer {
    return this.array(UUID, values, values.length * 16, (buffer, value, at) => buffer.write(value.replaceAll('-', ''), at, 'hex'));
  }

  /** SHA-256 in hex. */
  hashArray(values: readonly string[]): Buffer {
    return this.array(BYTEA, values, values.length * 32, (buffer, value, at) => buffer.write(value, at, 'hex'));
  }

  textArray(values: readonly string[]): Buffer {
    let bytes = 0;
    for (const value of values) bytes += value.length * 3;
    return this.array(TEXT, values, bytes, (buffer, value, at) => buffer.write(value, at, 'utf8'));
  }

  instantArray(values: readonly string[]): Buffer {
    return this.array(TIMESTAMPTZ, values, values.length * 8, (buffer, value, at) => {
      const microseconds = BigInt(Date.parse(value) - POSTGRES_EPOCH_MS) * 1000n;
      return buffer.writeBigInt64BE(microseconds, at) - at;
    });
  }

  /** `write` puts one value at an offset and answers its size. `bytes` bounds the sum of sizes. */
  private array<T>(type: number, values: readonly T[], bytes: number, write: (buffer: Buffer, value: T, at: number) => number): Buffer {
    const size = HEADER_BYTES + values.length * 4 + bytes;
    if (this.end + size > this.buffer.length) {
      this.buffer = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, size)); // what was taken keeps the old one
      this.end = 0;
    }
    const { buffer } = this;
    const start = this.end;
    let end = start;
    // dimensions, whether there are nulls, element type; then length and lower bound of the one dimension
    const header = values.length === 0 ? [0, 0, type] : [1, 0, type, values.length, 1];
    for (const field of header) end = buffer.writeInt32BE(field, end);
    for (const value of values) {
      const written = write(buffer, value, end + 4);
      end = buffer.writeInt32BE(written, end) + written;
    }
    this.end = end;
    return buffer.subarray(start, end);
  }
}
