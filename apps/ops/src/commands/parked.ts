import { eventRegistry } from '#application';
import { createPool } from '#database';
import { isUuid } from '#event-sourcing';
import { LogReader } from '#event-store';
import { ClientKeys } from '#privacy';
import { allProjections } from '#read-models';
import { type ParkedKey, ParkedKeys } from '#projections';
import { type Installation, UsageError } from '../installation.js';

/** A client's id as somebody typed it. */
export function clientNamed(text: string): string {
  const id = text.toLowerCase();
  if (!isUuid(id)) throw new UsageError(`${text} is no client id: \`parked list\` names them`);
  return id;
}

/** Work on what is parked, with the projector's rights, beside a running projector or without one. */
export async function withParkedKeys<T>(
  { url, master }: Installation,
  firmZone: string,
  work: (parked: ParkedKeys, versionOf: (model: string) => { name: string; version: number }) => Promise<T>,
): Promise<T> {
  const pool = createPool({ url, role: 'rapport_projector', max: 2, applicationName: 'rapport ops' });
  const projections = allProjections({ registry: eventRegistry, keys: new ClientKeys(pool, master), master, firmZone });
  const versionOf = (model: string) => {
    const found = projections.find(({ name }) => name === model);
    if (!found)
      throw new UsageError(`there is no read model ${model}; the read models are ${projections.map(({ name }) => name).join(', ')}`);
    return found;
  };
  try {
    return await work(new ParkedKeys(pool, new LogReader(pool), eventRegistry, projections), versionOf);
  } finally {
    await pool.end();
  }
}

export const parkedLine = ({ projection, key, eventCount, firstPosition, errorCode }: ParkedKey): string =>
  `${projection} ${key}: ${eventCount} events since position ${firstPosition}, ${errorCode}`;
