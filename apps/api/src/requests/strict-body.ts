import { readStrictJson } from '#event-sourcing';
import { invalidRequest, Problem } from '../problems/problem.js';

/** The value of a body. Throws a Problem: `malformed-json`, or `invalid-request` naming the members at fault. */
export function parseBody(bytes: Uint8Array): unknown {
  const read = readStrictJson(bytes);
  if (read === undefined) throw new Problem('malformed-json');
  if (read.faults.length > 0) throw invalidRequest(...read.faults);
  return read.value;
}
