import { Command } from 'commander';

export interface Arguments {
  demo: boolean;
  /** Start over: the embedded database is deleted first. */
  reset: boolean;
  exit: boolean;
  json: boolean;
  /** 0: a free one. */
  port: number;
}

const PORT_MAX = 65_535;

/** Exits with code 2 and a sentence where something is unknown or wrong. */
export function parseArguments(args: readonly string[]): Arguments {
  const program = new Command('npm start --')
    .description('Rapport with every part in one process, on an embedded PostgreSQL')
    .option('--demo', 'import the sample data and print what to try', false)
    .option('--reset', 'start over: delete the embedded database first', false)
    .option('--exit', 'stop after printing', false)
    .option('--json', 'print the counts as one JSON document', false)
    .option('--port <n>', 'port of the API; a free one otherwise', process.env.PORT ?? '0')
    .allowExcessArguments(false)
    .showHelpAfterError('--help says what there is')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  const options = program.parse(args, { from: 'user' }).opts<Omit<Arguments, 'port'> & { port: string }>();
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > PORT_MAX)
    program.error(`--port (or PORT) is a number from 0 to ${PORT_MAX}, not ${options.port}`);
  return { ...options, port };
}
