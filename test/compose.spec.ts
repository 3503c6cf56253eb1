import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const ROOT = path.resolve(import.meta.dirname, '..');

interface Service {
  image: string;
  profiles: string[];
  command?: string[];
  environment?: Record<string, string | number>;
  secrets?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
}
const { services, secrets } = parse(readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
};
/** The standalone brings a database of its own; the commands of `ops` are run by hand, and one of them as `migrate`. */
const APPS = readdirSync(path.join(ROOT, 'apps')).filter(
  (app) => existsSync(path.join(ROOT, 'apps', app, 'src/main.ts')) && !['standalone', 'ops'].includes(app),
);

describe('docker-compose.yml', () => {
  it('has every app as a service of one image that is checked by its own readiness', () => {
    for (const app of APPS) {
      const { image, command, environment, healthcheck, depends_on } = services[app]!;
      expect({ app, image, command }).toEqual({ app, image: 'rapport', command: ['node', `dist/apps/${app}/src/main.js`] });
      expect(healthcheck!.test!.join(' ')).toContain('/health/ready');
      expect(environment).toMatchObject({ OPERATIONS_PORT: expect.any(Number) });
      expect(depends_on).toMatchObject({ migrate: { condition: 'service_completed_successfully' } });
    }
    for (const [name, { healthcheck }] of Object.entries(services)) expect([name, healthcheck]).toEqual([name, expect.any(Object)]);
  });

  it('is scraped at the port that each service has', () => {
    const { scrape_configs } = parse(readFileSync(path.join(ROOT, 'docker/prometheus/prometheus.yml'), 'utf8')) as {
      scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    const ports = scrape_configs.map(({ job_name, dns_sd_configs: [target] }) => [job_name, target!.names, target!.port]);
    expect(ports.sort()).toEqual(APPS.map((app) => [`rapport-${app}`, [app], services[app]!.environment!['OPERATIONS_PORT']]).sort());
  });

  it('has the profiles core, full and observability', () => {
    const of = (profile: string) => Object.keys(services).filter((name) => services[name]!.profiles.includes(profile));
    expect(of('core').sort()).toEqual(['api', 'kafka', 'kafka-access', 'migrate', 'postgres', 'projector', 'relay']);
    expect(of('full').sort()).toEqual([...of('core'), 'bridge', 'timekeeper'].sort());
    expect(of('observability').sort()).toEqual(['grafana', 'prometheus']);
  });

  it('has no password but in files of their own, and the owner’s for migrations alone', () => {
    for (const [name, { environment = {}, secrets: used = [] }] of Object.entries(services)) {
      for (const [variable, value] of Object.entries(environment)) {
        if (/PASSWORD|SECRET|TOKEN_JWKS|KEY_FILE/.test(variable))
          expect([name, variable, value]).toEqual([name, variable, expect.stringMatching(/^\/run\/secrets\//)]);
        if (/URL/.test(variable)) expect([name, new URL(String(value)).password]).toEqual([name, '']);
        expect([name, variable, String(value)]).not.toEqual([name, variable, expect.stringMatching(/\$\{\w*(PASSWORD|SECRET)/)]);
      }
      const files = Object.values(environment).flatMap((value) => /^\/run\/secrets\/(.+)$/.exec(String(value))?.[1] ?? []);
      expect([name, used]).toEqual([name, expect.arrayContaining(files)]);
      for (const secret of used) expect([secret, secrets[secret]?.file]).toEqual([secret, expect.stringMatching(/^docker\/secrets\//)]);
      expect([name, used.includes('postgres-password')]).toEqual([name, ['postgres', 'migrate'].includes(name)]);
    }
  });

  it('lets each that talks to Kafka in over TLS alone, as itself', () => {
    const talking = Object.entries(services).filter(([, { environment }]) => environment?.['KAFKA_BROKERS'] !== undefined);
    expect(talking.map(([name]) => name).sort()).toEqual(['bridge', 'kafka-access', 'projector', 'relay']);
    for (const [name, { environment }] of talking) {
      const user = name === 'kafka-access' ? 'admin' : name;
      expect([name, environment]).toEqual([
        name,
        expect.objectContaining({
          KAFKA_TLS_CA_FILE: '/run/secrets/kafka-ca',
          KAFKA_USER: user,
          KAFKA_PASSWORD_FILE: `/run/secrets/kafka-${user}-password`,
        }),
      ]);
    }
  });

  it('starts by the same names without Docker', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    for (const app of [...APPS, 'standalone', 'ops'])
      expect([app, scripts[`start:${app}`]]).toEqual([app, `node apps/standalone/start.mjs ${app}`]);
  });

  const compose = [['docker-compose'], ['docker', 'compose']].find(
    ([command, ...args]) => spawnSync(command!, [...args, 'version']).status === 0,
  );
  const checked = compose ? it : it.skip;
  checked(`is accepted by ${compose?.join(' ') ?? 'docker-compose (NOT RUN: no such command)'} config`, () => {
    const [command, ...args] = compose!;
    const { status, stderr } = spawnSync(command!, [...args, '--profile', 'full', '--profile', 'observability', 'config', '--quiet'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, expect.any(String)]);
  });
});
