import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A line to a server on this machine that a test can cut, on 127.0.0.1. */
export class FaultProxy {
  /** How many of the next answers are lost: the server did what it was asked, and its connection breaks without a byte of it. */
  losing = 0;
  /** The answers that were lost, as text, in order. */
  readonly lost: string[] = [];
  private readonly sockets = new Set<Socket>();
  private refusing = false;

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {
    server.on('connection', (near: Socket) => this.join(near));
  }

  /** `url`: of the server, whose host and port are used. `port`: to listen on; a free one otherwise. */
  static async before(url: string, port = 0): Promise<FaultProxy> {
    const server = createServer();
    const target = new URL(url);
    const proxy = new FaultProxy(server, { host: target.hostname, port: Number(target.port) });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The same address through this line. */
  through(url: string): string {
    const through = new URL(url);
    through.hostname = '127.0.0.1';
    through.port = String(this.port);
    return through.href.replace(/\/$/, url.endsWith('/') ? '/' : '');
  }

  /** Refuses connections, and breaks those that there are, until it is set back. */
  get down(): boolean {
    return this.refusing;
  }
  set down(value: boolean) {
    this.refusing = value;
    if (value) this.cut();
  }

  /** Breaks every connection, whatever it is in the middle of. Answers how many. */
  cut(): number {
    const cut = this.sockets.size / 2;
    for (const socket of this.sockets) socket.destroy();
    return cut;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.cut();
    await closed;
  }

  private join(near: Socket): void {
    if (this.refusing) return void near.destroy();
    const far = connect(this.target);
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket));
    }
    near.on('data', (bytes) => far.write(bytes)).on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    far.on('data', (bytes) => {
      if (this.losing === 0) return near.write(bytes);
      this.losing--;
      this.lost.push(bytes.toString('utf8'));
      near.destroy();
      return far.destroy();
    });
  }
}
