import { HEAD_OFFICE } from '#event-sourcing';
import { type AcknowledgementEvent, acknowledgementEvents, type DeliveryEvent, deliveryEvents } from '#service-levels';
import {
  bigint,
  int,
  ofTypes,
  type ProjectedEvent,
  projecting,
  type Projecting,
  type RowOf,
  RowTable,
  text,
  timestamptz,
  uuid,
} from '#projections';
import type { ProjectionParts } from '../read-model.js';

export const acknowledgementTable = new RowTable('handbook_acknowledgements', ['acknowledgementId'], {
  acknowledgementId: uuid,
  edition: int,
  staffId: text,
  role: text,
  branchId: text,
  acknowledgedAt: timestamptz,
});
export type AcknowledgementRow = RowOf<typeof acknowledgementTable>;

export const deliveryTable = new RowTable('handbook_deliveries', ['clientId', 'position'], {
  clientId: uuid,
  position: bigint,
  branchId: text,
  version: int,
  edition: int,
  channel: text,
  language: text,
  deliveredAt: timestamptz,
  deliveredBy: text,
});
export type DeliveryRow = RowOf<typeof deliveryTable>;

/** Who read which edition, and which client was given it. */
export const projectHandbookReaders = (): Projecting =>
  projecting([acknowledgementEvents, deliveryEvents], async (db, events) => {
    await acknowledgementTable.insert(db, ofTypes(events, 'HandbookAcknowledged').map(acknowledgementOf));
    await deliveryTable.insert(db, ofTypes(events, 'HandbookDelivered').map(deliveryOf));
  });

const acknowledgementOf = ({ data, streamId, meta }: ProjectedEvent<AcknowledgementEvent>): AcknowledgementRow => ({
  ...data,
  acknowledgementId: streamId,
  role: meta.actor.role,
  branchId: meta.branchId,
});

const deliveryOf = ({ data, position, version, meta }: ProjectedEvent<DeliveryEvent>): DeliveryRow => ({
  ...data,
  position,
  version,
  branchId: meta.branchId,
  deliveredBy: meta.actor.id,
});

export const staffTable = new RowTable('staff_seen', ['staffKey'], {
  staffKey: text,
  staffId: text,
  role: text,
  branchId: text,
  position: bigint,
  lastSeenAt: timestamptz,
});
export type StaffRow = RowOf<typeof staffTable>;

const ofBranches: ReadonlySet<string> = new Set(['serviceDeskAgent', 'relationshipManager', 'branchManager']);
const ofTheFirm: ReadonlySet<string> = new Set(['complianceOfficer', 'admin']);

/**
 * The people of the firm as far as the log knows them: who ever did anything, in which role, and where. A role of a
 * branch acts in its own branch alone, so the event's is theirs; the others are of the head office.
 */
export const projectStaffSeen = ({ registry }: ProjectionParts): Projecting => ({
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
