import { counter, gauge, histogram, onScrape, SECONDS } from '#telemetry';
import type { Outcome } from './append.js';

const BATCH_COMMANDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** How the append path does, as Prometheus sees it. */
export const appendMetrics = {
  duration: histogram('rapport_append_duration_seconds', 'From a command’s arrival at the append path to its durable answer.', SECONDS),
  batchCommands: histogram('rapport_append_batch_commands', 'Commands that went to the log in one batch.', BATCH_COMMANDS),
  outcomes: counter(
    'rapport_appends_total',
    'Commands answered by the append path: accepted, repeat, conflict, reserved, mismatch; overloaded (nothing stored), unknown (no answer in time), failed.',
    ['outcome'],
  ),
  queueDepth: gauge('rapport_append_queue_depth', 'Commands that wait to be appended.'),
  underWay: gauge('rapport_append_under_way', 'Commands sent to the log and not answered yet.'),
};

export type AppendOutcome = Outcome['kind'] | 'overloaded' | 'unknown' | 'failed';
for (const outcome of [
  'accepted',
  'repeat',
  'conflict',
  'reserved',
  'mismatch',
  'overloaded',
  'unknown',
  'failed',
] satisfies AppendOutcome[]) {
  appendMetrics.outcomes.inc({ outcome }, 0); // an alert on a rate needs the zero before the first
}

/** What waits, what is on its way, and how many commands have been answered so far. */
export interface AppendLoad {
  queued: number;
  underWay: number;
  answered: number;
}

const loads = new Set<() => AppendLoad>();
onScrape({
  read: () => [...loads].map((load) => load()),
  show: (all) => {
    appendMetrics.queueDepth.set(all.reduce((sum, { queued }) => sum + queued, 0));
    appendMetrics.underWay.set(all.reduce((sum, { underWay }) => sum + underWay, 0));
  },
  clear: () => undefined,
});

/** Adds one append path's load to the process's. Answers what takes it away again. */
export function showLoad(load: () => AppendLoad): () => void {
  loads.add(load);
  return () => void loads.delete(load);
}
