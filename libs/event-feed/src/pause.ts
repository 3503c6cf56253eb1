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

/** Our own deadline around a library's promise: it rejects in time even where the library never settles. */
export async function within<T>(deadlineMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {}); // a late failure has nobody left to tell
  }
}
