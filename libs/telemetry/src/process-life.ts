import { type HealthParts, HealthMonitor } from './health.js';
import { createLogger, type Logger } from './logger.js';
import { startOperationsServer } from './operations-server.js';
import { Settings } from './settings.js';
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
}

/** How to judge a process, from the environment. Throws where a value is wrong. */
export const operationsSettings = (defaultPort: number, env: NodeJS.ProcessEnv = process.env) =>
  Settings.read(env, (settings) => ({
    host: settings.optional('OPERATIONS_HOST', '127.0.0.1'),
    port: settings.whole('OPERATIONS_PORT', defaultPort, PORT_MAX),
    portIsDefault: !settings.has('OPERATIONS_PORT'),
    stallMs: settings.whole('STALL_SECONDS', STALL_SECONDS, STALL_SECONDS_MAX) * 1_000,
  }));

/**
 * The life of a process: answers operations, starts, runs until SIGTERM or SIGINT, stops within 10 s, and exits. What
 * keeps it from starting is told in one line, for the person who configured it. `fault` of `start` ends it with exit code 1.
 */
export async function runProcess({ name, operationsPort }: ProcessOptions, start: (fault: () => void) => Promise<Running>): Promise<void> {
  const log = createLogger(name);
  try {
    const { stallMs, ...address } = operationsSettings(operationsPort);
    const health = new HealthMonitor(stallMs);
    const operations = await startOperationsServer(address, health);
    const endTracing = await startTracing(name);
    const running = await start(() => process.exit(GAVE_UP));
    health.watch(running.health);
    const stop = (signal: string): void => void stopProcess(log, signal, [() => running.close(), () => operations.close(), endTracing]);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop(signal));
    log.info({ ...running.told, operations: `http://${operations.host}:${operations.port}` }, `${name} is up`);
  } catch (error) {
    log.fatal({ error: (error as Error).message }, `${name} did not start`);
    log.debug({ stack: (error as Error).stack }, 'where');
    process.exit(CONFIGURED_WRONG);
  }
}

async function stopProcess(log: Logger, signal: string, closings: readonly (() => Promise<unknown>)[]): Promise<void> {
  log.info({ signal }, 'stopping');
  setTimeout(() => {
    log.fatal({ withinMs: STOP_DEADLINE_MS }, 'did not stop in time; what was acknowledged is in the log');
    process.exit(GAVE_UP);
  }, STOP_DEADLINE_MS).unref();
  try {
    for (const close of closings) await close();
    log.info('stopped');
    process.exit(0);
  } catch (error) {
    log.fatal({ error: String(error) }, 'did not stop cleanly');
    process.exit(GAVE_UP);
  }
}
