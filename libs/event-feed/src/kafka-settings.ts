import type { SASLOptions } from 'kafkajs';
import type { Settings } from '#telemetry';
import type { KafkaConnection } from './kafka-client.js';

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
type Mechanism = (typeof MECHANISMS)[number];

/**
 * `KAFKA_BROKERS`; TLS with `KAFKA_TLS=on`, or where `KAFKA_TLS_CA` (PEM) says whom to trust, with `KAFKA_TLS_CERT` and `KAFKA_TLS_KEY` where
 * the brokers ask who comes; SASL with `KAFKA_USER`, `KAFKA_PASSWORD` and `KAFKA_SASL_MECHANISM`. Each may be the path of a file by `..._FILE`.
 */
export function kafkaOf(settings: Settings): KafkaConnection {
  const given = (name: string): string | undefined => settings.optional(name, '') || undefined;
  const connection: KafkaConnection = { brokers: settings.brokers() };
  const [ca, cert, key] = [given('KAFKA_TLS_CA'), given('KAFKA_TLS_CERT'), given('KAFKA_TLS_KEY')];
  const tls = settings.parsed('KAFKA_TLS', ca === undefined ? 'off' : 'on', (text) => {
    if (text !== 'on' && text !== 'off') throw new Error('KAFKA_TLS is neither on nor off');
    if (text === 'off' && ca !== undefined) throw new Error('KAFKA_TLS is off, and KAFKA_TLS_CA says whom to trust');
    if ((cert === undefined) !== (key === undefined)) throw new Error('KAFKA_TLS_CERT and KAFKA_TLS_KEY go together');
    if (text === 'off' && cert !== undefined) throw new Error('KAFKA_TLS is off, and KAFKA_TLS_CERT says who we are');
    return text;
  });
  if (tls === 'on') connection.ssl = ca === undefined && cert === undefined ? true : { ca, cert, key };
  const [username, password] = [given('KAFKA_USER'), given('KAFKA_PASSWORD')];
  const mechanism = settings.parsed('KAFKA_SASL_MECHANISM', 'scram-sha-512', (text): Mechanism => {
    const known = MECHANISMS.find((one) => one === text);
    if (!known) throw new Error(`KAFKA_SASL_MECHANISM is one of ${MECHANISMS.join(', ')}`);
    if ((username === undefined) !== (password === undefined)) throw new Error('KAFKA_USER and KAFKA_PASSWORD go together');
    if (known === 'plain' && username !== undefined && tls === 'off')
      throw new Error('KAFKA_SASL_MECHANISM plain tells the password to whoever listens: set KAFKA_TLS_CA');
    return known;
  });
  if (mechanism && username !== undefined && password !== undefined) connection.sasl = { mechanism, username, password } as SASLOptions;
  return connection;
}
