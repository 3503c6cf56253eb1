import type { ComplaintEvent } from '#complaints';
import type { ContactEvent } from '#contacts';
import type { CaseEvent, CommitmentEvent, RequestEvent } from '#service-levels';

type CaseContextEvent = ComplaintEvent | ContactEvent | RequestEvent | CommitmentEvent;

/** Which events say something to the clocks of a case: those that `CaseEvent` names. A new event type is a new line here. */
const saying: { readonly [T in CaseContextEvent['type']]: T extends CaseEvent['type'] ? true : false } = {
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
  ComplaintRestated: false, // clocks stay on what was registered
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
  CommitmentNotMeasured: false,
  CommitmentCorrected: false,
  LateEvidenceStated: false,
  LateEvidenceConfirmed: true,
  LateEvidenceRefused: false, // it counts from its recording, as before
  ExcuseRequested: false,
  BreachExcused: false,
  ExcuseRefused: false,
};

/** Does not compile where a context's event has lost what the clocks read of it. */
type ReadAsWritten = Extract<CaseContextEvent, { type: CaseEvent['type'] }> extends CaseEvent ? string : never;

export const isCaseEvent = (type: ReadAsWritten): boolean => (saying as Readonly<Record<string, boolean>>)[type] === true;
