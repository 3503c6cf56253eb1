import { progressBar } from '../progress-bar.js';
import { type BackOfficeOptions, importBackOfficeFiles } from './back-office.js';
import type { CommandGroup } from './command-tools.js';
import { importDataSets, reportLine, sourceNamed, statedEncoding } from './import.js';
import { findingLine, verifyInstallation } from './verify.js';

/** What comes into the log from files, and whether it is still what was written. */
export const logCommands: CommandGroup = (program, tools) => {
  const { onInstallation, print, say, firmZone, found } = tools;

  program
    .command('import')
    .description('import a data set: cfpb <file>, bank-marketing <file>, berka <folder>; or back-office <file or folder>')
    .argument('<source>')
    .argument('<path>')
    .option('--json', 'print the counts as one JSON document')
    .option('--branch <id>', 'branch of those whose branch the source does not say')
    .option('--encoding <name>', 'of the files, one for each as a whole; found where it is not stated')
    .option('--adapter <name>', 'how files of the back office are written', 'standard')
    .option('--account <id>', 'of the back office: whose the rows are that name no account')
    .option('--source <name>', 'of the back office: who says it, where the rows do not')
    .option('--on <date>', 'of the back office: the day of holdings that name none')
    .action((name: string, path: string, options: BackOfficeOptions & { branch?: string }) => {
      if (name === 'back-office') return onInstallation((installation) => importBackOfficeFiles(installation, path, options, tools));
      const source = sourceNamed(name);
      const encoding = statedEncoding(options.encoding);
      return onInstallation(async (installation) => {
        const dataSets = await importDataSets(installation, firmZone(), [{ source, path, branchId: options.branch, encoding }], say);
        print(options.json ? JSON.stringify({ dataSets }) : reportLine(dataSets[0]!));
      });
    });

  program
    .command('verify')
    .description('recompute every seal, version and position of the log; exits with 4 where something does not fit')
    .option('--json', 'print the result as one JSON document')
    .option('--head <position:seal>', 'a log end noted elsewhere, which the log must still hold')
    .action((options: { json?: boolean; head?: string }) =>
      onInstallation(async ({ url }) => {
        const bar = progressBar('verify', 'steps');
        const verifying = verifyInstallation(url, options.head, (done, total) => {
          if (!bar.isActive) bar.start(Math.max(1, total), 0);
          bar.update(done);
        });
        // without it the bar's timer would keep a failed run alive
        const { events, batches, head, findings, findingCount } = await verifying.finally(() => bar.stop());
        if (options.json) print(JSON.stringify({ events, batches, head, findingCount, findings }));
        else {
          print(`${events} events in ${batches} sealed batches verified, ${findingCount} findings`);
          for (const finding of findings) print(findingLine(finding));
          print(`head to keep elsewhere: ${head.position}:${head.seal}`);
        }
        if (findingCount > 0) found();
      }),
    );
};
