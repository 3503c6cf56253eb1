import { readStrictJson } from '#event-sourcing';
import { invalidRequest, Problem } from '../problems/problem.js';

/** Members and items in all of a body: what a request of 1 MiB with anything to say stays far below. */
export const BODY_VALUES_MAX = 50_000;

/** The value of a body. Throws a Problem: `malformed-json`, or `invalid-request` naming the members at fault. */
export function parseBody(bytes: Uint8Array): unknown {
  const read = readStrictJson(bytes, BODY_VALUES_MAX);
  if (read === undefined) throw new Problem('malformed-json');
  if (read.faults.length > 0) throw invalidRequest(...read.faults);
  return read.value;
}
