import type { Answer, Caller } from './api.js';

export interface LiveEvent {
  event: string;
  id: string | undefined;
  data: Record<string, unknown>;
}

/** A stream of server-sent events, read as it comes. */
export interface Live {
  status: number;
  headers: Headers;
  /** Events so far. */
  events: LiveEvent[];
  /** What a client would go on from. */
  lastId(): string | undefined;
  /** Rejects after 5 s. */
  until(enough: (events: readonly LiveEvent[]) => boolean): Promise<LiveEvent[]>;
  /** Resolves once the other side has closed it. */
  ended: Promise<void>;
  close(): void;
}

const WAIT_MS = 5_000;

export async function listen(caller: Caller, address: string, headers: Record<string, string> = {}): Promise<Live> {
  const controller = new AbortController();
  const response = await fetch(caller.url + address, {
    headers: { authorization: caller.authorization, ...headers },
    signal: controller.signal,
  });
  const events: LiveEvent[] = [];
  const wakers = new Set<() => void>();
  let lastId: string | undefined;
  const take = (block: string): void => {
    const fields = block.split('\n').filter((line) => !line.startsWith(':') && line.includes(': '));
    const field = (name: string): string | undefined => fields.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    lastId = field('id') ?? lastId;
    const data = field('data');
    if (data === undefined) return;
    events.push({ event: field('event') ?? 'message', id: field('id'), data: JSON.parse(data) as Record<string, unknown> });
    for (const wake of wakers) wake();
  };
  const ended = read(response, take).catch((error: unknown) => {
    if (!controller.signal.aborted) throw error;
  });
  ended.catch(() => undefined); // whoever awaits it is told
  return {
    status: response.status,
    headers: response.headers,
    events,
    ended,
    lastId: () => lastId,
    close: () => controller.abort(),
    async until(enough) {
      const startedMs = performance.now();
      while (!enough(events)) {
        if (performance.now() - startedMs > WAIT_MS) throw new Error(`only ${JSON.stringify(events)}`);
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            clearTimeout(timer);
            wakers.delete(wake);
            resolve();
          };
          const timer = setTimeout(wake, 50);
          wakers.add(wake);
        });
      }
      return events;
    },
  };
}

async function read(response: Response, take: (block: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      take(text.slice(0, end));
      text = text.slice(end + 2);
    }
  }
}

/** How a stream begins, or the refusal; it is closed again at once. */
export async function glance(caller: Caller, address: string): Promise<Answer> {
  const controller = new AbortController();
  const headers = { authorization: caller.authorization };
  const response = await fetch(caller.url + address, { headers, signal: controller.signal });
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  const body = isJson ? ((await response.json()) as Record<string, unknown>) : {};
  controller.abort();
  return { status: response.status, headers: response.headers, body };
}
