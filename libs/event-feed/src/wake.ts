import { pause } from './pause.js';

/** Tells this process's readers that something was appended. Answers a function that takes the listener away again. */
export type OnAppended = (listener: () => void) => () => void;

/** Lets a reader at the log's end sleep until the next append of this process, or the next poll for those of others. */
export class Wake {
  private news = false;
  private waking: AbortController | undefined;
  readonly close: () => void;

  constructor(onAppended?: OnAppended) {
    this.close = onAppended?.(() => this.ring()) ?? (() => {});
  }

  ring(): void {
    this.news = true;
    this.waking?.abort();
  }

  /** Resolves on an append since the last call, after `pollMs`, or when the signal aborts. */
  async wait(pollMs: number, signal: AbortSignal): Promise<void> {
    if (!this.news && !signal.aborted) {
      this.waking = new AbortController();
      await pause(pollMs, AbortSignal.any([signal, this.waking.signal]));
      this.waking = undefined;
    }
    this.news = false;
  }
}
