import pg from 'pg';
import { connectionConfig, type PoolOptions } from './pool.js';

export interface PipelinedOptions extends Omit<PoolOptions, 'max' | 'onIdleError'> {
  /** After so long without an answer the line counts as dead, and everything on it fails. */
  answerTimeoutMs: number;
}

/**
 * One connection on which statements are sent without waiting for the answers of those before; PostgreSQL works them off in
 * order. Made when it is first needed, and again after it broke.
 */
export class PipelinedConnection {
  private client: Promise<pg.Client> | undefined;

  constructor(private readonly options: PipelinedOptions) {}

  /** Rejects where the server is away; the next call tries again. */
  open(): Promise<pg.Client> {
    if (this.client) return this.client;
    const { answerTimeoutMs, ...session } = this.options;
    const client = new pg.Client({ ...connectionConfig(session), pipeline: true, query_timeout: answerTimeoutMs });
    const connecting = client.connect().then(() => client);
    const forget = (): void => {
      if (this.client === connecting) this.client = undefined;
    };
    client.on('error', forget).on('end', forget);
    connecting.catch(forget);
    return (this.client = connecting);
  }

  /** Whoever asks next gets a new one; this one ends after what is under way on it. */
  forget(): void {
    void this.client?.then((client) => client.end()).catch(() => undefined);
    this.client = undefined;
  }

  async end(): Promise<void> {
    await (await this.client?.catch(() => undefined))?.end();
  }
}

/**
 * What `ask` and everybody else sends in this turn of the event loop leaves in one write: one system call, one packet. Only
 * once all that has arrived is read: a socket that is written to while it is read from goes on being read for dozens of
 * answers, and those who wait on another one starve.
 */
export function sentTogether<T>({ connection: { stream } }: pg.Client, ask: () => T): T {
  stream.cork();
  setImmediate(() => stream.uncork());
  return ask();
}
