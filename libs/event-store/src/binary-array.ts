// PostgreSQL's binary array format: pg sends a Buffer parameter as it is, so nothing is quoted, escaped or parsed again.

const INT4 = 23;
const TEXT = 25;
const BYTEA = 17;
const UUID = 2950;
const TIMESTAMPTZ = 1184;
const HEADER_BYTES = 20;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/** `write` puts one value at an offset and answers its size. `bytes` bounds the sum of sizes: one allocation. */
function binaryArray<T>(
  elementType: number,
  values: readonly T[],
  bytes: number,
  write: (buffer: Buffer, value: T, at: number) => number,
): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * 4 + bytes);
  // dimensions, whether there are nulls, element type; then length and lower bound of the one dimension
  const header = values.length === 0 ? [0, 0, elementType] : [1, 0, elementType, values.length, 1];
  let end = 0;
  for (const field of header) end = buffer.writeInt32BE(field, end);
  for (const value of values) {
    const size = write(buffer, value, end + 4);
    end = buffer.writeInt32BE(size, end) + size;
  }
  return buffer.subarray(0, end);
}

export const int4Array = (values: readonly number[]): Buffer =>
  binaryArray(INT4, values, values.length * 4, (buffer, value, at) => buffer.writeInt32BE(value, at) - at);

export const uuidArray = (values: readonly string[]): Buffer =>
  binaryArray(UUID, values, values.length * 16, (buffer, value, at) => buffer.write(value.replaceAll('-', ''), at, 'hex'));

/** SHA-256 in hex. */
export const hashArray = (values: readonly string[]): Buffer =>
  binaryArray(BYTEA, values, values.length * 32, (buffer, value, at) => buffer.write(value, at, 'hex'));

export function textArray(values: readonly string[]): Buffer {
  let bytes = 0;
  for (const value of values) bytes += value.length * 3;
  return binaryArray(TEXT, values, bytes, (buffer, value, at) => buffer.write(value, at, 'utf8'));
}

export const instantArray = (values: readonly string[]): Buffer =>
  binaryArray(TIMESTAMPTZ, values, values.length * 8, (buffer, value, at) => {
    const microseconds = BigInt(Date.parse(value) - POSTGRES_EPOCH_MS) * 1000n;
    return buffer.writeBigInt64BE(microseconds, at) - at;
  });
