import {
  accountClaimEvents,
  accountEvents,
  authorityEvents,
  inboxConflictEvents,
  parkedMessageEvents,
  rateEvents,
  reconciliationEvents,
  sourceEvents,
  sourceRegistrationEvents,
} from '#back-office';
import { assignmentEvents, clientEvents, riskProfileEvents, segmentEvents } from '#clients';
import { complaintEvents } from '#complaints';
import { contactEvents, followUpEvents, outreachEvents, surveyEvents } from '#contacts';
import { EventRegistry } from '#event-sourcing';
import { acknowledgementEvents, calendarEvents, commitmentEvents, deliveryEvents, handbookEvents, requestEvents } from '#service-levels';
import { tierEvents, tierRulesEvents } from '#tiers';

/** Every event type of the product. A context that adds one is read by all parts from here on. */
export const eventRegistry = new EventRegistry(
  clientEvents,
  assignmentEvents,
  contactEvents,
  followUpEvents,
  tierEvents,
  complaintEvents,
  requestEvents,
  calendarEvents,
  handbookEvents,
  acknowledgementEvents,
  deliveryEvents,
  commitmentEvents,
  riskProfileEvents,
  outreachEvents,
  surveyEvents,
  segmentEvents,
  inboxConflictEvents,
  parkedMessageEvents,
  reconciliationEvents,
  accountEvents,
  sourceEvents,
  rateEvents,
  sourceRegistrationEvents,
  authorityEvents,
  accountClaimEvents,
  tierRulesEvents,
);
