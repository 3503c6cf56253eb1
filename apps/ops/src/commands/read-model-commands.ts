import type { Command } from 'commander';
import type { CommandGroup, CommandTools } from './command-tools.js';
import { clientNamed, parkedLine, withParkedKeys } from './parked.js';
import { ALL_MODELS, type RebuildCommandOptions, runRebuild } from './rebuild.js';

/** Read models made again, and events that one of them could not apply. */
export const readModelCommands: CommandGroup = (program, tools) => {
  program
    .command('rebuild')
    .description('make a read model again from the log, compare it with the one that is read, and swap; exits with 4 where they differ')
    .argument('[model]', `the read model, or ${ALL_MODELS}`)
    .option('--dry-run', 'say what would be done, and write nothing')
    .option('--workers <n>', 'readers of the log, each of partitions of its own; 2 unless told otherwise')
    .option('--accept-differences <reason>', 'swap though the two differ: to repair a broken model, or to take a new version')
    .option('--back', 'bring the kept generation up to date, compare, and swap it back in')
    .option('--cancel', 'give up what is being built')
    .option('--release', 'drop the generations that are kept')
    .option('--list', 'the generations that there are')
    .option('--by <who>', 'who asks for it, if not the user of this machine')
    .option('--json', 'print the results as one JSON document')
    .action((model: string | undefined, options: RebuildCommandOptions) =>
      tools.onInstallation((installation) => runRebuild(installation, model, options, tools)),
    );

  parkedCommands(program.command('parked').description('clients whose events a read model could not apply'), tools);
};

function parkedCommands(parked: Command, { onInstallation, print, firmZone, found }: CommandTools): void {
  parked
    .command('list')
    .option('--json', 'print it as one JSON document')
    .action((options: { json?: boolean }) =>
      onInstallation(async (installation) => {
        const list = await withParkedKeys(installation, firmZone(), (keys) => keys.list());
        if (options.json) print(JSON.stringify(list));
        else print(list.length === 0 ? 'nothing is parked' : list.map(parkedLine).join('\n'));
      }),
    );

  parked
    .command('retry')
    .description('apply a client’s parked events in order, until one fails again')
    .argument('<model>')
    .argument('<client>')
    .action((model: string, client: string) =>
      onInstallation(async (installation) => {
        const result = await withParkedKeys(installation, firmZone(), (keys, versionOf) =>
          keys.retry(versionOf(model), clientNamed(client)),
        );
        print(`${result.applied} applied, ${result.parked} still parked${result.errorCode ? ` (${result.errorCode})` : ''}`);
        if (result.parked > 0) found();
      }),
    );

  parked
    .command('release')
    .description('give a client’s parked events up: this read model will never show them')
    .argument('<model>')
    .argument('<client>')
    .action((model: string, client: string) =>
      onInstallation(async (installation) => {
        const released = await withParkedKeys(installation, firmZone(), (keys, versionOf) =>
          keys.release(versionOf(model), clientNamed(client)),
        );
        print(`${released} events given up`);
      }),
    );
}
