import { type FollowUpEvent, followUpEvents } from '#contacts';
import type { Instant, Uuid } from '#event-sourcing';
import { firstOfItsStream, type ProjectedEvent, type Projection, RowTable } from '#projections';
import { projectionIds } from '../projection-ids.js';

export interface FollowUpRow {
  followUpId: Uuid;
  clientId: Uuid;
  branchId: string;
  contactId: Uuid | null;
  version: number;
  status: 'scheduled' | 'completed';
  dueAt: Instant;
  purpose: string;
  owner: string;
  completedAt: Instant | null;
}

export const followUpTable = new RowTable<FollowUpRow>('follow_ups', ['followUpId'], {
  followUpId: ['follow_up_id', 'uuid'],
  clientId: ['client_id', 'uuid'],
  branchId: ['branch_id', 'text'],
  contactId: ['contact_id', 'uuid'],
  version: ['version', 'int'],
  status: ['status', 'text'],
  dueAt: ['due_at', 'timestamptz'],
  purpose: ['purpose', 'text'],
  owner: ['owner', 'text'],
  completedAt: ['completed_at', 'timestamptz'],
});

/** What is to be done for a client, and by whom: the open items of a hand-over. */
export const followUps = (): Projection => ({
  ...projectionIds.followUps,
  handles: Object.keys(followUpEvents),
  apply: (db, events) => followUpTable.foldInto(db, events, (event) => event.streamId, foldFollowUp, firstOfItsStream),
});

function foldFollowUp(row: FollowUpRow | undefined, event: ProjectedEvent): FollowUpRow {
  const stated = { type: event.type, data: event.body } as unknown as FollowUpEvent;
  switch (stated.type) {
    case 'FollowUpScheduled': {
      const { contactId, dueAt, purpose, owner } = stated.data;
      return {
        followUpId: event.streamId,
        clientId: event.key,
        branchId: event.meta.branchId,
        contactId: contactId ?? null,
        version: event.version,
        status: 'scheduled',
        dueAt,
        purpose,
        owner,
        completedAt: null,
      };
    }
    case 'FollowUpCompleted':
      if (!row) throw new Error('FollowUpCompleted of a follow-up that was never scheduled');
      return { ...row, version: event.version, status: 'completed', completedAt: stated.data.completedAt };
  }
}
