import { Command, CommanderError } from 'commander';
import { sentenceOf, Settings, WrongSettings } from '#telemetry';
import { backOfficeCommands } from './commands/back-office-commands.js';
import type { CommandGroup, CommandTools } from './commands/command-tools.js';
import { installationCommands } from './commands/installation-commands.js';
import { logCommands } from './commands/log-commands.js';
import { readModelCommands } from './commands/read-model-commands.js';
import { serviceLevelCommands } from './commands/service-level-commands.js';
import { tierCommands } from './commands/tier-commands.js';
import { Home } from './home.js';
import { UnusableFile } from './import/source.js';
import { openInstallation, UsageError } from './installation.js';

/** In the order of the help. */
const groups: readonly CommandGroup[] = [
  installationCommands,
  logCommands,
  readModelCommands,
  serviceLevelCommands,
  tierCommands,
  backOfficeCommands,
];

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Exit codes: 0 done; 1 a fault; 2 it was asked for wrongly; 4 something was found. */
export async function runOps(args: readonly string[]): Promise<number> {
  let code = 0;
  const tools: CommandTools = {
    onInstallation: async (work) => {
      const installation = await openInstallation(new Home(), say);
      try {
        await work(installation);
      } finally {
        await installation.close();
      }
    },
    print,
    say,
    firmZone: () => Settings.read(process.env, (settings) => settings.firmZone()),
    found: () => void (code = 4),
  };
  const program = new Command('ops')
    .description('Operate a Rapport installation: DATABASE_URL, or else the embedded one')
    .exitOverride()
    .allowExcessArguments(false)
    .showHelpAfterError('--help, also behind a command, says what there is');
  for (const add of groups) add(program, tools);

  try {
    Settings.read(process.env, (settings) => settings.logLevel());
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError || error instanceof UnusableFile || error instanceof WrongSettings) {
    say(error.message);
    return 2;
  }
  const { code, stack } = error as NodeJS.ErrnoException;
  const away = code === 'ECONNREFUSED' || code === 'ENOTFOUND';
  say(`${away ? 'the database is away: ' : ''}${sentenceOf(error)}`);
  if (process.env.LOG_LEVEL === 'debug') say(stack ?? '');
  return 1;
}
