import { kafkaOf } from '#event-feed';
import { Settings } from '#telemetry';
import { createPool, migrate, provideLogins } from '#database';
import { Home } from '../home.js';
import { allMigrations } from '../migrations.js';
import type { CommandGroup } from './command-tools.js';
import { giveAccess, kafkaNames } from './kafka-access.js';
import { loginsIn, makeSecrets } from './secrets.js';
import { statusLines, statusOf } from './status.js';
import { issueToken } from './token.js';

/** An installation made ready, and how it is. */
export const installationCommands: CommandGroup = (program, { onInstallation, print }) => {
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
    .command('kafka-access')
    .description('make the topics, and let each process do with them what it does: as KAFKA_USER, who may; needs no database')
    .action(async () => {
      const [connection, names] = Settings.read(process.env, (settings) => [kafkaOf(settings), kafkaNames(settings)] as const);
      for (const line of await giveAccess(connection, names)) print(line);
    });

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
};
