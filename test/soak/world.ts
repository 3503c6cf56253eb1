import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createPool } from '#database';
import { LocalIssuer } from '#access';
import { MasterKeys } from '#privacy';
import { FaultProxy } from '../support/fault-proxy.js';
import { freePort } from '../support/free-port.js';
import { Fleet } from './fleet.js';
import { fakeClock, type KafkaServer, type PostgresServer, startBroker, startPostgres } from './servers.js';

/** Of everybody who asks. */
export const BRANCH = 'sh-01';
export const FIRM_ZONE = 'Asia/Shanghai';
export const TOPICS = { events: 'soak.events', backOffice: 'soak.back-office', tierChanges: 'soak.tier-changes' } as const;
const TOKEN_DAYS = 29; // a clock that is a day ahead must not end it
const FAKETIME = ['/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1', '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1'];

/** Everything that the soak runs against, and may break. */
export interface World {
  folder: string;
  postgres: PostgresServer;
  kafka: KafkaServer;
  fleet: Fleet;
  /** The database's owner, past every line. */
  owner: ReturnType<typeof createPool>;
  /** Lines of the two APIs, each with its address through the line. */
  apis: { line: FaultProxy; url: string }[];
  /** `Authorization` of a principal. */
  bearer(subject: string, role: 'branchManager' | 'complianceOfficer'): Promise<string>;
  masterKeyFile: string;
  /** Clocks of the processes and of PostgreSQL, as seconds from the true time; absent without faketime. */
  clocks: { apps: string; postgres: string } | undefined;
  close(): Promise<string[]>;
}

/** `root`: where the fleet's code is, the product's or a mutant's. */
export async function openWorld(folder: string, root: string): Promise<World> {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const library = FAKETIME.find((file) => existsSync(file));
  const clocks = library ? { apps: path.join(folder, 'clock-apps'), postgres: path.join(folder, 'clock-postgres') } : undefined;
  for (const file of Object.values(clocks ?? {})) writeFileSync(file, '+0', { mode: 0o644 });
  const kafka = await startBroker(folder);
  const postgres = await startPostgres({ folder, ...(library && clocks && { clock: { library, file: clocks.postgres } }) });
  migrated(postgres.url, root);
  const owner = createPool({ url: postgres.url, max: 3, applicationName: 'soak checker', onIdleError: () => undefined });
  const masterKeyFile = path.join(folder, 'master-keys.json');
  MasterKeys.loadOrCreate(masterKeyFile);
  const issuer = await LocalIssuer.open(path.join(folder, 'issuer'));
  const { issuer: name, audience, jwks } = issuer.settings;
  const ports = [await freePort(), await freePort()];
  const apis = await Promise.all(
    ports.map(async (port) => {
      const line = await FaultProxy.before(`http://127.0.0.1:${port}`);
      return { line, url: `http://127.0.0.1:${line.port}` };
    }),
  );
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    LOG_LEVEL: 'warn',
    NODE_ENV: 'production',
    ...(library && clocks && fakeClock(library, clocks.apps)),
    DATABASE_URL: postgres.line.through(postgres.url),
    KAFKA_BROKERS: kafka.brokers,
    MASTER_KEY_FILE: masterKeyFile,
    FIRM_ZONE,
    KAFKA_TOPIC: TOPICS.events,
    BACK_OFFICE_TOPIC: TOPICS.backOffice,
    TIER_CHANGES_TOPIC: TOPICS.tierChanges,
    TOKEN_ISSUER: name,
    TOKEN_AUDIENCE: audience,
    TOKEN_JWKS: (jwks as { file: string }).file,
    RATE_LIMIT_PER_MINUTE: '1000000',
    OPERATIONS_PORT: '0',
  };
  const own = (app: string, nth: number): Record<string, string> => (app === 'api' ? { PORT: String(ports[nth]) } : {});
  const fleet = new Fleet({ root, env, own, logFile: path.join(folder, 'fleet.log') });
  return {
    folder,
    postgres,
    kafka,
    fleet,
    owner,
    apis,
    masterKeyFile,
    clocks,
    async bearer(subject, role) {
      const token = await issuer.issueToken({ subject, role, branch: BRANCH, ttlSeconds: TOKEN_DAYS * 24 * 3600 });
      return `Bearer ${token}`;
    },
    async close() {
      const bad = await fleet.stop();
      await owner.end();
      for (const { line } of apis) await line.close();
      await Promise.all([postgres.stop(), kafka.stop()]);
      return bad;
    },
  };
}

/** By the code under test, whose migrations hold the append function too. */
export function migrated(url: string, root: string): void {
  const main = path.join('dist', 'apps', 'ops', 'src', 'main.js');
  execFileSync(process.execPath, [main, 'migrate'], { cwd: root, stdio: 'pipe', env: { ...process.env, DATABASE_URL: url } });
}
