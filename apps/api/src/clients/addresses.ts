import { invalidRequest } from '../problems/problem.js';
import type { ReachableBody } from './client-bodies.js';

const LABEL = '[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?';
const email = new RegExp(`^[^\\s@"(),:;<>[\\\\\\]]{1,64}@(?:${LABEL}\\.)+\\p{L}{2,63}$`, 'u');

/** Throws a Problem (400) where an address has not the form of its channel, named by its place in the list at a pointer. */
export function checkAddresses(addresses: readonly ReachableBody[], pointer: string): void {
  const wrong = addresses.flatMap(({ channel, address }, nth) =>
    channel === 'email' && !email.test(address) ? [{ pointer: `${pointer}/${nth}/address`, code: 'bad-format' as const }] : [],
  );
  if (wrong.length > 0) throw invalidRequest(...wrong);
}
