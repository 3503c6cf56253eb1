import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type BackOfficeMessage, type ControlTotals, dayOf } from '#back-office';
import { type Adapter, type FileForm, type FileMarker, type FileReading, UnusableDelivery } from './adapters/index.js';
import { sameTotals } from './day-totals.js';
import { checkStated } from './statement.js';

interface Totals {
  records: number;
  assetsMinor: Record<string, number>;
}
const none = (): Totals => ({ records: 0, assetsMinor: {} });

/** A file as it is before anything of it is taken. */
export interface FileTotals extends Totals {
  sha256: string;
  /** Rows that are no record of this file. */
  passedOver: number;
  /** Who speaks in it, and of which days: as far as its statements say so. */
  sources: ReadonlySet<string>;
  dates: ReadonlySet<string>;
  /** Of the statements about a day, by `source|day`; where a marker is of a day, and not of the file. */
  days: ReadonlyMap<string, Totals>;
}

/** Reads a file through: its digest, and the totals by which its markers are checked. A broken statement counts as it was stated. */
export async function totalsOfFile(
  adapter: Adapter,
  form: FileForm,
  filePath: string,
  reading: FileReading,
  markers: readonly FileMarker[],
): Promise<FileTotals> {
  const byDay = markers.some(({ scope }) => scope === 'day');
  const whole = none();
  const days = new Map<string, Totals>();
  const [sources, dates] = [new Set<string>(), new Set<string>()];
  let passedOver = 0;
  for await (const raw of form.pieces(filePath, reading)) {
    const translated = adapter.translate(raw);
    if ('refused' in translated) {
      whole.records++;
      continue;
    }
    if (translated.statements.length === 0) passedOver++;
    for (const statement of translated.statements) {
      add(whole, statement);
      const { source, on: about } = toldBy(statement);
      if (source !== undefined) sources.add(source);
      if (about !== undefined) dates.add(about);
      if (!byDay) continue;
      const { message } = checkStated(statement, '9999-12-31');
      const on = message && dayOf(message);
      if (!message || !on) continue;
      const key = `${message.source}|${on}`;
      const day = days.get(key) ?? none();
      days.set(key, day);
      add(day, statement);
    }
  }
  return { ...whole, passedOver, sources, dates, days, sha256: await digestOf(filePath) };
}

/** What a statement says of itself, which may be anything. */
function toldBy(statement: unknown): { source?: string; on?: string } {
  const { source } = (statement ?? {}) as { source?: unknown };
  let on: unknown;
  try {
    on = dayOf(statement as BackOfficeMessage);
  } catch {
    // it is not in order, and counts as it is
  }
  return { ...(typeof source === 'string' && { source }), ...(typeof on === 'string' && { on }) };
}

function add(totals: Totals, statement: unknown): void {
  totals.records++;
  const { kind, data } = (statement ?? {}) as Partial<BackOfficeMessage>;
  if (kind !== 'assetsObserved') return;
  const { amountMinor, currency } = (data as { total?: { amountMinor?: unknown; currency?: unknown } } | undefined)?.total ?? {};
  if (Number.isSafeInteger(amountMinor) && typeof currency === 'string')
    totals.assetsMinor[currency] = (totals.assetsMinor[currency] ?? 0) + (amountMinor as number);
}

async function digestOf(filePath: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(filePath) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

/** Throws UnusableDelivery where a file is not what its marker says it is. */
export function checkMarker(marker: FileMarker, file: FileTotals, name: string): ControlTotals {
  if (marker.sha256 !== file.sha256)
    throw new UnusableDelivery('digest-differs', `${name} is another file than its marker speaks of: its SHA-256 is ${file.sha256}`);
  const others = [...file.sources].filter((source) => source !== marker.source);
  if (marker.scope !== 'day' && others.length > 0)
    throw new UnusableDelivery('source-differs', `${name} has messages of ${others.join(', ')}, and its marker is of ${marker.source}`);
  if (marker.scope !== 'day' && file.dates.size > 0 && !file.dates.has(marker.on))
    throw new UnusableDelivery('day-differs', `${name} says nothing of ${marker.on}, the day that its marker completes`);
  const found = marker.scope === 'day' ? (file.days.get(`${marker.source}|${marker.on}`) ?? none()) : file;
  const { records, assetsMinor } = marker;
  if (records !== found.records)
    throw new UnusableDelivery('records-differ', `${name} has ${found.records} messages, and its marker says ${records}`);
  if (!sameTotals({ records, assetsMinor }, { records, assetsMinor: found.assetsMinor }))
    throw new UnusableDelivery(
      'totals-differ',
      `the assets in ${name} sum up to ${JSON.stringify(found.assetsMinor)}, and its marker says ${JSON.stringify(assetsMinor)}`,
    );
  return { records, ...(Object.keys(assetsMinor).length > 0 && { assetsMinor }) };
}
