import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HealthAnswer, HealthMonitor } from './health.js';
import { scrape } from './metrics.js';

export interface OperationsAddress {
  host: string;
  /** 0: a free one. */
  port: number;
  /** Nobody asked for this port: where it is taken, a free one does. */
  portIsDefault: boolean;
}

export interface OperationsServer {
  host: string;
  port: number;
  close(): Promise<void>;
}

/**
 * What operations ask of a process, on a port of its own that no client sees: `/health/started`, `/health/live`,
 * `/health/ready` (200 or 503, each with a sentence for people) and `/metrics`.
 */
export async function startOperationsServer(address: OperationsAddress, health: HealthMonitor): Promise<OperationsServer> {
  const server = createServer((request, response) => {
    void answer(request.url?.split('?')[0], health, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  const port = await listen(server, address);
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
  };
  return { host: address.host, port, close };
}

async function answer(path: string | undefined, health: HealthMonitor, response: ServerResponse): Promise<void> {
  switch (path) {
    case '/health/started':
      return tell(health.started(), response);
    case '/health/live':
      return tell(await health.live(), response);
    case '/health/ready':
      return tell(await health.ready(), response);
    case '/metrics': {
      const { contentType, text } = await scrape();
      response.writeHead(200, { 'Content-Type': contentType }).end(text);
      return;
    }
    case undefined:
  }
  response.writeHead(404).end();
}

function tell({ ok, status, says }: HealthAnswer, response: ServerResponse): void {
  response
    .writeHead(ok ? 200 : 503, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' })
    .end(`${JSON.stringify({ status, says })}\n`);
}

async function listen(server: Server, { host, port, portIsDefault }: OperationsAddress): Promise<number> {
  for (const tried of portIsDefault ? [port, 0] : [port]) {
    server.listen(tried, host);
    try {
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!taken || tried === 0 || !portIsDefault) {
        throw taken ? new Error(`OPERATIONS_PORT ${port} is taken`, { cause: error }) : error;
      }
    }
  }
  throw new Error('no port is free');
}
