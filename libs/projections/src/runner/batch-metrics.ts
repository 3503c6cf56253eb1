import { counter, histogram, SECONDS } from '#telemetry';

/** How applying events goes, as Prometheus sees it. */
export const batchMetrics = {
  duration: histogram(
    'rapport_projection_batch_duration_seconds',
    'One transaction of rows and checkpoints, all read models together.',
    SECONDS,
  ),
  events: counter('rapport_projection_events_total', 'Events that a read model has taken, those that it parked included.', ['projection']),
};
