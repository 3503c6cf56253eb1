import { rmSync } from 'node:fs';
import { startEmbeddedPostgres } from '#database';
import { sentenceOf, serveOperations, Settings, WrongSettings } from '#telemetry';
import { Home } from '../../ops/src/index.js';
import { parseArguments } from './arguments.js';
import { demoLines, runDemo } from './demo.js';
import { OlderDemo } from './demo-rules.js';
import { type Standalone, startStandalone } from './standalone.js';

/** Where operations ask, unless OPERATIONS_PORT says otherwise; a free port where that is taken. */
const OPERATIONS_PORT = 9700;
const PARENT_CHECK_MS = 500;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Runs until a signal, or until `--exit` says so. Answers the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    return await runParts(args);
  } catch (error) {
    const { code, message, stack } = error as NodeJS.ErrnoException;
    const askedWrongly = error instanceof OlderDemo || error instanceof WrongSettings;
    if (askedWrongly) say(message);
    else say(code === 'EADDRINUSE' ? 'That port is taken; choose another with --port.' : sentenceOf(error));
    if (process.env.LOG_LEVEL === 'debug') say(stack ?? '');
    return askedWrongly || code === 'EADDRINUSE' ? 2 : 1;
  }
}

async function runParts(args: readonly string[]): Promise<number> {
  const { demo, reset, exit, json, port } = parseArguments(args);
  const firmZone = Settings.read(process.env, (settings) => settings.firmZone());
  const home = new Home();
  const stopped = signalled();
  const running = await home.running();
  if (running) {
    say(`Rapport is running already (process ${running.pid})${running.apiUrl ? ` at ${running.apiUrl}` : ''}; stop it first.`);
    return 2;
  }
  if (reset) await startOver(home);
  const operations = await serveOperations(OPERATIONS_PORT);
  say('Starting PostgreSQL, the read models and the API ...');
  const standalone = await startStandalone({ home, port, firmZone, notice: say }).catch(async (error: unknown) => {
    await operations.close();
    throw error;
  });
  operations.health.watch(standalone.health);
  try {
    const work = demo ? showDemo(standalone, firmZone, json) : showAddress(standalone, home).then(() => standalone.beginKeeping());
    const finished = await Promise.race([work.then(() => true), stopped.then(() => false), standalone.ended.then(() => false)]);
    if (!finished) {
      say('\nStopping ...');
      return 130;
    }
    if (exit) return 0;
    say('Ctrl-C stops it.');
    await Promise.race([stopped, standalone.ended]);
    say('\nStopping ...');
    return 0;
  } finally {
    await standalone.stop();
    await operations.close();
  }
}

async function showDemo(standalone: Standalone, firmZone: string, json: boolean): Promise<void> {
  const result = await runDemo(standalone, firmZone, say);
  await standalone.beginKeeping();
  const lines = demoLines(result, standalone.apiUrl).join('\n');
  if (json) {
    process.stdout.write(`${JSON.stringify({ dataSets: result.dataSets })}\n`);
    say(lines);
  } else process.stdout.write(`${lines}\n`);
}

async function showAddress({ apiUrl }: Standalone, home: Home): Promise<void> {
  process.stdout.write(
    `API: ${apiUrl}   Swagger UI: ${apiUrl}/docs   data: ${home.folder}\nA token: npm run ops -- token --role complianceOfficer\n`,
  );
}

// The database may not be where it was asked to be, and starting it tells; what it leaves is then ours to delete.
async function startOver(home: Home): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir: home.postgres });
  await postgres.stop();
  for (const place of [postgres.dataDir, home.postgres, home.place('walkthrough.json'), home.refusals, home.place('keys')]) {
    rmSync(place, { recursive: true, force: true });
  }
  say('Starting over with an empty database.');
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
    if (process.env.npm_lifecycle_event === undefined) return;
    // npm dies of a signal without a word to us: what was started by it ends with it
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && resolve(), PARENT_CHECK_MS).unref();
  });
}
