import { rawMessage, reconcileDay, reconciliationLines, replayChanges } from './back-office.js';
import type { CommandGroup } from './command-tools.js';

/** What a source said compared with what is here, told on again, and word for word. */
export const backOfficeCommands: CommandGroup = (program, { onInstallation, print, firmZone, found }) => {
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
};
