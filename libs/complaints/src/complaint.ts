import { type ClientChannel, type Decider, DomainError, type Instant, precedes, type StaffId, type When } from '#event-sourcing';
import { type ComplaintEvent, complaintProblems, type ReopenReason } from './complaint-events.js';
import { type ComplaintSubject, parted } from './taxonomy.js';

const refusal = DomainError.of(complaintProblems);

type Data<T extends ComplaintEvent['type']> = Extract<ComplaintEvent, { type: T }>['data'];

/** `at`: when it happened, as far as it is known; `now`: the server's time, which `at` may not exceed. */
export type ComplaintCommand =
  | ({
      type: 'RegisterComplaint';
      now: Instant;
      subject: ComplaintSubject;
      /** Of a source with a closed list of its own, from which all words of the subject are. */
      taxonomy?: string;
    } & Omit<Data<'ComplaintRegistered'>, 'subject' | 'classified'>)
  | ({ type: 'NoteComplaintSource' } & Data<'ComplaintSourceNoted'>)
  | ({ type: 'RestateComplaint'; subject?: ComplaintSubject; taxonomy?: string } & Omit<
      Data<'ComplaintRestated'>,
      'subject' | 'classified'
    >)
  | { type: 'AcknowledgeComplaint'; at: When; now: Instant; by: StaffId; automated: boolean; channel?: ClientChannel }
  | ({ type: 'SendFinalResponse'; at: When; now: Instant } & Omit<Data<'FinalResponseSent'>, 'sentAt' | 'cycle'>)
  | { type: 'RecordAcceptance'; at: When; now: Instant }
  | { type: 'RecordDispute'; at: When; now: Instant; reason?: string }
  | { type: 'CloseComplaint'; at: When; now: Instant }
  | { type: 'ReopenComplaint'; at: When; now: Instant; reason: ReopenReason; note?: string };

type Open = {
  receivedAt: When;
  cycle: number;
  acknowledged: boolean;
  sourceNoted?: true;
  response: 'none' | 'sent' | 'accepted' | 'disputed';
  /** When the last act of this cycle happened that the next one cannot precede. */
  since: When;
};
export type ComplaintState = { status: 'none' } | ({ status: 'open' | 'closed' } & Open);

/** The main line. Gates that come later (decision, classification, review) add cases and refuse more; no released shape changes. */
export const complaint: Decider<ComplaintState, ComplaintCommand, ComplaintEvent> = {
  kind: 'complaint',
  initial: { status: 'none' },
  decide(command, state): ComplaintEvent[] {
    switch (command.type) {
      case 'RegisterComplaint': {
        if (state.status !== 'none') throw refusal('complaint-already-registered');
        const { type: _type, now, subject, taxonomy, ...data } = command;
        if (data.receivedAt.at > now) throw refusal('act-in-the-future', ['/receivedAt']);
        return [{ type: 'ComplaintRegistered', data: { ...data, ...parted(subject, taxonomy) } }];
      }
      case 'NoteComplaintSource': {
        if (known(state).sourceNoted) return [];
        const { type: _type, ...data } = command;
        return [{ type: 'ComplaintSourceNoted', data }];
      }
      case 'RestateComplaint': {
        known(state);
        const { type: _type, system, subject, taxonomy, ...rest } = command;
        const said = { ...rest, ...(subject && parted(subject, taxonomy)) };
        return Object.keys(said).length > 0 ? [{ type: 'ComplaintRestated', data: { system, ...said } }] : [];
      }
      case 'AcknowledgeComplaint': {
        const open = requireOpen(state);
        if (open.acknowledged) return []; // a repeat changes nothing
        const { at: acknowledgedAt, by: acknowledgedBy, automated, channel } = command;
        inTime(command, open.receivedAt, 'act-before-receipt');
        return [{ type: 'ComplaintAcknowledged', data: { acknowledgedAt, acknowledgedBy, automated, ...(channel && { channel }) } }];
      }
      case 'SendFinalResponse': {
        const open = requireOpen(state);
        if (open.response !== 'none') throw refusal('complaint-already-answered');
        const { type: _type, at: sentAt, now: _now, ...response } = command;
        inTime(command, open.since, open.cycle === 1 ? 'act-before-receipt' : 'act-before-earlier-act');
        return [{ type: 'FinalResponseSent', data: { sentAt, cycle: open.cycle, ...response } }];
      }
      case 'RecordAcceptance': {
        const answered = requireAnswered(state);
        if (answered.response === 'accepted') return [];
        inTime(command, answered.since, 'act-before-earlier-act');
        return [{ type: 'ResponseAccepted', data: { acceptedAt: command.at, cycle: answered.cycle } }];
      }
      case 'RecordDispute': {
        const answered = requireAnswered(state);
        if (answered.response === 'disputed') return [];
        if (answered.response === 'accepted') throw refusal('response-already-accepted');
        inTime(command, answered.since, 'act-before-earlier-act');
        const { at: disputedAt, reason } = command;
        return [{ type: 'ResponseDisputed', data: { disputedAt, cycle: answered.cycle, ...(reason && { reason }) } }];
      }
      case 'CloseComplaint': {
        if (state.status === 'closed') return [];
        const { cycle, response, since } = requireAnswered(state);
        inTime(command, since, 'act-before-earlier-act');
        const basis = response === 'accepted' ? 'acceptance' : 'finalResponse';
        return [{ type: 'ComplaintClosed', data: { closedAt: command.at, cycle, basis } }];
      }
      case 'ReopenComplaint': {
        const { cycle, since, status } = known(state);
        if (status !== 'closed') throw refusal('complaint-not-closed');
        inTime(command, since, 'act-before-earlier-act');
        const { at: reopenedAt, reason, note } = command;
        return [{ type: 'ComplaintReopened', data: { reopenedAt, reason, cycle: cycle + 1, ...(note && { note }) } }];
      }
    }
  },
  evolve(state, event): ComplaintState {
    if (event.type === 'ComplaintRegistered') {
      const { receivedAt } = event.data;
      return { status: 'open', receivedAt, cycle: 1, acknowledged: false, response: 'none', since: receivedAt };
    }
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'ComplaintSourceNoted':
        return { ...state, sourceNoted: true };
      case 'ComplaintRestated':
        return state;
      case 'ComplaintAcknowledged':
        return { ...state, acknowledged: true };
      case 'FinalResponseSent':
        return { ...state, response: 'sent', since: event.data.sentAt };
      case 'ResponseAccepted':
        return { ...state, response: 'accepted', since: event.data.acceptedAt };
      case 'ResponseDisputed':
        return { ...state, response: 'disputed', since: event.data.disputedAt };
      case 'ComplaintClosed':
        return { ...state, status: 'closed', since: event.data.closedAt };
      case 'ComplaintReopened':
        return { ...state, status: 'open', cycle: event.data.cycle, response: 'none', since: event.data.reopenedAt };
    }
  },
};

function known(state: ComplaintState): Exclude<ComplaintState, { status: 'none' }> {
  if (state.status === 'none') throw refusal('complaint-not-registered');
  return state;
}

function requireOpen(state: ComplaintState): Open {
  const open = known(state);
  if (open.status === 'closed') throw refusal('complaint-closed');
  return open;
}

/** A client may accept or dispute after the firm has closed the case, so closed ones count here. */
function requireAnswered(state: ComplaintState): Open {
  const answered = known(state);
  if (answered.response === 'none') throw refusal('complaint-not-answered');
  return answered;
}

function inTime({ at, now }: { at: When; now: Instant }, earliest: When, tooEarly: keyof typeof complaintProblems): void {
  if (at.at > now) throw refusal('act-in-the-future', ['/occurredAt']);
  if (precedes(at, earliest)) throw refusal(tooEarly, ['/occurredAt']);
}
