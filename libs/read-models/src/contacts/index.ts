import { readModel } from '../read-model.js';
import { clientContactTable, projectClientContacts, surveyAnswerTable } from './client-contacts.js';
import { clientContactMigrations, followUpMigrations } from './contact-tables.js';
import { ContactHandler, FollowUpHandler } from './contact-queries.js';
import { followUpTable, projectFollowUps } from './follow-ups.js';
import { OutreachHandler } from './outreach-queries.js';

export { ContactQuery, type ContactView, FollowUpQuery, type FollowUpView, StreamReader } from './contact-queries.js';
export * from './outreach-queries.js';

/** When the firm and a client last spoke, and what clients said of it. A contact itself is read from its events. */
export const clientContacts = readModel({
  name: 'clientContacts',
  version: 1,
  tables: [clientContactTable, surveyAnswerTable],
  migrations: clientContactMigrations,
  projection: projectClientContacts,
  queries: [ContactHandler, OutreachHandler],
});

/** What is to be done for a client, and by whom. */
export const followUps = readModel({
  name: 'followUps',
  version: 1,
  tables: [followUpTable],
  migrations: followUpMigrations,
  projection: projectFollowUps,
  queries: [FollowUpHandler],
});
