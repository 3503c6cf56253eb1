import { type HealthParts, HealthMonitor } from './health.js';
import { createLogger, type Logger } from './logger.js';
import { startOperationsServer } from './operations-server.js';
import { sentenceOf } from './sentence-of.js';
import { Settings, WrongSettings } from './settings.js';
import { startTracing } from './tracing.js';

const STOP_DEADLINE_MS = 10_000;
const CONFIGURED_WRONG = 2;
const GAVE_UP = 1;
const STALL_SECONDS = 60;
const STALL_SECONDS_MAX = 86_400;
const PORT_MAX = 65_535;

/** What runs in a process. */
export interface Running {
  /** Takes nothing new, finishes what is under way, and lets go of everything. */
  close(): Promise<unknown>;
  /** For the line that says it is up. */
  told?: object;
  health: HealthParts;
}

export interface ProcessOptions {
  name: string;
  /** Where operations ask, unless OPERATIONS_PORT says otherwise. */
  operationsPort: number;
  /** Whoever has not stopped by then is ended. Default 10 s. */
  stopWithinMs?: number;
}

/** How to judge a process, from the environment. Throws where a value is wrong. */
const operationsSettings = (defaultPort: number, env: NodeJS.ProcessEnv = process.env) =>
  Settings.read(env, (settings) => {
    settings.logLevel(); // the logger reads it, and has nobody to tell
    return {
      host: settings.optional('OPERATIONS_HOST', '127.0.0.1'),
      port: settings.whole('OPERATIONS_PORT', defaultPort, PORT_MAX),
      portIsDefault: !settings.has('OPERATIONS_PORT'),
      stallMs: settings.whole('STALL_SECONDS', STALL_SECONDS, STALL_SECONDS_MAX) * 1_000,
    };
  });

/** Answers operations from now on, as the environment says; at first that this process is starting. */
export async function serveOperations(
  defaultPort: number,
): Promise<{ url: string; health: HealthMonitor; close(this: void): Promise<void> }> {
  const { stallMs, ...address } = operationsSettings(defaultPort);
  const health = new HealthMonitor(stallMs);
  const server = await startOperationsServer(address, health);
  const close = (): Promise<void> => {
    health.close();
    return server.close();
  };
  return { url: `http://${server.host}:${server.port}`, health, close };
}

/**
 * The life of a process: answers operations, starts, runs until SIGTERM or SIGINT, stops within 10 s, and exits. What
 * keeps it from starting is told the person who configured it: in one line of the log, or in sentences where a person reads
 * along. `fault` of `start` ends it with exit code 1, and so does an error that nobody awaited: it is told in the log, and
 * whoever runs the process starts it again.
 */
export async function runProcess(
  { name, operationsPort, stopWithinMs = STOP_DEADLINE_MS }: ProcessOptions,
  start: (fault: () => void) => Promise<Running>,
): Promise<void> {
  const log = createLogger(name);
  process.once('uncaughtException', (error, origin) => {
    log.fatal(
      { error: String(error), origin, stack: error instanceof Error ? error.stack : undefined },
      `${name} ended by an error that nobody awaited`,
    );
    process.exit(GAVE_UP);
  });
  try {
    if (process.argv.length > 2) throw new Error(`it takes no arguments, and was given ${process.argv.slice(2).join(' ')}`);
    const operations = await serveOperations(operationsPort);
    const endTracing = await startTracing(name);
    const running = await start(() => process.exit(GAVE_UP));
    operations.health.watch(running.health);
    const stop = (signal: string): void =>
      void stopProcess(log, signal, stopWithinMs, [() => running.close(), operations.close, endTracing]);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop(signal));
    log.info({ ...running.told, operations: operations.url }, `${name} is up`);
  } catch (error) {
    if (isReadByPerson()) say(whyNotStarted(name, error));
    else log.fatal({ error: sentenceOf(error) }, `${name} did not start`);
    log.debug({ stack: (error as Error).stack }, 'where');
    process.exit(CONFIGURED_WRONG);
  }
}

/** A terminal, or what `npm run` has started there; what an orchestrator started is read from its log. */
const isReadByPerson = (): boolean => process.stderr.isTTY || process.env.npm_lifecycle_event !== undefined;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function whyNotStarted(name: string, error: unknown): string {
  const reasons = error instanceof WrongSettings ? error.faults : [sentenceOf(error)];
  const advice = 'It is set up by its environment: docker/README.md names every setting. `npm run demo` needs none.';
  return [`${name} did not start:`, ...reasons.map((reason) => `  ${reason}`), advice].join('\n');
}

async function stopProcess(log: Logger, signal: string, withinMs: number, closings: readonly (() => Promise<unknown>)[]): Promise<void> {
  log.info({ signal }, 'stopping');
  setTimeout(() => {
    log.fatal({ withinMs }, 'did not stop in time; what was acknowledged is in the log');
    process.exit(GAVE_UP);
  }, withinMs).unref();
  try {
    for (const close of closings) await close();
    log.info('stopped');
    process.exit(0);
  } catch (error) {
    log.fatal({ error: String(error) }, 'did not stop cleanly');
    process.exit(GAVE_UP);
  }
}
