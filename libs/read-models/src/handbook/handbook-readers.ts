import { type EventRegistry, HEAD_OFFICE, type Instant, type Uuid } from '#event-sourcing';
import { type AcknowledgementEvent, acknowledgementEvents, type DeliveryEvent, deliveryEvents } from '#service-levels';
import { type ProjectedEvent, type Projection, RowTable } from '#projections';
import { projectionIds } from '../projection-ids.js';

export interface AcknowledgementRow {
  acknowledgementId: Uuid;
  edition: number;
  staffId: string;
  role: string;
  branchId: string;
  acknowledgedAt: Instant;
}

export const acknowledgementTable = new RowTable<AcknowledgementRow>('handbook_acknowledgements', ['acknowledgementId'], {
  acknowledgementId: ['acknowledgement_id', 'uuid'],
  edition: ['edition', 'int'],
  staffId: ['staff_id', 'text'],
  role: ['role', 'text'],
  branchId: ['branch_id', 'text'],
  acknowledgedAt: ['acknowledged_at', 'timestamptz'],
});

export interface DeliveryRow {
  clientId: Uuid;
  position: number;
  branchId: string;
  version: number;
  edition: number;
  channel: string;
  language: string;
  deliveredAt: Instant;
  deliveredBy: string;
}

export const deliveryTable = new RowTable<DeliveryRow>('handbook_deliveries', ['clientId', 'position'], {
  clientId: ['client_id', 'uuid'],
  position: ['position', 'bigint'],
  branchId: ['branch_id', 'text'],
  version: ['version', 'int'],
  edition: ['edition', 'int'],
  channel: ['channel', 'text'],
  language: ['language', 'text'],
  deliveredAt: ['delivered_at', 'timestamptz'],
  deliveredBy: ['delivered_by', 'text'],
});

/** Who read which edition, and which client was given it. */
export const handbookReaders = (): Projection => ({
  ...projectionIds.handbookReaders,
  handles: [...Object.keys(acknowledgementEvents), ...Object.keys(deliveryEvents)],
  async apply(db, events) {
    const stated = events.map((event) => ({ event, ...({ type: event.type, data: event.body } as unknown as Read) }));
    await acknowledgementTable.insert(
      db,
      stated.flatMap(({ event, ...read }) => {
        if (read.type !== 'HandbookAcknowledged') return [];
        const { streamId, meta } = event;
        return [{ ...read.data, acknowledgementId: streamId, role: meta.actor.role, branchId: meta.branchId }];
      }),
    );
    await deliveryTable.insert(
      db,
      stated.flatMap(({ event, ...read }) => {
        if (read.type !== 'HandbookDelivered') return [];
        const { position, version, meta } = event;
        return [{ ...read.data, position, version, branchId: meta.branchId, deliveredBy: meta.actor.id }];
      }),
    );
  },
});
type Read = AcknowledgementEvent | DeliveryEvent;

export interface StaffRow {
  staffKey: string;
  staffId: string;
  role: string;
  branchId: string;
  position: number;
  lastSeenAt: Instant;
}

export const staffTable = new RowTable<StaffRow>('staff_seen', ['staffKey'], {
  staffKey: ['staff_key', 'text'],
  staffId: ['staff_id', 'text'],
  role: ['role', 'text'],
  branchId: ['branch_id', 'text'],
  position: ['position', 'bigint'],
  lastSeenAt: ['last_seen_at', 'timestamptz'],
});

const ofBranches: ReadonlySet<string> = new Set(['serviceDeskAgent', 'relationshipManager', 'branchManager']);
const ofTheFirm: ReadonlySet<string> = new Set(['complianceOfficer', 'admin']);

/**
 * The people of the firm as far as the log knows them: who ever did anything, in which role, and where. A role of a
 * branch acts in its own branch alone, so the event's is theirs; the others are of the head office.
 */
export const staffSeen = (registry: EventRegistry): Projection => ({
  ...projectionIds.staffSeen,
  handles: registry.types,
  async apply(db, events) {
    const seen = new Map(events.filter(isByStaff).map((event) => [staffKeyOf(event), event]));
    await staffTable.upsert(
      db,
      [...seen].map(([staffKey, { meta, position, recordedAt }]) => ({
        staffKey,
        staffId: meta.actor.id,
        role: meta.actor.role,
        position,
        lastSeenAt: recordedAt,
        branchId: ofBranches.has(meta.actor.role) ? meta.branchId : HEAD_OFFICE,
      })),
    );
  },
});

const isByStaff = ({ meta }: ProjectedEvent): boolean => ofBranches.has(meta.actor.role) || ofTheFirm.has(meta.actor.role);
const staffKeyOf = ({ partition, meta }: ProjectedEvent): string => `${partition}|${meta.actor.id}`;
