import { type KafkaConnection, kafkaOf } from '#event-feed';
import { Settings } from '#telemetry';

/** Where events come from and rows go. From the environment; throws, naming every variable that is missing or wrong. */
export interface ProjectorConfig {
  databaseUrl: string;
  feed: { kind: 'postgres' } | { kind: 'kafka'; kafka: KafkaConnection; topic: string };
  /** File of the firm's master keys: blind indexes are made from the fields that they open. */
  masterKeyFile: string;
  /** IANA zone in which the firm's local dates are told. */
  firmZone: string;
}

export const projectorConfig = (env: NodeJS.ProcessEnv = process.env): ProjectorConfig =>
  Settings.read(env, (settings) => ({
    databaseUrl: settings.databaseUrl(),
    feed: feedOf(settings),
    masterKeyFile: settings.required('MASTER_KEY_FILE'),
    firmZone: settings.firmZone(),
  }));

function feedOf(settings: Settings): ProjectorConfig['feed'] {
  const kind = settings.parsed('FEED', 'kafka', (text) => {
    if (text !== 'kafka' && text !== 'postgres') throw new Error('FEED is neither kafka nor postgres');
    return text;
  });
  if (kind !== 'kafka') return { kind: 'postgres' };
  return { kind, kafka: kafkaOf(settings), topic: settings.optional('KAFKA_TOPIC', 'rapport.events') };
}
