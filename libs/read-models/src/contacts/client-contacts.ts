import { type ContactEvent, contactEvents, type SurveyEvent, surveyEvents } from '#contacts';
import type { Instant, LocalDate } from '#event-sourcing';
import {
  bigint,
  boolean,
  date,
  firstOfItsStream,
  int,
  isOf,
  type ProjectedEvent,
  projecting,
  type Projecting,
  type RowOf,
  RowTable,
  text,
  uuid,
} from '#projections';
import { dateOf } from '../cases/human-responses.js';
import type { ProjectionParts } from '../read-model.js';

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

/** When the firm and a client last spoke, and what clients said of it. `localDate` tells an instant's date in the firm's zone. */
export const projectClientContacts = ({ localDate }: Pick<ProjectionParts, 'localDate'>): Projecting =>
  projecting([contactEvents, surveyEvents], async (db, events) => {
    const answers = events.filter((event) => isOf(event, surveyEvents)).map((event) => answerOf(event, localDate));
    await surveyAnswerTable.upsert(db, answers);
    const contacts = events.filter((event) => isOf(event, contactEvents));
    const fold = (row: ClientContactRow | undefined, event: ProjectedEvent<ContactEvent>) => foldContact(row, event, localDate);
    await clientContactTable.foldInto(db, contacts, (event) => event.streamId, fold, firstOfItsStream);
  });

function foldContact(row: ClientContactRow | undefined, event: ProjectedEvent<ContactEvent>, localDate: (at: Instant) => LocalDate) {
  switch (event.type) {
    case 'ContactLogged': {
      const { startedAt, channel, direction, automated } = event.data;
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
      const { startedAt, channel = row.channel, direction = row.direction, automated = row.automated } = event.data;
      return { ...row, ...(startedAt && { startedOn: dateOf(startedAt, localDate) }), channel, direction, automated };
    }
    case 'ContactLinked':
      return row;
  }
}

function answerOf(event: ProjectedEvent<SurveyEvent>, localDate: (at: Instant) => LocalDate): SurveyAnswerRow {
  const { answeredAt, csat, nps = null } = event.data;
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
