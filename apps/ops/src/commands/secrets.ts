import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LocalIssuer } from '#access';
import { type ProcessLogin, type Role } from '#database';
import { MasterKeys } from '#privacy';
import { UsageError } from '../installation.js';
import {
  brokerCertificate,
  type BrokerPlace,
  brokerSettings,
  type KafkaUser,
  kafkaUsers,
  propertiesOf,
  toolSettings,
} from './kafka-secrets.js';

const PASSWORD_BYTES = 24;
const OWNER_ONLY = 0o700;
/** Readable by the containers' users, inside a folder that only its owner can enter. */
const READABLE = 0o644;

/** The processes that log in to the database, each as a role of its own. */
const processRoles: Readonly<Record<string, Role>> = {
  api: 'rapport_api',
  relay: 'rapport_relay',
  projector: 'rapport_projector',
  timekeeper: 'rapport_timekeeper',
  bridge: 'rapport_bridge',
};
const passwordOf = (name: string): string => `${name}-password`;
const kafkaPasswordOf = (user: string): string => passwordOf(`kafka-${user}`);
const passwords = [...['postgres', 'grafana', ...Object.keys(processRoles)].map(passwordOf), ...kafkaUsers.map(kafkaPasswordOf)];

/** Made together: whoever wants others deletes them all. */
const kafkaFiles = ['kafka-ca', 'kafka-server', 'kafka.properties', 'kafka-tools.properties'];
/** As docker-compose.yml has it. */
const BROKER: BrokerPlace = {
  advertised: 'kafka:9092',
  listen: ':9092',
  controller: 'localhost:9093',
  secrets: '/run/secrets',
  data: '/var/lib/kafka/data',
};
const BROKER_HOSTS = ['kafka', 'localhost', '127.0.0.1'];

/** Makes every secret that docker-compose.yml names and that is not there yet. Answers the names of those that it made. */
export async function makeSecrets(folder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY });
  chmodSync(folder, OWNER_ONLY);
  const at = (name: string): string => path.join(folder, name);
  const missing = [...passwords, 'master-keys.json', 'jwks.json'].filter((name) => !existsSync(at(name)));
  for (const name of missing) {
    if (name === 'master-keys.json') MasterKeys.loadOrCreate(at(name));
    else if (name === 'jwks.json') {
      const { jwks } = (await LocalIssuer.open(at('issuer'))).settings;
      copyFileSync((jwks as { file: string }).file, at(name));
    } else writeFileSync(at(name), `${randomBytes(PASSWORD_BYTES).toString('base64url')}\n`);
    chmodSync(at(name), READABLE);
  }
  return [...missing, ...(await makeKafkaFiles(at))];
}

async function makeKafkaFiles(at: (name: string) => string): Promise<string[]> {
  if (kafkaFiles.every((name) => existsSync(at(name)))) return [];
  const passwordOfUser = (user: KafkaUser): string => readFileSync(at(kafkaPasswordOf(user)), 'utf8').trim();
  const all = Object.fromEntries(kafkaUsers.map((user) => [user, passwordOfUser(user)])) as Record<KafkaUser, string>;
  const { ca, server } = await brokerCertificate(BROKER_HOSTS);
  const contents = [ca, server, propertiesOf(brokerSettings(BROKER, all)), propertiesOf(toolSettings(BROKER.secrets, all.admin))];
  for (const [i, name] of kafkaFiles.entries()) {
    writeFileSync(at(name), contents[i]!);
    chmodSync(at(name), READABLE);
  }
  return kafkaFiles;
}

/** The logins of all processes with the passwords of a folder. Throws UsageError where one is not there. */
export function loginsIn(folder: string): ProcessLogin[] {
  return Object.entries(processRoles).map(([name, role]) => {
    const file = path.join(folder, passwordOf(name));
    if (!existsSync(file)) throw new UsageError(`${file} is not there: the password of the ${name}’s login`);
    return { role, password: readFileSync(file, 'utf8').trim() };
  });
}
