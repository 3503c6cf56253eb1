import { complaint, type ComplaintCommand, type ComplaintEvent, type Resolution } from '#complaints';
import { type DomainEvent, fold, type When } from '#event-sourcing';
import { type DatedEvent, refuse, steps } from './source.js';

type Registration = Extract<ComplaintCommand, { type: 'RegisterComplaint' }>;
type Registered = Extract<ComplaintEvent, { type: 'ComplaintRegistered' }>['data'];

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
  const before = events.find((event) => event.type === 'ComplaintRegistered')?.data;
  if (before) sameComplaint(before, registration);
  const commands = changesOf(events, answer);
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

/** Refuses what no fact can tell: another complaint under the same number. */
function sameComplaint(before: Registered, row: Registration): void {
  const told = (old: unknown, now: unknown, column: string): void => {
    if (now !== undefined && now !== old) refuse('known-with-other-content', column);
  };
  const dateOf = (when: When | undefined): string | undefined => (when?.precision === 'day' ? when.date : undefined);
  told(dateOf(before.receivedAt), dateOf(row.receivedAt), 'Date received');
  told(dateOf(before.forwarding?.forwardedAt), dateOf(row.forwarding?.forwardedAt), 'Date sent to company');
  told(before.subject.product, row.subject.product, 'Product');
  told(before.subject.subProduct, row.subject.subProduct, 'Sub-product');
  told(before.subject.problem, row.subject.problem, 'Issue');
  told(before.subject.subProblem, row.subject.subProblem, 'Sub-issue');
  told(before.respondent, row.respondent, 'Company');
  told(before.allegation, row.allegation, 'Consumer complaint narrative');
  if (row.channel !== 'unknown') told(before.channel, row.channel, 'Submitted via');
}
