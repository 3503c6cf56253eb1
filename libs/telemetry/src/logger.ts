import { destination, type Logger, pino } from 'pino';
import { traceFields } from './tracing.js';

export type { Logger };

export const LOG_LEVELS = [...Object.values(pino.levels.labels), 'silent'] as const;
export const LOG_LEVEL_DEFAULT = 'info';

/** What LOG_LEVEL says; another word is told where a process reads its settings, not here, where every module comes by. */
function logLevel(): string {
  const { LOG_LEVEL: level } = process.env;
  return level !== undefined && LOG_LEVELS.includes(level) ? level : LOG_LEVEL_DEFAULT;
}

/** One destination for all loggers of the process: standard error, so that standard output stays a command's answer. */
const stderr = destination({ fd: 2, sync: true });

/**
 * JSON lines to standard error. The level comes from LOG_LEVEL (default `info`). Where traces are on, a line carries `trace_id`
 * and `span_id` of what it was written in.
 * Log ids, codes, counts and positions only: nothing personal is redacted here, because nothing personal may arrive.
 */
export const createLogger = (name: string): Logger =>
  pino(
    {
      name,
      level: logLevel(),
      formatters: { level: (label) => ({ level: label }) },
      base: { pid: process.pid },
      mixin: traceFields,
    },
    stderr,
  );
