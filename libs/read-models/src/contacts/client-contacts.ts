import { type ContactEvent, contactEvents, type SurveyEvent, surveyEvents } from '#contacts';
import type { Instant, LocalDate } from '#event-sourcing';
import {
  bigint,
  boolean,
  date,
  firstOfItsStream,
  int,
  type ProjectedEvent,
  type Projection,
  type RowOf,
  RowTable,
  text,
  uuid,
} from '#projections';
import { dateOf } from '../cases/human-responses.js';
import { projectionIds } from '../projection-ids.js';

export const clientContactTable = new RowTable('client_contacts', ['contactId'], {
  contactId: uuid,
  clientId: uuid,
  branchId: text,
  /** Null where undated. */
  startedOn: date.orNull,
  channel: text,
  direction: text,
  automated: boolean,
});
export type ClientContactRow = RowOf<typeof clientContactTable>;

export const surveyAnswerTable = new RowTable('survey_answers', ['surveyId'], {
  surveyId: uuid,
  clientId: uuid,
  branchId: text,
  answeredOn: date.orNull,
  position: bigint,
  csat: int,
  nps: int.orNull,
});
export type SurveyAnswerRow = RowOf<typeof surveyAnswerTable>;

const isSurvey = ({ type }: ProjectedEvent): boolean => type in surveyEvents;

/** When the firm and a client last spoke, and what clients said of it. `localDate` tells an instant's date in the firm's zone. */
export const clientContacts = (localDate: (at: Instant) => LocalDate): Projection => ({
  ...projectionIds.clientContacts,
  handles: [...Object.keys(contactEvents), ...Object.keys(surveyEvents)],
  async apply(db, events) {
    await surveyAnswerTable.upsert(
      db,
      events.filter(isSurvey).map((event) => answerOf(event, localDate)),
    );
    await clientContactTable.foldInto(
      db,
      events.filter((event) => !isSurvey(event)),
      (event) => event.streamId,
      (row, event) => foldContact(row, event, localDate),
      firstOfItsStream,
    );
  },
});

function foldContact(row: ClientContactRow | undefined, event: ProjectedEvent, localDate: (at: Instant) => LocalDate) {
  const stated = { type: event.type, data: event.body } as unknown as ContactEvent;
  switch (stated.type) {
    case 'ContactLogged': {
      const { startedAt, channel, direction, automated } = stated.data;
      return {
        contactId: event.streamId,
        clientId: event.key,
        branchId: event.meta.branchId,
        startedOn: dateOf(startedAt, localDate),
        channel,
        direction,
        automated,
      };
    }
    case 'ContactAmended': {
      if (!row) throw new Error('ContactAmended of a contact that was never logged');
      const { startedAt, channel = row.channel, direction = row.direction, automated = row.automated } = stated.data;
      return { ...row, ...(startedAt && { startedOn: dateOf(startedAt, localDate) }), channel, direction, automated };
    }
    case 'ContactLinked':
      return row;
  }
}

function answerOf(event: ProjectedEvent, localDate: (at: Instant) => LocalDate): SurveyAnswerRow {
  const { answeredAt, csat, nps = null } = event.body as unknown as SurveyEvent['data'];
  return {
    surveyId: event.streamId,
    clientId: event.key,
    branchId: event.meta.branchId,
    answeredOn: dateOf(answeredAt, localDate),
    position: event.position,
    csat,
    nps,
  };
}
