import { Command, CommanderError } from 'commander';
import { createPool, migrate, provideLogins } from '#database';
import { importBackOfficeFiles, registerBackOffice } from './commands/back-office-commands.js';
import { importDataSets, reportLine, sourceNamed } from './commands/import.js';
import { clientNamed, withParkedKeys } from './commands/parked.js';
import { rehearseEdition, type RehearseOptions } from './commands/rehearse.js';
import { loginsIn, makeSecrets } from './commands/secrets.js';
import { statusLines, statusOf } from './commands/status.js';
import { addTierCommands } from './commands/tier-commands.js';
import { addRebuildCommand } from './commands/rebuild.js';
import { issueToken } from './commands/token.js';
import { findingLine, verifyInstallation } from './commands/verify.js';
import { answerWhatIfFile } from './commands/what-if.js';
import { Home } from './home.js';
import { progressBar } from './progress-bar.js';
import { UnusableFile } from './import/source.js';
import { type Installation, openInstallation, UsageError } from './installation.js';
import { allMigrations } from './migrations.js';

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const firmZone = (): string => process.env.FIRM_ZONE ?? 'Asia/Shanghai';

/** Exit codes: 0 done; 1 a fault; 2 it was asked for wrongly; 4 something was found. */
export async function runOps(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command('ops')
    .description('Operate a Rapport installation: DATABASE_URL, or else the embedded one')
    .exitOverride()
    .allowExcessArguments(false);
  const onInstallation = async (work: (installation: Installation) => Promise<void>): Promise<void> => {
    const installation = await openInstallation(new Home(), say);
    try {
      await work(installation);
    } finally {
      await installation.close();
    }
  };

  const tools = { onInstallation, print, say, firmZone, found: () => void (code = 4) };
  registerBackOffice(program, tools);
  addRebuildCommand(program, tools);

  program
    .command('migrate')
    .description('bring the database up to this version')
    .option('--logins <folder>', 'also give each process a login of its own, with the password in <folder>/<process>-password')
    .action((options: { logins?: string }) =>
      onInstallation(async ({ url }) => {
        const logins = options.logins === undefined ? [] : loginsIn(options.logins);
        const applied = await migrate(url, allMigrations);
        print(applied.length === 0 ? 'the database is up to date' : `applied ${applied.join(', ')}`);
        if (logins.length > 0) print(`logins: ${(await provideLogins(url, logins)).join(', ')}`);
      }),
    );

  program
    .command('secrets')
    .description(
      'make what docker-compose.yml reads from files and is not there yet: passwords, master keys, a token issuer; needs no database',
    )
    .argument('[folder]', 'where to', 'docker/secrets')
    .action(async (folder: string) => {
      const made = await makeSecrets(folder);
      print(made.length === 0 ? `${folder} has every secret` : `made in ${folder}: ${made.join(', ')}`);
    });

  program
    .command('import')
    .description('import a data set: cfpb <file>, bank-marketing <file>, berka <folder>; or back-office <file or folder>')
    .argument('<source>')
    .argument('<path>')
    .option('--json', 'print the counts as one JSON document')
    .option('--branch <id>', 'branch of those whose branch the source does not say')
    .option('--adapter <name>', 'how files of the back office are written', 'standard')
    .action((name: string, path: string, options: { json?: boolean; branch?: string; adapter: string }) => {
      if (name === 'back-office') return onInstallation((installation) => importBackOfficeFiles(installation, path, options, tools));
      const source = sourceNamed(name);
      return onInstallation(async (installation) => {
        const dataSets = await importDataSets(installation, firmZone(), [{ source, path, branchId: options.branch }], say);
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
        if (findingCount > 0) code = 4;
      }),
    );

  program
    .command('status')
    .description('where the log, Kafka and the read models are, and what is parked')
    .option('--json', 'print it as one JSON document')
    .action((options: { json?: boolean }) =>
      onInstallation(async ({ url }) => {
        const database = createPool({ url, max: 1, applicationName: 'rapport ops' });
        try {
          const status = await statusOf(database);
          print(options.json ? JSON.stringify(status) : statusLines(status).join('\n'));
        } finally {
          await database.end();
        }
      }),
    );

  program
    .command('token')
    .description('a bearer token of the embedded installation’s own issuer')
    .requiredOption('--role <role>')
    .option('--subject <id>', 'who it is for', 'ops')
    .option('--branch <id>', 'needed where the role sees one branch only')
    .option('--hours <n>', 'how long it holds', '12')
    .action(async (options: { role: string; subject: string; branch?: string; hours: string }) =>
      print(await issueToken(new Home(), { ...options, hours: Number(options.hours) })),
    );

  program
    .command('what-if')
    .description('what was promised and kept in the what-if document of a file, or in each of an array of them; needs no database')
    .argument('<file>')
    .action(async (file: string) => {
      const answered = await answerWhatIfFile(file);
      if ('answer' in answered) return print(JSON.stringify(answered.answer, null, 2));
      say(JSON.stringify(answered.problem, null, 2));
      code = 2;
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

  addTierCommands(program, { onInstallation, print, firmZone });

  const parked = program.command('parked').description('clients whose events a read model could not apply');
  parked
    .command('list')
    .option('--json', 'print it as one JSON document')
    .action((options: { json?: boolean }) =>
      onInstallation(async (installation) => {
        const list = await withParkedKeys(installation, firmZone(), (keys) => keys.list());
        if (options.json) print(JSON.stringify(list));
        else if (list.length === 0) print('nothing is parked');
        else
          for (const one of list)
            print(`${one.projection} ${one.key}: ${one.eventCount} events since position ${one.firstPosition}, ${one.errorCode}`);
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
        if (result.parked > 0) code = 4;
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

  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError || error instanceof UnusableFile) {
    say(error.message);
    return 2;
  }
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === '3F000' || code === '42P01') say('the database is not prepared: run `npm run ops -- migrate` first');
  else if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') say(`the database does not answer: ${message}`);
  else say(message);
  if (process.env.LOG_LEVEL === 'debug') say(stack ?? '');
  return 1;
}
