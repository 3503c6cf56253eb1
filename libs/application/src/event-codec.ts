import {
  type DomainEvent,
  type EventMetadata,
  type EventRegistry,
  type NewEvent,
  newId,
  type RecordedEvent,
  type Uuid,
  type When,
} from '#event-sourcing';
import { type ClientKeys, type DataKey, hasSecrets, openData, sealData } from '#privacy';
import type { CommandContext } from './command.js';

/** Between single events as the domain sees them and rows as the log keeps them, under a key that the caller has. */
export class PlainCodec {
  constructor(protected readonly registry: EventRegistry) {}

  /** Without the key, what is encrypted is absent. */
  decodeOne<E extends DomainEvent>({ type, schemaVersion, data, eventId }: RecordedEvent, key: DataKey | undefined): E {
    const current = this.registry.upcast(type, schemaVersion, JSON.parse(data) as Record<string, unknown>);
    return { type, data: openData(this.registry.definitionOf(type), current, eventId, key) } as unknown as E;
  }

  encodeOne(event: DomainEvent, key: DataKey | undefined, branchId: string, context: CommandContext): NewEvent {
    const eventId = newId();
    const definition = this.registry.definitionOf(event.type);
    const occurred: When = context.occurred ?? { precision: 'instant', at: context.now };
    // without a key nothing can be secret: sealData would fail on the first P2 field rather than store it
    const data = sealData(definition, event.data, eventId, key ?? NO_KEY);
    const metadata = JSON.stringify(metadataOf(branchId, occurred, context));
    return { eventId, type: event.type, schemaVersion: definition.version, occurredAt: occurred.at, data: JSON.stringify(data), metadata };
  }
}

/** Between events as the domain sees them and rows as the log keeps them: upcasting, encryption, metadata. */
export class EventCodec extends PlainCodec {
  constructor(
    registry: EventRegistry,
    private readonly keys: ClientKeys,
  ) {
    super(registry);
  }

  /** Events of one stream, decrypted with its client's key; what an erased key had encrypted is absent. */
  async decode<E extends DomainEvent>(rows: readonly RecordedEvent[]): Promise<E[]> {
    const [first] = rows;
    const key = first && rows.some((row) => this.isSecret(row.type)) ? await this.keys.findOne(first.key) : undefined;
    return rows.map((row) => this.decodeOne<E>(row, key));
  }

  async encode(events: readonly DomainEvent[], clientId: Uuid, branchId: string, context: CommandContext): Promise<NewEvent[]> {
    const key = events.some((event) => this.isSecret(event.type)) ? await this.keys.ensureOne(clientId) : undefined;
    return events.map((event) => this.encodeOne(event, key, branchId, context));
  }

  private isSecret(type: string): boolean {
    return hasSecrets(this.registry.definitionOf(type).fields);
  }
}

const NO_KEY = {
  keyId: '',
  get secret(): never {
    throw new TypeError('a P2 or P3 field needs its client’s key');
  },
};

function metadataOf(branchId: string, occurred: When, context: CommandContext): EventMetadata {
  const { principal, correlationId, causationId, source, traceparent } = context;
  const { subject: id, role, onBehalfOf } = principal;
  const metadata: EventMetadata = { actor: onBehalfOf ? { id, role, onBehalfOf } : { id, role }, branchId, correlationId };
  if (causationId) metadata.causationId = causationId;
  if (source) metadata.source = source;
  if (occurred.precision !== 'instant') metadata.precision = occurred.precision;
  if (occurred.precision === 'day') metadata.localDate = occurred.date;
  if (traceparent) metadata.traceparent = traceparent;
  return metadata;
}

export const metadataOfEvent = (row: Pick<RecordedEvent, 'metadata'>): EventMetadata => JSON.parse(row.metadata) as EventMetadata;
