import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface ResponseDropper {
  readonly url: string;
  /** The responses that were dropped, as text, in order. */
  readonly dropped: readonly string[];
  close(): Promise<void>;
}

/** A proxy that passes requests on and, once the response has begun to come, cuts the caller off without a byte of it. */
export async function dropResponsesOf(target: string): Promise<ResponseDropper> {
  const { hostname, port } = new URL(target);
  const dropped: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((caller) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [caller, upstream]) {
      open.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket));
    }
    caller.on('data', (bytes) => upstream.write(bytes));
    caller.on('close', () => upstream.end());
    upstream.once('data', (bytes) => {
      dropped.push(bytes.toString('utf8'));
      caller.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    dropped,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
