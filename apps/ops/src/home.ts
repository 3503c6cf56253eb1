import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { answers } from '#telemetry';

/** What a running installation tells other processes of the same user: how to reach its database and its API. */
export interface Running {
  pid: number;
  databaseUrl: string;
  apiUrl?: string;
}

/** The folder of an embedded installation: `RAPPORT_HOME`, or `.rapport` in the project. Nothing else is written to. */
export class Home {
  readonly folder: string;

  constructor(folder = process.env.RAPPORT_HOME ?? '.rapport') {
    this.folder = path.resolve(folder);
  }

  readonly place = (...names: string[]): string => path.join(this.folder, ...names);

  get postgres(): string {
    return this.place('postgres');
  }
  get masterKeys(): string {
    return this.place('keys', 'master-keys.json');
  }
  get issuer(): string {
    return this.place('issuer');
  }
  get refusals(): string {
    return this.place('refusals');
  }

  /** The password of the database is in it, so nobody else may read it. */
  tell(running: Running): void {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.place('running.json'), `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 });
  }

  untell(): void {
    rmSync(this.place('running.json'), { force: true });
  }

  /** What was told by a process whose database answers; a crash leaves a note that is no longer true. */
  async running(): Promise<Running | undefined> {
    try {
      const running = JSON.parse(readFileSync(this.place('running.json'), 'utf8')) as Running;
      process.kill(running.pid, 0);
      const { hostname, port } = new URL(running.databaseUrl);
      return (await answers(hostname, Number(port))) ? running : undefined;
    } catch {
      return undefined;
    }
  }
}
