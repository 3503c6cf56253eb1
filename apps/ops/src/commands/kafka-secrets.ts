import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** Who logs in to Kafka: each of our processes that needs it, whoever sends for the back office, and who made the access rights. */
export const kafkaUsers = ['admin', 'relay', 'projector', 'bridge', 'back-office'] as const;
export type KafkaUser = (typeof kafkaUsers)[number];

const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const YEARS = 10;

cryptoProvider.set(webcrypto as unknown as Crypto);

/** PEM of an authority of its own, and of the broker's key and certificate by it. The authority's key is kept nowhere. */
export async function brokerCertificate(hosts: readonly string[]): Promise<{ ca: string; server: string }> {
  const notBefore = new Date();
  const notAfter = new Date(notBefore);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + YEARS);
  const pair = () => webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const [authority, broker] = [await pair(), await pair()];
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Rapport Kafka',
    notBefore,
    notAfter,
    signingAlgorithm: CURVE,
    keys: authority,
    extensions: [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true)],
  });
  const server = await X509CertificateGenerator.create({
    subject: `CN=${hosts[0]}`,
    issuer: ca.subject,
    notBefore,
    notAfter,
    signingAlgorithm: CURVE,
    publicKey: broker.publicKey,
    signingKey: authority.privateKey,
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      // a broker is a client of its own, too
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
    ],
  });
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', broker.privateKey), 'PRIVATE KEY');
  return { ca: `${ca.toString('pem')}\n`, server: `${key}\n${server.toString('pem')}\n` };
}

export interface BrokerPlace {
  /** Where clients reach it. */
  advertised: string;
  listen: string;
  controller: string;
  /** Folder of kafka-ca and kafka-server. */
  secrets: string;
  data: string;
}

/** The settings of a broker that takes TLS and our users alone, and lets them do what they were given. */
export function brokerSettings(place: BrokerPlace, passwords: Readonly<Record<KafkaUser, string>>): Record<string, string> {
  const users = kafkaUsers.map((user) => `user_${user}="${passwords[user]}"`).join(' ');
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'log.dirs': place.data,
    listeners: `CLIENTS://${place.listen},CONTROLLER://${place.controller}`,
    'advertised.listeners': `CLIENTS://${place.advertised}`,
    'listener.security.protocol.map': 'CLIENTS:SASL_SSL,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'CLIENTS',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `1@${place.controller}`,
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.name.clients.plain.sasl.jaas.config': `${PLAIN_LOGIN} username="admin" password="${passwords.admin}" ${users};`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': `${place.secrets}/kafka-server`,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': `${place.secrets}/kafka-ca`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'false',
    // the controller listens on the machine itself alone, and has no name there
    'super.users': 'User:admin;User:ANONYMOUS',
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
  };
}

/** What Kafka's own command-line tools take by `--command-config`. */
export const toolSettings = (secrets: string, password: string): Record<string, string> => ({
  'security.protocol': 'SASL_SSL',
  'sasl.mechanism': 'PLAIN',
  'sasl.jaas.config': `${PLAIN_LOGIN} username="admin" password="${password}";`,
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.location': `${secrets}/kafka-ca`,
});

const PLAIN_LOGIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required';

export const propertiesOf = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map((pair) => `${pair.join('=')}\n`)
    .join('');
