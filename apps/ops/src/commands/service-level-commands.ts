import { UsageError } from '../installation.js';
import type { CommandGroup } from './command-tools.js';
import { rehearseEdition, type RehearseOptions } from './rehearse.js';
import { answerWhatIfFile } from './what-if.js';

/** What was promised, and what another edition would have promised. */
export const serviceLevelCommands: CommandGroup = (program, { onInstallation, print, firmZone }) => {
  program
    .command('what-if')
    .description('what was promised and kept in the what-if document of a file, or in each of an array of them; needs no database')
    .argument('<file>')
    .action(async (file: string) => {
      const answered = await answerWhatIfFile(file);
      if ('problem' in answered) throw new UsageError(JSON.stringify(answered.problem, null, 2));
      print(JSON.stringify(answered.answer, null, 2));
    });

  program
    .command('rehearse')
    .description('run a draft edition over the cases received in a past period, against what happened; writes nothing')
    .requiredOption('--edition <file>', 'the edition, as JSON')
    .requiredOption('--from <date>', 'first local date of the receipt')
    .requiredOption('--to <date>', 'last local date of the receipt')
    .action((options: RehearseOptions) =>
      onInstallation(async (installation) => print(JSON.stringify(await rehearseEdition(installation, firmZone(), options), null, 2))),
    );
};
