import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { transaction } from '#database';
import { derivedId, FIRM_ROOT, type LocalDate } from '#event-sourcing';
import { type Adapter, UnusableDelivery } from './adapters/index.js';
import type { BackOffice } from './back-office.js';
import type { OpenReason } from './days.js';
import { checkMarker, totalsOfFile } from './file-totals.js';
import type { MessageStatus } from './inbox.js';
import { lockLane, sourceLane } from './lanes.js';

/** What became of one file. `read` is the sum of the counts. */
export interface FileReport {
  file: string;
  read: number;
  counts: Record<MessageStatus, number>;
  /** Days that its marker completes; `reason`: why one is still open. None without a marker. */
  days: readonly { source: string; on: LocalDate; completed: boolean; reason?: OpenReason }[];
  /** Why nothing of it was taken. */
  refused?: { code: UnusableDelivery['code']; sentence: string };
}

const PAGE = 500;
const noCounts = (): Record<MessageStatus, number> => ({ applied: 0, waiting: 0, ignored: 0, stale: 0, conflict: 0, parked: 0 });

/** Data files at a path, in order of their names: the file itself, or those of the folder. Throws UnusableDelivery where there is none. */
export async function dataFilesAt(adapter: Adapter, where: string): Promise<string[]> {
  if (!adapter.file) throw new UnusableDelivery('no-such-file', `${adapter.name} sends no files`);
  if (!existsSync(where)) throw new UnusableDelivery('no-such-file', `there is no ${where}`);
  if (!(await stat(where)).isDirectory()) return [where];
  const { extension } = adapter.file;
  const names = (await readdir(where)).filter((name) => name.endsWith(extension)).sort();
  if (names.length === 0) throw new UnusableDelivery('empty-folder', `there is no file *${extension} in ${where}`);
  return names.map((name) => path.join(where, name));
}

/**
 * Takes a file in. With a marker, only where the file is what the marker says; then the day is complete, unless something of
 * it is parked. Without one its facts count, and the day stays open. Killed and run again it goes on without a double.
 */
export async function importBackOfficeFile(
  office: BackOffice,
  adapter: Adapter,
  filePath: string,
  progress: (read: number, total: number) => void = () => {},
): Promise<FileReport> {
  const form = adapter.file!;
  const file = path.basename(filePath);
  const report: FileReport = { file, read: 0, counts: noCounts(), days: [] };
  const before = await totalsOfFile(adapter, form, filePath);
  let days: { source: string; on: LocalDate; totals: ReturnType<typeof checkMarker> }[];
  try {
    const markers = await form.markers(filePath);
    const ahead = markers.find(({ on }) => on > office.inbox.today());
    if (ahead) throw new UnusableDelivery('marker-unreadable', `the marker of ${file} completes ${ahead.on}, which is to come`);
    days = markers.map((marker) => ({ source: marker.source, on: marker.on, totals: checkMarker(marker, before, file) }));
  } catch (error) {
    if (!(error instanceof UnusableDelivery)) throw error;
    return { ...report, refused: { code: error.code, sentence: error.message } };
  }
  const deliveryId = derivedId(FIRM_ROOT, `back-office file|${adapter.name}|${before.sha256}`);
  const delivery = { channel: 'file', deliveryId, adapter, source: days[0]?.source ?? 'unknown' } as const;
  const take = async (raws: readonly Uint8Array[]): Promise<void> => {
    for (const { status } of await office.inbox.take(raws, delivery)) {
      report.read++;
      report.counts[status]++;
    }
    progress(report.read, before.records);
  };
  let page: Uint8Array[] = [];
  for await (const raw of form.pieces(filePath)) {
    if (page.push(raw) < PAGE) continue;
    await take(page);
    page = [];
  }
  await take(page);
  const settled: FileReport['days'][number][] = [];
  for (const { source, on, totals } of days) {
    const reason = await transaction(office.options.database, async (sql) => {
      await lockLane(sql, sourceLane(source));
      return office.inbox.days.statedByFile(sql, source, on, totals, deliveryId, new Date().toISOString());
    });
    settled.push({ source, on, completed: reason === undefined, ...(reason && { reason }) });
  }
  return { ...report, days: settled };
}
