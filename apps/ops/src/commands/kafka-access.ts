import { BACK_OFFICE_TOPIC, TIER_CHANGES_TOPIC } from '#bridge';
import { giveKafkaAccess, type KafkaConnection, type KafkaRight } from '#event-feed';
import type { Settings } from '#telemetry';
import type { KafkaUser } from './kafka-secrets.js';

export interface KafkaNames {
  events: string;
  backOffice: string;
  tierChanges: string;
  /** The bridge's group. */
  backOfficeGroup: string;
}
/** As the processes read them from their environment. */
export const kafkaNames = (settings: Settings): KafkaNames => ({
  events: settings.optional('KAFKA_TOPIC', 'rapport.events'),
  backOffice: settings.optional('BACK_OFFICE_TOPIC', BACK_OFFICE_TOPIC),
  tierChanges: settings.optional('TIER_CHANGES_TOPIC', TIER_CHANGES_TOPIC),
  backOfficeGroup: settings.optional('BACK_OFFICE_GROUP', 'rapport-bridge'),
});
const PROJECTOR_GROUP = 'rapport-projector';

/** Who may do what: each process what it does, and nobody else anything. */
function rightsOf({ events, backOffice, tierChanges, backOfficeGroup }: KafkaNames): readonly (KafkaRight & { user: KafkaUser })[] {
  const fills = ['DESCRIBE', 'WRITE', 'CREATE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'] as const;
  const reads = ['DESCRIBE', 'READ'] as const;
  return [
    { user: 'relay', resource: 'TOPIC', name: events, operations: fills },
    { user: 'projector', resource: 'TOPIC', name: events, operations: reads },
    { user: 'projector', resource: 'GROUP', name: PROJECTOR_GROUP, operations: reads },
    { user: 'bridge', resource: 'TOPIC', name: tierChanges, operations: fills },
    { user: 'bridge', resource: 'TOPIC', name: backOffice, operations: reads },
    { user: 'bridge', resource: 'GROUP', name: backOfficeGroup, operations: reads },
    { user: 'back-office', resource: 'TOPIC', name: backOffice, operations: ['DESCRIBE', 'WRITE'] },
  ];
}

/** Makes our topics, and lets each process do with them what it does. Answers what was given, a sentence each. */
export async function giveAccess(connection: KafkaConnection, names: KafkaNames): Promise<string[]> {
  const rights = rightsOf(names);
  await giveKafkaAccess(connection, [names.events, names.backOffice, names.tierChanges], rights);
  return rights.map(
    ({ user, resource, name, operations }) => `${user}: ${operations.join(', ').toLowerCase()} of ${resource.toLowerCase()} ${name}`,
  );
}
