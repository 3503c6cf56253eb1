import { createPool } from '#database';
import { type Finding, type Verification, verifyLog } from '#event-store';
import { UsageError } from '../installation.js';

export const findingLine = ({ position, code, detail }: Finding): string => `position ${position}: ${code}, ${detail}`;

/** Recomputes the log. `head` is `position:seal` as an earlier run printed it and somebody kept elsewhere. */
export async function verifyInstallation(
  url: string,
  head: string | undefined,
  onProgress: (done: number, total: number) => void,
): Promise<Verification> {
  const held = head === undefined ? undefined : heldHead(head);
  const pool = createPool({ url, role: 'rapport_reader', max: 2, applicationName: 'rapport verify' });
  try {
    return await verifyLog(pool, { held, onProgress });
  } finally {
    await pool.end();
  }
}

function heldHead(text: string): { position: number; seal: string } {
  const parts = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  if (!parts) throw new UsageError('--head is a position, a colon and the 64 hex digits of its seal');
  return { position: Number(parts[1]), seal: parts[2]! };
}
