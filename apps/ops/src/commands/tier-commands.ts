import type { CommandGroup } from './command-tools.js';
import { countSegmentsOf } from './count-segments.js';
import { evaluateTiers, type EvaluateTiersOptions, evaluationLines } from './evaluate-tiers.js';
import { tiersUnderDraft, type TierWhatIfOptions } from './tier-what-if.js';

/** What is done about tiers from the command line. */
export const tierCommands: CommandGroup = (program, { onInstallation, print, firmZone }) => {
  program
    .command('evaluate-tiers')
    .description('evaluate every month end that is due over all clients, and what facts that came late change')
    .requiredOption('--as-of <date>', 'month ends up to this date')
    .option('--from <date>', 'and from this date on, where they were not made')
    .option('--json', 'print the counts as one JSON document')
    .action((options: EvaluateTiersOptions & { json?: boolean }) =>
      onInstallation(async (installation) => {
        const report = await evaluateTiers(installation, firmZone(), options);
        print(options.json ? JSON.stringify(report) : evaluationLines(report).join('\n'));
      }),
    );

  program
    .command('count-segments')
    .description('count how many clients belong to each segment in use, where that was not counted for the day yet')
    .requiredOption('--as-of <date>', 'day that behaviour and tier are of, a month end as a rule')
    .action((options: { asOf: string }) =>
      onInstallation(async (installation) => print(`${await countSegmentsOf(installation, firmZone(), options.asOf)} segments counted`)),
    );

  program
    .command('tier-what-if')
    .description('run draft tier rules over the facts of a past period: who would have which tier, and at what cost; writes nothing')
    .requiredOption('--rules <file>', 'the draft, as JSON')
    .requiredOption('--from <date>', 'month ends from this date on')
    .requiredOption('--to <date>', 'month ends up to this date')
    .action((options: TierWhatIfOptions) =>
      onInstallation(async (installation) => print(JSON.stringify(await tiersUnderDraft(installation, options), null, 2))),
    );
};
