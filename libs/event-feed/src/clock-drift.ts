const CHECK_MS = 1_000;
const MOST_DRIFT_MS = 5_000;

/**
 * Calls back once when the wall clock has been stepped against the monotonic one: kafkajs counts its heartbeats by the
 * wall clock, and falls silent when it steps back. Answers a function that ends the watch.
 */
export function watchClockDrift(onDrift: (driftMs: number) => void, wall: () => number = Date.now): () => void {
  const offset = wall() - performance.now();
  const timer = setInterval(() => {
    const driftMs = wall() - performance.now() - offset;
    if (Math.abs(driftMs) <= MOST_DRIFT_MS) return;
    clearInterval(timer);
    onDrift(driftMs);
  }, CHECK_MS);
  return () => clearInterval(timer);
}
