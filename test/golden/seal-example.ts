import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { eventRegistry } from '#application';
import { type DomainEvent, newId } from '#event-sourcing';
import { type DataKey, sealData } from '#privacy';

/** The key of all golden events. It protects nothing: it lets the build read what was written once. */
export const goldenKey: DataKey = { keyId: 'b0c1a5de-0000-4000-8000-000000000001', secret: Buffer.alloc(32, 7) };

/** A line of a golden file: an event as the log stores it. */
export interface GoldenEvent {
  eventId: string;
  type: string;
  schemaVersion: number;
  data: Record<string, unknown>;
}

export function sealExample({ type, data }: DomainEvent): GoldenEvent {
  const definition = eventRegistry.definitionOf(type);
  const eventId = newId();
  return { eventId, type, schemaVersion: definition.version, data: sealData(definition, data, eventId, goldenKey) };
}

// `npm run golden < examples.jsonl >> test/golden/<new file>.jsonl`: one `{ "type", "data" }` a line.
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const lines = readFileSync(0, 'utf8').split('\n').filter(Boolean);
  for (const line of lines) console.log(JSON.stringify(sealExample(JSON.parse(line) as DomainEvent)));
}
