import { createLogger } from './logger.js';

const STOP_DEADLINE_MS = 10_000;
const CONFIGURED_WRONG = 2;

/**
 * The life of a process: starts, runs until SIGTERM or SIGINT, stops within 10 s, and exits. What keeps it from starting
 * is told in one line, for the person who configured it. `fault` of `start` ends it with exit code 1.
 */
export async function runProcess(
  name: string,
  start: (fault: () => void) => Promise<{ close(): Promise<unknown>; told?: object }>,
): Promise<void> {
  const log = createLogger(name);
  let running: { close(): Promise<unknown>; told?: object };
  try {
    running = await start(() => process.exit(1));
  } catch (error) {
    log.fatal({ error: (error as Error).message }, `${name} did not start`);
    log.debug({ stack: (error as Error).stack }, 'where');
    process.exit(CONFIGURED_WRONG);
  }
  const stop = (signal: string): void => {
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    running.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop(signal));
  log.info({ ...running.told }, `${name} is up`);
}
