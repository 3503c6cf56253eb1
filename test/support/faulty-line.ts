import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A line to PostgreSQL that a test can cut. */
export interface FaultyLine {
  /** The same database through this line. */
  url: string;
  /** The server's next answer is lost and its connection breaks, after the server did what it was asked. */
  loseNextAnswer(): void;
  /** Refuses connections, until `mend`. */
  down: boolean;
  /** How many answers were lost. */
  readonly lost: number;
  close(): Promise<void>;
}

export async function faultyLine(databaseUrl: string): Promise<FaultyLine> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let losing = false;
  const line: { lost: number; down: boolean } = { lost: 0, down: false };
  const server = createServer((near) => {
    if (line.down) return near.destroy();
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      socket.setNoDelay(true);
    }
    near.on('data', (chunk) => far.write(chunk)).on('close', () => far.destroy());
    far.on('data', (chunk) => {
      if (!losing) return near.write(chunk);
      losing = false;
      line.lost++;
      near.destroy();
      return far.destroy();
    });
    far.on('close', () => near.destroy());
    return undefined;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = new URL(databaseUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    loseNextAnswer: () => void (losing = true),
    get lost() {
      return line.lost;
    },
    get down() {
      return line.down;
    },
    set down(value) {
      line.down = value;
      if (value) for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
