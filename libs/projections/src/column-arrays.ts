import { binaryTypes, type ColumnType, NOT_OURS } from './binary-values.js';

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;
const FIRST_SIZE = 256 * 1024;
const KEPT_MAX = 8 * 1024 * 1024;

/**
 * Arrays as PostgreSQL's binary protocol has them: pg sends a Buffer as it is, so nothing is quoted, escaped or parsed
 * again on the way. The memory is used again for the next statement's.
 */
export class ColumnArrays {
  private static readonly idle: ColumnArrays[] = [];
  private buffer = Buffer.allocUnsafeSlow(FIRST_SIZE);
  private end = 0;

  /** Lends one until `work` has resolved: a statement that waits for its connection is not written yet. */
  static async lend<T>(work: (arrays: ColumnArrays) => Promise<T>): Promise<T> {
    const arrays = ColumnArrays.idle.pop() ?? new ColumnArrays();
    try {
      return await work(arrays);
    } finally {
      arrays.end = 0;
      if (arrays.buffer.length <= KEPT_MAX) ColumnArrays.idle.push(arrays);
    }
  }

  /** A parameter for `$n::type[]`: binary, or the values themselves, for pg to write as text, where one has another form than ours. */
  of(type: ColumnType, values: readonly unknown[]): Buffer | readonly unknown[] {
    const { oid, bytesOf, put } = binaryTypes[type];
    const start = this.end;
    let from = start;
    let end = start + HEADER_BYTES;
    let nulls = 0;
    let { buffer } = this;
    for (const value of values) {
      const isNull = value === null || value === undefined;
      const needed = end + LENGTH_BYTES + (isNull ? 0 : bytesOf(value));
      if (needed > buffer.length) {
        // what was taken before keeps the old memory
        const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, needed - from + HEADER_BYTES));
        end = buffer.copy(larger, 0, from, end);
        from = 0;
        buffer = larger;
      }
      if (isNull) {
        nulls = 1;
        end = buffer.writeInt32BE(NULL_LENGTH, end);
        continue;
      }
      const written = put(buffer, value, end + LENGTH_BYTES);
      if (written === NOT_OURS) return values;
      end = buffer.writeInt32BE(written, end) + written;
    }
    this.buffer = buffer;
    this.end = end;
    if (values.length === 0) return values;
    // dimensions, whether there are nulls, element type; then length and lower bound of the one dimension
    let at = from;
    for (const field of [1, nulls, oid, values.length, 1]) at = buffer.writeInt32BE(field, at);
    return buffer.subarray(from, end);
  }
}
