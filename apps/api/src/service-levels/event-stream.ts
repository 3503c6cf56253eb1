import type { ServerResponse } from 'node:http';

/** Why a stream was closed by us, told in its last event. The caller opens another and goes on from its last event. */
export type ClosingReason = 'token-expired' | 'shutting-down' | 'too-slow';

const HEARTBEAT_MS = 15_000;
/** What a caller has not read yet. */
const BUFFER_MAX_BYTES = 256 * 1024;
const RETRY_MS = 2_000;
const TIMER_MAX_MS = 2 ** 31 - 1;
/** How long one that does not read is waited for. */
const GRACE_MS = 300;

export interface EventStreamOptions {
  response: ServerResponse;
  headers: Readonly<Record<string, string | number | string[] | undefined>>;
  /** The stream is closed then. */
  endsAtMs: number;
  /** Position that a caller who is told nothing may go on from. */
  position: () => number | undefined;
  heartbeatMs?: number;
}

/** One answer in server-sent events. Never holds more than a bounded number of bytes. */
export class EventStream {
  readonly closed: Promise<void>;
  private readonly timers: NodeJS.Timeout[];
  private ending = false;

  constructor(private readonly options: EventStreamOptions) {
    const { response, headers, endsAtMs, heartbeatMs = HEARTBEAT_MS } = options;
    this.timers = [
      setInterval(() => this.write(`: still here\n${this.idLine()}\n`), heartbeatMs),
      setTimeout(() => this.close('token-expired'), Math.min(TIMER_MAX_MS, Math.max(0, endsAtMs - Date.now()))),
    ];
    this.closed = new Promise((resolve) => {
      const gone = (): void => {
        for (const timer of this.timers) clearTimeout(timer);
        this.ending = true;
        resolve();
      };
      response.once('close', gone);
      if (response.destroyed || (response.socket?.destroyed ?? true)) gone(); // left before we began: nothing tells of it any more
    });
    // whatever goes wrong with the connection ends it; there is nobody left to tell
    response.on('error', () => response.destroy());
    response.writeHead(200, {
      ...headers,
      'Content-Type': 'text/event-stream; charset=utf-8',
      Connection: 'close',
      'X-Accel-Buffering': 'no',
    });
    this.write(`retry: ${RETRY_MS}\n: open\n\n`);
  }

  send(event: string, id: number, data: object): void {
    this.write(`event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  close(reason: ClosingReason): void {
    if (this.ending) return;
    this.ending = true;
    const { response } = this.options;
    response.end(`${this.idLine()}event: closing\ndata: ${JSON.stringify({ reason })}\n\n`);
    this.timers.push(setTimeout(() => response.destroy(), GRACE_MS));
  }

  private write(text: string): void {
    const { response } = this.options;
    if (this.ending || response.destroyed) return;
    response.write(text);
    if (response.writableLength > BUFFER_MAX_BYTES) this.close('too-slow');
  }

  private idLine(): string {
    const position = this.options.position();
    return position === undefined ? '' : `id: ${position}\n`;
  }
}
