import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { transaction } from '#database';
import type { ControlTotals } from '#back-office';
import { derivedId, FIRM_ROOT, type LocalDate, type Uuid } from '#event-sourcing';
import { encodingOf, UnreadableText, WrongHeader } from '#text-files';
import { type Adapter, type FileReading, type FileStated, UnusableDelivery } from './adapters/index.js';
import type { BackOffice } from './back-office.js';
import { DAYS_MAX } from './days.js';
import type { OpenReason } from './day-totals.js';
import { checkMarker, type FileTotals, totalsOfFile } from './file-totals.js';
import { lockLane, sourceLane } from './lanes.js';
import type { Delivery } from './statement.js';
import type { MessageStatus } from './taken-messages.js';

/** What became of one file. `read` is the sum of the counts. */
export interface FileReport {
  file: string;
  read: number;
  counts: Record<MessageStatus, number>;
  /** Rows beside them that are no record: sums, and what another file of the source says. */
  passedOver: number;
  /** Days that its marker completes; `reason`: why one is still open. None without a marker. */
  days: readonly { source: string; on: LocalDate; completed: boolean; reason?: OpenReason }[];
  /** Why nothing of it was taken. */
  refused?: { code: UnusableDelivery['code']; sentence: string };
}

const PAGE = 1_000;
const noCounts = (): Record<MessageStatus, number> => ({ applied: 0, waiting: 0, ignored: 0, stale: 0, conflict: 0, parked: 0 });

/** Data files at a path, in order of their names: the file itself, or those of the folder. Throws UnusableDelivery where there is none. */
export async function dataFilesAt(adapter: Adapter, where: string): Promise<string[]> {
  if (!adapter.file) throw new UnusableDelivery('no-such-file', `${adapter.name} sends no files`);
  if (!existsSync(where)) throw new UnusableDelivery('no-such-file', `there is no ${where}`);
  if (!(await stat(where)).isDirectory()) return [where];
  const { extensions } = adapter.file;
  const names = (await readdir(where)).filter((name) => extensions.some((end) => name.toLowerCase().endsWith(end))).sort();
  if (names.length === 0)
    throw new UnusableDelivery('empty-folder', `there is no file ${extensions.map((end) => `*${end}`).join(', ')} in ${where}`);
  return names.map((name) => path.join(where, name));
}

/**
 * Takes a file in, in the one encoding that it is in. With a marker, only where the file is what the marker says; then the day is complete, unless something of
 * it is parked. Without one its facts count, and the day stays open. Killed and run again it goes on without a double.
 */
export async function importBackOfficeFile(
  office: BackOffice,
  adapter: Adapter,
  filePath: string,
  progress: (read: number, total: number) => void = () => {},
  stated: FileStated = {},
): Promise<FileReport> {
  const form = adapter.file!;
  const file = path.basename(filePath);
  const report: FileReport = { file, read: 0, counts: noCounts(), passedOver: 0, days: [] };
  let checked: { reading: FileReading; totals: FileTotals; days: readonly StatedByFile[] };
  try {
    const reading = { ...stated, encoding: await encodingOf(filePath, file, stated.encoding) };
    const markers = await form.markers(filePath, reading);
    const ahead = markers.find(({ on }) => on > office.inbox.today());
    if (ahead) throw new UnusableDelivery('marker-unreadable', `the marker of ${file} completes ${ahead.on}, which is to come`);
    const totals = await totalsOfFile(adapter, form, filePath, reading, markers);
    const days = markers.map((marker) => ({ source: marker.source, on: marker.on, totals: checkMarker(marker, totals, file) }));
    checked = { reading, totals, days };
  } catch (error) {
    return { ...report, refused: refusalOf(error) };
  }
  const { reading, days } = checked;
  const { sha256, records, passedOver } = checked.totals;
  report.passedOver = passedOver;
  const deliveryId = derivedId(FIRM_ROOT, ['back-office file', adapter.name, sha256, ...saidBeside(stated)].join('|'));
  const delivery = { channel: 'file', deliveryId, adapter, source: days[0]?.source ?? stated.source ?? form.source ?? 'unknown' } as const;
  await takePieces(office, form.pieces(filePath, reading), delivery, (status) => {
    report.read++;
    report.counts[status]++;
    if (report.read % PAGE === 0) progress(report.read, records);
  });
  progress(report.read, records);
  return { ...report, days: await completeDays(office, days, deliveryId) };
}

/** What makes the same bytes another delivery. */
const saidBeside = ({ accountId, source, on }: FileStated): string[] =>
  accountId || source || on ? [accountId ?? '', source ?? '', on ?? ''] : [];

/** Why nothing of a file is taken; rethrows what is no fault of the file. */
function refusalOf(error: unknown): NonNullable<FileReport['refused']> {
  if (error instanceof UnusableDelivery) return { code: error.code, sentence: error.message };
  if (error instanceof UnreadableText) return { code: 'unknown-encoding', sentence: error.message };
  if (error instanceof WrongHeader) return { code: 'wrong-header', sentence: error.message };
  throw error;
}

/** A page is read and kept while the one before it is applied; no more than these two are in memory. */
async function takePieces(
  office: BackOffice,
  pieces: AsyncIterable<Uint8Array>,
  delivery: Delivery,
  became: (status: MessageStatus) => void,
): Promise<void> {
  const { inbox } = office;
  const sources = new Set<string>();
  let applying: Promise<void> = Promise.resolve();
  const take = async (page: readonly Uint8Array[]): Promise<void> => {
    const taken = await inbox.keep(page, delivery).finally(() => applying);
    for (const { as, statement } of taken) if (as === 'new') sources.add(statement.source);
    applying = inbox.applyKept(taken, delivery, false).then((messages) => messages.forEach(({ status }) => became(status)));
    applying.catch(() => undefined); // awaited with the next page
  };
  let page: Uint8Array[] = [];
  for await (const piece of pieces) {
    if (page.push(piece) < PAGE) continue;
    await take(page);
    page = [];
  }
  await take(page);
  await applying;
  await inbox.settleDays([...sources]);
}

interface StatedByFile {
  source: string;
  on: LocalDate;
  totals: ControlTotals;
}

async function completeDays(office: BackOffice, days: readonly StatedByFile[], deliveryId: Uuid): Promise<FileReport['days']> {
  const settled: FileReport['days'][number][] = [];
  for (let from = 0; from < days.length;) {
    const { source } = days[from]!;
    const other = days.findIndex((day, at) => at > from && day.source !== source);
    const some = days.slice(from, Math.min(other === -1 ? days.length : other, from + DAYS_MAX));
    const reasons = await transaction(office.options.database, async (sql) => {
      await lockLane(sql, sourceLane(source));
      return office.inbox.days.statedByFile(sql, source, some, deliveryId, new Date().toISOString());
    });
    for (const [at, { on }] of some.entries()) {
      const reason = reasons[at];
      settled.push(reason === undefined ? { source, on, completed: true } : { source, on, completed: false, reason });
    }
    from += some.length;
  }
  return settled;
}
