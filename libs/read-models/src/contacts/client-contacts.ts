import { type ContactEvent, contactEvents, type SurveyEvent, surveyEvents } from '#contacts';
import type { Instant, LocalDate, Uuid } from '#event-sourcing';
import { firstOfItsStream, type ProjectedEvent, type Projection, RowTable } from '#projections';
import { dateOf } from '../cases/human-responses.js';
import { projectionIds } from '../projection-ids.js';

export interface ClientContactRow {
  contactId: Uuid;
  clientId: Uuid;
  branchId: string;
  /** Null where undated. */
  startedOn: LocalDate | null;
  channel: string;
  direction: string;
  automated: boolean;
}

export interface SurveyAnswerRow {
  surveyId: Uuid;
  clientId: Uuid;
  branchId: string;
  answeredOn: LocalDate | null;
  position: number;
  csat: number;
  nps: number | null;
}

export const clientContactTable = new RowTable<ClientContactRow>('client_contacts', ['contactId'], {
  contactId: ['contact_id', 'uuid'],
  clientId: ['client_id', 'uuid'],
  branchId: ['branch_id', 'text'],
  startedOn: ['started_on', 'date'],
  channel: ['channel', 'text'],
  direction: ['direction', 'text'],
  automated: ['automated', 'boolean'],
});

export const surveyAnswerTable = new RowTable<SurveyAnswerRow>('survey_answers', ['surveyId'], {
  surveyId: ['survey_id', 'uuid'],
  clientId: ['client_id', 'uuid'],
  branchId: ['branch_id', 'text'],
  answeredOn: ['answered_on', 'date'],
  position: ['position', 'bigint'],
  csat: ['csat', 'int'],
  nps: ['nps', 'int'],
});

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
