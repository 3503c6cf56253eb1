import { verifyLog } from '#event-store';
import type { Tail } from '../tail.js';
import type { World } from '../world.js';
import type { Check } from './check.js';

/** G3, G5, G14, G16: positions and versions without a gap, times that do not decrease, seals that fit. */
export async function checkLog({ owner }: World): Promise<Check> {
  const { events, batches, findings, findingCount } = await verifyLog(owner);
  const told = findings.map(({ position, code, detail }) => `position ${position}: ${code}, ${detail}`);
  if (findingCount > findings.length) told.push(`${findingCount} findings in all`);
  return { name: 'the log is whole, in order and sealed', findings: told, compared: `${events} events in ${batches} batches` };
}

/** G5: a reader at the log's end saw every event, in order. */
export async function checkTail(tail: Tail, head: number): Promise<Check> {
  for (let waits = 0; waits < 100 && tail.count < head; waits++) await new Promise((resolve) => setTimeout(resolve, 50));
  const findings = tail.missed(head).map((position) => `position ${position} was not seen`);
  return { name: 'a reader at the log’s end missed nothing', findings, compared: `${tail.count} events read as they came` };
}
