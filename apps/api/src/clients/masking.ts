import { mayDo, type Principal } from '#access';
import type { TimelineItem } from '#read-models';

/** Whether the caller's role sees identifiers with their last characters only. */
export const seesMasked = (principal: Principal): boolean => !mayDo(principal.role, 'client.readIdentifiers');

const TAIL_CHARS = 4;
const TAIL_SHOWN_FROM_CHARS = 9;

const masked = (value: unknown): unknown =>
  typeof value === 'string' ? `****${value.length >= TAIL_SHOWN_FROM_CHARS ? value.slice(-TAIL_CHARS) : ''}` : value;

/** The event as a role without sight of identifiers reads it: the same fact, its identifiers and addresses masked. */
export function maskedItem<T extends Pick<TimelineItem, 'data'>>(item: T): T {
  const data = item.data as { identity?: Record<string, unknown>; reachableAt?: unknown } | null;
  if (!data?.identity && !data?.reachableAt) return item;
  const { idNumber, birthDate, ...identity } = data.identity ?? {};
  const reachableAt = Array.isArray(data.reachableAt)
    ? data.reachableAt.map((one: { address?: unknown }) => ({ ...one, address: masked(one.address) }))
    : undefined;
  return {
    ...item,
    data: {
      ...data,
      ...(data.identity && {
        identity: {
          ...identity,
          ...(idNumber !== undefined && { idNumber: masked(idNumber) }),
          ...(birthDate !== undefined && { birthDate: '****' }),
        },
      }),
      ...(reachableAt && { reachableAt }),
    },
  };
}
