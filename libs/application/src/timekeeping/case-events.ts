import type { ComplaintEvent } from '#complaints';
import type { ContactEvent } from '#contacts';
import type { CaseEvent, CommitmentEvent, RequestEvent } from '#service-levels';

type CaseContextEvent = ComplaintEvent | ContactEvent | RequestEvent | CommitmentEvent;

/** Which events say something to the clocks of a case. A new event type is a new line here. */
const saying: Record<CaseContextEvent['type'], boolean> = {
  RequestReceived: true,
  RequestStarted: true,
  RequestStepStarted: true,
  RequestStepCompleted: true,
  ClientInputRequested: true,
  ClientInputReceived: true,
  RequestCompleted: true,
  RequestCancelled: true,
  RequestReopened: true,
  RequestSeverityRaised: true,
  ComplaintRegistered: true,
  ComplaintSourceNoted: true,
  ComplaintAcknowledged: true,
  FinalResponseSent: true,
  ComplaintReopened: true,
  ResponseAccepted: false,
  ResponseDisputed: false,
  ComplaintClosed: false, // a promise is kept by the final response, not by closing the file
  ContactLogged: false,
  ContactAmended: false, // its links are made again, as it is now
  ContactLinked: true,
  CommitmentExtended: true,
  CommitmentStarted: false,
  WarningReached: false,
  CommitmentPaused: false,
  CommitmentResumed: false,
  DeadlineRecomputed: false,
  CommitmentBreached: false,
  CommitmentEscalated: false,
  CommitmentMet: false,
  CommitmentCompletedLate: false,
  CommitmentCancelled: false,
  CommitmentCorrected: false,
  ExcuseRequested: false,
  BreachExcused: false,
  ExcuseRefused: false,
};

export const isCaseEvent = (type: string): boolean => (saying as Readonly<Record<string, boolean>>)[type] === true;

/** Does not compile where another context's event has lost what the clocks read of it. */
type Read = Extract<CaseContextEvent, { type: CaseEvent['type'] }>;
export type ReadAsWritten = Read extends CaseEvent ? true : never;
export const readAsWritten: ReadAsWritten = true;
