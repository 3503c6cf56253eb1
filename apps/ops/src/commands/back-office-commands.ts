import { type Command } from 'commander';
import type { Installation } from '../installation.js';
import { projectAll } from './import.js';
import { fileLines, importBackOffice, rawMessage, reconcileDay, reconciliationLines, replayChanges } from './back-office.js';

/** What a command is given to work with and to answer through. */
export interface CommandTools {
  onInstallation: (work: (installation: Installation) => Promise<void>) => Promise<void>;
  print: (text: string) => void;
  say: (line: string) => void;
  firmZone: () => string;
  /** Exit code 4: something was found, or refused. */
  found: () => void;
}

/** `import back-office`: files of the trading back office. */
export async function importBackOfficeFiles(
  installation: Installation,
  where: string,
  options: { json?: boolean; adapter: string },
  { print, say, firmZone, found }: CommandTools,
): Promise<void> {
  // whose an account is is read from the read models, which nobody keeps while the installation is not running
  const caughtUp = async (): Promise<void> => (installation.served ? undefined : projectAll(installation, firmZone(), say));
  await caughtUp();
  const reports = await importBackOffice(installation, firmZone(), where, options.adapter);
  await caughtUp();
  print(options.json ? JSON.stringify({ files: reports }) : reports.flatMap(fileLines).join('\n'));
  if (reports.some(({ refused }) => refused)) found();
}

export function registerBackOffice(program: Command, { onInstallation, print, firmZone, found }: CommandTools): void {
  program
    .command('reconcile')
    .description('compare what a source said of a day, what the log holds and what the read models show; exits with 4 where they differ')
    .requiredOption('--source <id>')
    .requiredOption('--on <date>', 'local date')
    .option('--json', 'print the result as one JSON document')
    .action((options: { source: string; on: string; json?: boolean }) =>
      onInstallation(async (installation) => {
        const report = await reconcileDay(installation, firmZone(), options.source, options.on);
        print(options.json ? JSON.stringify(report) : reconciliationLines(report).join('\n'));
        if (report.breaks.length > 0 || report.behind) found();
      }),
    );

  const changes = program.command('tier-changes').description('what is told of tiers on a Kafka topic of its own');
  changes
    .command('replay')
    .description('tell every change from a log position on again')
    .requiredOption('--from <position>')
    .action((options: { from: string }) => onInstallation(async (installation) => print(await replayChanges(installation, options.from))));

  program
    .command('raw-message')
    .description('what the back office said word for word, as it came')
    .argument('<messageId>')
    .action((messageId: string) =>
      onInstallation(async (installation) => {
        const raw = await rawMessage(installation, firmZone(), messageId);
        if (raw) return print(raw.toString('utf8'));
        print('there is no such message, or its key is gone');
        found();
      }),
    );
}
