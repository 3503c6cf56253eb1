import { complaint, type ComplaintCommand, type ComplaintEvent, type Resolution, wholeSubject } from '#complaints';
import { type DomainEvent, fold, type When } from '#event-sourcing';
import { type DatedEvent, refuse, steps } from './source.js';

type Registration = Extract<ComplaintCommand, { type: 'RegisterComplaint' }>;
type Registered = Extract<ComplaintEvent, { type: 'ComplaintRegistered' }>['data'];

/** As the log names the bureau's database. */
export const SYSTEM = 'cfpb';

/** What a row of the bureau says of the firm's answer, none of it dated. */
export interface BureauAnswer {
  /** Not before it was received, and not known nearer. */
  at: When;
  now: string;
  /** How the firm closed it; null where it has not. */
  resolution: Resolution | null;
  /** The row says that there is no answer yet, and is not merely silent. */
  isOpen: boolean;
  timely?: boolean;
  disputed?: boolean;
}

/** The answer and its close, then the client's dispute, as commands on a complaint without an answer. */
export function answerOf({ at, now, resolution, timely, disputed }: BureauAnswer): ComplaintCommand[] {
  if (!resolution) return [];
  return [
    { type: 'SendFinalResponse', at, now, resolution, ...(timely !== undefined && { sourceTimely: timely }) },
    { type: 'CloseComplaint', at, now },
    ...(disputed ? [{ type: 'RecordDispute', at, now } as const] : []),
  ];
}

/**
 * What a later row of the same complaint adds to what the log has of it, and nothing that is there already. What the file does not
 * say any more stays as it was said. Where the firm has answered by itself, its own acts stand.
 */
export function amended(past: readonly DomainEvent[], registration: Registration, answer: BureauAnswer): DatedEvent[] {
  const events = past as readonly ComplaintEvent[];
  const commands = [...restatement(events, registration), ...changesOf(events, answer)];
  return steps(
    complaint,
    commands.map((command) => ({ command, occurred: answer.at })),
  )(past);
}

function changesOf(events: readonly ComplaintEvent[], answer: BureauAnswer): ComplaintCommand[] {
  const { at, now, resolution, isOpen, disputed } = answer;
  const state = fold(complaint, events);
  if (state.status === 'none') return [];
  const reopening: ComplaintCommand = { type: 'ReopenComplaint', at, now, reason: 'other' };
  const closing: ComplaintCommand = { type: 'CloseComplaint', at, now };
  const last = events.findLast((event) => event.type === 'FinalResponseSent')?.data;
  const answered = state.response === 'none' ? undefined : last;
  if (answered && answered.sentAt.precision !== 'unknown') return []; // the firm's own word, with its time
  if (isOpen) return state.status === 'closed' ? [reopening] : [];
  if (!resolution) return [];
  if (!answered) return answerOf(answer);
  if (answered.resolution !== resolution) return [...(state.status === 'open' ? [closing] : []), reopening, ...answerOf(answer)];
  return [
    ...(state.status === 'open' ? [closing] : []),
    ...(disputed && state.response === 'sent' ? [{ type: 'RecordDispute', at, now } as const] : []),
  ];
}

/** What the row says otherwise than the log has it by now; what it does not say is no change. */
function restatement(events: readonly ComplaintEvent[], row: Registration): ComplaintCommand[] {
  const before = events.reduce<Partial<Registered>>((said, event) => {
    if (event.type === 'ComplaintRegistered') return event.data;
    if (event.type !== 'ComplaintRestated') return said;
    const { system: _system, ...restated } = event.data;
    return { ...said, ...restated };
  }, {});
  // received on another day it is another complaint under the same number
  if (dayOf(row.receivedAt) !== dayOf(before.receivedAt)) refuse('known-with-other-content', 'Date received');
  const known = wholeSubject({ subject: before.subject ?? {}, classified: before.classified });
  const subject = { ...known, ...row.subject };
  const { forwarding } = row;
  const isForwardedOtherwise =
    dayOf(forwarding?.forwardedAt) !== dayOf(before.forwarding?.forwardedAt) ||
    (forwarding?.timelyAtSource ?? before.forwarding?.timelyAtSource) !== before.forwarding?.timelyAtSource;
  const said = {
    ...(row.channel !== 'unknown' && row.channel !== before.channel && { channel: row.channel }),
    ...(JSON.stringify(subject) !== JSON.stringify({ ...subject, ...known }) && { subject, taxonomy: SYSTEM }),
    ...(row.allegation !== undefined && row.allegation !== before.allegation && { allegation: row.allegation }),
    ...(row.respondent !== undefined && row.respondent !== before.respondent && { respondent: row.respondent }),
    ...(isForwardedOtherwise && { forwarding }),
  };
  return Object.keys(said).length > 0 ? [{ type: 'RestateComplaint', system: SYSTEM, ...said }] : [];
}

const dayOf = (when: When | undefined): string | undefined => (when?.precision === 'day' ? when.date : when?.at);
