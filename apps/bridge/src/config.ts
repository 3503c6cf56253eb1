import { BACK_OFFICE_TOPIC, TIER_CHANGES_TOPIC } from '#bridge';
import { type KafkaConnection, kafkaOf } from '#event-feed';
import { Settings } from '#telemetry';

/** Where the bridge reads and writes. From the environment; throws, naming every variable that is missing or wrong. */
export interface BridgeConfig {
  databaseUrl: string;
  /** File of the firm's master keys. */
  masterKeyFile: string;
  kafka: KafkaConnection;
  backOfficeTopic: string;
  tierChangesTopic: string;
  group: string;
  /** IANA zone of the firm: whose today it is, and in which the back office's dates are. */
  firmZone: string;
}

export const bridgeConfig = (env: NodeJS.ProcessEnv = process.env): BridgeConfig =>
  Settings.read(env, (settings) => ({
    databaseUrl: settings.databaseUrl(),
    masterKeyFile: settings.required('MASTER_KEY_FILE'),
    kafka: kafkaOf(settings),
    backOfficeTopic: settings.optional('BACK_OFFICE_TOPIC', BACK_OFFICE_TOPIC),
    tierChangesTopic: settings.optional('TIER_CHANGES_TOPIC', TIER_CHANGES_TOPIC),
    group: settings.optional('BACK_OFFICE_GROUP', 'rapport-bridge'),
    firmZone: settings.firmZone(),
  }));
