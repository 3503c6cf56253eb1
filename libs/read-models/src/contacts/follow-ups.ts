import { type FollowUpEvent, followUpEvents } from '#contacts';
import {
  firstOfItsStream,
  int,
  type ProjectedEvent,
  projecting,
  type Projecting,
  type RowOf,
  RowTable,
  text,
  timestamptz,
  uuid,
} from '#projections';

export const followUpTable = new RowTable('follow_ups', ['followUpId'], {
  followUpId: uuid,
  clientId: uuid,
  branchId: text,
  contactId: uuid.orNull,
  version: int,
  status: text.of<'scheduled' | 'completed'>(),
  dueAt: timestamptz,
  purpose: text,
  owner: text,
  completedAt: timestamptz.orNull,
});
export type FollowUpRow = RowOf<typeof followUpTable>;

/** What is to be done for a client, and by whom: the open items of a hand-over. */
export const projectFollowUps = (): Projecting =>
  projecting([followUpEvents], (db, events) =>
    followUpTable.foldInto(db, events, (event) => event.streamId, foldFollowUp, firstOfItsStream),
  );

function foldFollowUp(row: FollowUpRow | undefined, event: ProjectedEvent<FollowUpEvent>): FollowUpRow {
  switch (event.type) {
    case 'FollowUpScheduled': {
      const { contactId, dueAt, purpose, owner } = event.data;
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
      return { ...row, version: event.version, status: 'completed', completedAt: event.data.completedAt };
  }
}
