import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { createLogger } from './logger.js';
import { within } from './within.js';

/**
 * Every label that a metric may have. Their values come from code or from configuration: a name of a route, a command, a
 * read model, a topic, a code. What a person or a source has sent is never one, so no figure can name anybody.
 */
export const METRIC_LABELS = [
  'channel',
  'code',
  'command',
  'dependency',
  'method',
  'office',
  'outcome',
  'projection',
  'route',
  'state',
  'status',
  'topic',
  'version',
] as const;
export type MetricLabel = (typeof METRIC_LABELS)[number];

const FRESH_FOR_MS = 1_000;
const READ_DEADLINE_MS = 3_000;
/** What a metric's name begins with; its unit and `_total` end it, as Prometheus asks. */
const NAME = /^rapport_[a-z0-9_]+$/;

const log = createLogger('metrics');
const registry = new Registry();
collectDefaultMetrics({ register: registry });

function described<L extends MetricLabel>(name: string, help: string, labelNames: readonly L[]) {
  if (!NAME.test(name)) throw new Error(`${name} is no name of a metric of ours`);
  return { name, help, labelNames, registers: [registry] };
}

/** Seconds of something that a person or a process waits for: 0.5 ms to 10 s. */
export const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const counter = <L extends MetricLabel = never>(name: string, help: string, labels: readonly L[] = []): Counter<L> =>
  new Counter(described(name, help, labels));
export const gauge = <L extends MetricLabel = never>(name: string, help: string, labels: readonly L[] = []): Gauge<L> =>
  new Gauge(described(name, help, labels));
export const histogram = <L extends MetricLabel = never>(
  name: string,
  help: string,
  buckets: readonly number[],
  labels: readonly L[] = [],
): Histogram<L> => new Histogram({ ...described(name, help, labels), buckets: [...buckets] });

/** Figures that are read when somebody asks for the metrics. */
export interface ScrapedFigures<T> {
  read(this: void): Promise<T> | T;
  show(this: void, figures: T): void;
  /** Takes away what is shown: a figure that cannot be read is absent, not old. */
  clear(this: void): void;
}

const scraped = new Set<() => Promise<void>>();
const failures = counter('rapport_figures_unread_total', 'Times that figures could not be read from the database for a scrape.');

/** Has figures read on each scrape, at most once a second. Answers what ends it. */
export function onScrape<T>({ read, show, clear }: ScrapedFigures<T>): () => void {
  let readAt = -Infinity;
  const refresh = async (): Promise<void> => {
    if (performance.now() - readAt < FRESH_FOR_MS) return;
    readAt = performance.now();
    try {
      show(await within(READ_DEADLINE_MS, 'reading figures', Promise.resolve(read())));
    } catch (error) {
      log.debug({ error: String(error) }, 'figures could not be read');
      failures.inc();
      clear();
    }
  };
  scraped.add(refresh);
  return () => {
    scraped.delete(refresh);
    clear();
  };
}

/** All metrics of this process in Prometheus' text format. */
export async function scrape(): Promise<{ contentType: string; text: string }> {
  await Promise.all([...scraped].map((refresh) => refresh()));
  return { contentType: registry.contentType, text: await registry.metrics() };
}
