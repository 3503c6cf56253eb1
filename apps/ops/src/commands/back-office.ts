import {
  adapterNamed,
  adapters,
  type BackOffice,
  dataFilesAt,
  type FileReport,
  type FileStated,
  importBackOfficeFile,
  openBackOffice,
  type ReconciliationReport,
  replayTierChanges,
  TIER_CHANGES_TOPIC,
  UnusableDelivery,
} from '#bridge';
import { createPool } from '#database';
import { isUuid } from '#event-sourcing';
import { LogReader } from '#event-store';
import { type Installation, UsageError } from '../installation.js';
import { progressBar } from '../progress-bar.js';
import type { CommandTools } from './command-tools.js';
import { projectAll, statedEncoding } from './import.js';
import { statedDate } from './stated-date.js';

/** Work on the inbox with the bridge's rights, beside a running bridge or without one. */
export async function withBackOffice<T>({ url, master }: Installation, zone: string, work: (office: BackOffice) => Promise<T>): Promise<T> {
  const { office, close } = await openBackOffice({ url, master, firmZone: zone, applicationName: 'rapport ops' });
  try {
    return await work(office);
  } finally {
    await close();
  }
}

/** Takes the files at a path in, one after the other; a file that is refused keeps no other from being taken. */
export async function importBackOffice(
  installation: Installation,
  zone: string,
  where: string,
  adapterName: string,
  stated: FileStated = {},
): Promise<FileReport[]> {
  const adapter = adapterNamed(adapterName);
  if (!adapter)
    throw new UsageError(
      `there is no adapter ${adapterName}; there are ${adapters
        .filter(({ file }) => file)
        .map(({ name }) => name)
        .join(', ')}`,
    );
  return withBackOffice(installation, zone, async (office) => {
    const files = await dataFilesAt(adapter, where).catch((error: unknown) => {
      throw error instanceof UnusableDelivery ? new UsageError(error.message) : error;
    });
    const reports: FileReport[] = [];
    for (const file of files) {
      const bar = progressBar('back-office', 'messages');
      const progress = (read: number, total: number): void => {
        if (!bar.isActive) bar.start(Math.max(1, total), 0);
        bar.update(read);
      };
      const importing = importBackOfficeFile(office, adapter, file, progress, stated);
      reports.push(await importing.finally(() => bar.stop()));
    }
    return reports;
  });
}

export interface BackOfficeOptions {
  json?: boolean;
  adapter: string;
  encoding?: string;
  account?: string;
  source?: string;
  on?: string;
}

/** `import back-office`: files of the trading back office. */
export async function importBackOfficeFiles(
  installation: Installation,
  where: string,
  options: BackOfficeOptions,
  { print, say, firmZone, found }: CommandTools,
): Promise<void> {
  // whose an account is is read from the read models; and who is told that facts are in may look for them there at once
  const caughtUp = (): Promise<void> => projectAll(installation, firmZone(), say);
  await caughtUp();
  const reports = await importBackOffice(installation, firmZone(), where, options.adapter, statedBy(options));
  await caughtUp();
  print(options.json ? JSON.stringify({ files: reports }) : reports.flatMap(fileLines).join('\n'));
  if (reports.some(({ refused }) => refused)) found();
}

function statedBy({ encoding, account, source, on }: BackOfficeOptions): FileStated {
  return {
    ...(encoding && { encoding: statedEncoding(encoding) }),
    ...(account && { accountId: account }),
    ...(source && { source }),
    ...(on && { on: statedDate(on, '--on') }),
  };
}

const reasons = {
  'totals-disagree': 'its totals disagree with what was received',
  'messages-parked': 'some of its messages are parked or contradict earlier ones',
  'facts-not-applied': 'some of its facts are still to be applied',
} as const;

/** The same for people: every message has become something. */
export function fileLines({ file, read, counts, passedOver, days, refused }: FileReport): string[] {
  if (refused) return [`${file}: refused, nothing of it was taken: ${refused.sentence}`];
  const parts = Object.entries(counts).map(([status, count]) => `${count} ${status === 'conflict' ? 'in conflict' : status}`);
  return [
    `${file}: ${read} messages read = ${parts.join(' + ')}`,
    ...(passedOver > 0 ? [`${file}: ${passedOver} rows passed over: sums, and what is of another file`] : []),
    ...(days.length === 0 ? [`${file}: there is no marker beside it, so no day is complete by it`] : []),
    ...days.map(({ source, on, completed, reason }) =>
      completed ? `${source} ${on}: the day is complete` : `${source} ${on}: the day stays open, ${reason ? reasons[reason] : ''}`,
    ),
  ];
}

export function reconcileDay(installation: Installation, zone: string, source: string, on: string): Promise<ReconciliationReport> {
  const day = statedDate(on, '--on');
  return withBackOffice(installation, zone, (office) => office.reconciler.run(source, day));
}

export function reconciliationLines({ source, on, checked, breaks, behind }: ReconciliationReport): string[] {
  if (behind) return [`${source} ${on}: the read models have not come to the facts of this day yet; try again`];
  return [
    `${source} ${on}: ${checked} statements compared, ${breaks.length} breaks`,
    ...breaks.map(({ code, accountId, record, expected, observed }) =>
      [code, accountId, record, expected && `source: ${expected}`, observed && `here: ${observed}`].filter(Boolean).join('  '),
    ),
  ];
}

/** What a source said word for word, for an auditor; undefined once its key is gone, or where there is no such message. */
export function rawMessage(installation: Installation, zone: string, messageId: string): Promise<Buffer | undefined> {
  if (!isUuid(messageId)) throw new UsageError(`${messageId} is no message id`);
  return withBackOffice(installation, zone, (office) => office.inbox.rawOf(messageId));
}

/** Has every tier change from this position on told again. */
export async function replayChanges({ url }: Installation, from: string): Promise<string> {
  const position = Number(from);
  if (!Number.isSafeInteger(position) || position < 1) throw new UsageError('--from takes a log position, a whole number from 1 on');
  const topic = process.env.TIER_CHANGES_TOPIC ?? TIER_CHANGES_TOPIC;
  const pool = createPool({ url, role: 'rapport_bridge', max: 2, applicationName: 'rapport ops' });
  try {
    const count = await replayTierChanges(pool, new LogReader(pool), topic, position);
    return count === undefined
      ? `nothing was ever told on ${topic}; the bridge begins at the log's beginning`
      : `${count} tier changes from position ${position} on are told again on ${topic}, by the bridge that leads or the next one`;
  } finally {
    await pool.end();
  }
}
