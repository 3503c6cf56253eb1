import { newId } from '#event-sourcing';

export const SHANGHAI = 'sh-01';
export const BEIJING = 'bj-01';

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** Gives up waiting. */
  signal?: AbortSignal;
}

/** One caller over HTTP. */
export class Caller {
  constructor(
    readonly url: string,
    readonly authorization: string,
  ) {}

  at(url: string): Caller {
    return new Caller(url, this.authorization);
  }

  async call(method: string, address: string, { body, headers = {}, signal }: CallOptions = {}): Promise<Answer> {
    const response = await fetch(this.url + address, {
      method,
      signal,
      headers: { authorization: this.authorization, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
    } as RequestInit);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text } };
  }

  get(address: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('GET', address, { headers });
  }

  /** A command. `version`: sent as If-Match. `key`: default a new Idempotency-Key. */
  post(address: string, body: unknown, { version, key = newId(), headers = {}, signal }: CommandOptions = {}): Promise<Answer> {
    const all = { 'idempotency-key': key, ...(version !== undefined && { 'if-match': `"${version}"` }), ...headers };
    return this.call('POST', address, { body, headers: all, signal });
  }
}

export interface CommandOptions {
  version?: number;
  key?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

let clientNumber = 0;

/** A registration that is in order. */
export const aClient = (more: object = {}): Record<string, unknown> => ({
  clientNo: `C-${process.pid}-${++clientNumber}`,
  party: 'person',
  identity: { name: '王芳', idNumber: '310101198405170023', birthDate: '1984-05-17' },
  reachableAt: [{ channel: 'phone', address: '+86 139 0000 1234' }],
  acquisitionSource: 'branch',
  ...more,
});

export const aComplaint = (clientId: unknown, more: object = {}): Record<string, unknown> => ({
  clientId,
  receivedAt: '2026-03-11T10:00:00+08:00',
  channel: 'phone',
  subject: { product: 'fund' },
  ...more,
});

export const aRequest = (clientId: unknown, more: object = {}): Record<string, unknown> => ({
  clientId,
  receivedAt: '2026-03-11T10:00:00+08:00',
  process: 'accountOpening',
  channel: 'counter',
  ...more,
});
