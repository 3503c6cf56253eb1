const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 5_000;

/** Resolves after the delay, or early when the signal aborts. */
export function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal?.addEventListener('abort', done);
  });
}

/** Growing delays between retries of something that has no last attempt, e.g. waiting for the database to come back. */
export class Backoff {
  private delayMs = FIRST_DELAY_MS;

  async wait(signal?: AbortSignal): Promise<void> {
    await pause(this.delayMs * (0.75 + Math.random() / 2), signal);
    this.delayMs = Math.min(this.delayMs * 2, LONGEST_DELAY_MS);
  }

  reset(): void {
    this.delayMs = FIRST_DELAY_MS;
  }
}
