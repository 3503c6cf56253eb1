/** Operations per second of so many callers, each with one operation under way, after a warm-up that is not counted. */
export async function rateOf(callers: number, seconds: number, operation: () => Promise<unknown>): Promise<number> {
  const start = performance.now() + (seconds * 1_000) / 4;
  const end = start + seconds * 1_000;
  let done = 0;
  const call = async (): Promise<void> => {
    for (let now = 0; now < end; now = performance.now()) {
      await operation();
      if (performance.now() >= start) done++;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return done / ((performance.now() - start) / 1_000);
}

/** Milliseconds that each of so many operations took, spread over so many callers. */
export async function latenciesOf(callers: number, count: number, operation: (nth: number) => Promise<unknown>): Promise<number[]> {
  const latenciesMs: number[] = [];
  let next = 0;
  const call = async (): Promise<void> => {
    while (next < count) {
      const nth = next++;
      const start = performance.now();
      await operation(nth);
      latenciesMs.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return latenciesMs;
}

/** Milliseconds that the work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
