import { type Decider, DomainError, type Instant, precedes, severities, type Severity, type When } from '#event-sourcing';
import { type RequestEvent, requestProblems } from './request-events.js';

const refusal = DomainError.of(requestProblems);

type Data<T extends RequestEvent['type']> = Extract<RequestEvent, { type: T }>['data'];
/** `at`: when it happened, as far as it is known; `now`: the server's time, which `at` may not exceed. */
type Timed = { at: When; now: Instant };
type Stated<T extends RequestEvent['type'], Decided extends string = never> = Omit<Data<T>, 'at' | 'cycle' | Decided> & Timed;

export type RequestCommand =
  | ({ type: 'ReceiveRequest'; now: Instant } & Data<'RequestReceived'>)
  | ({ type: 'StartRequest' } & Timed)
  | ({ type: 'StartStep' } & Stated<'RequestStepStarted'>)
  | ({ type: 'CompleteStep' } & Stated<'RequestStepCompleted'>)
  | ({ type: 'AskClient' } & Stated<'ClientInputRequested'>)
  | ({ type: 'RecordClientReply' } & Stated<'ClientInputReceived', 'waitingSince'>)
  | ({ type: 'CompleteRequest' } & Stated<'RequestCompleted'>)
  | ({ type: 'CancelRequest' } & Stated<'RequestCancelled'>)
  | ({ type: 'ReopenRequest' } & Stated<'RequestReopened'>)
  | ({ type: 'RaiseSeverity' } & Stated<'RequestSeverityRaised', 'from'>);

export const requestStatuses = ['received', 'inProgress', 'waitingClient', 'completed', 'cancelled', 'reopened'] as const;
export type RequestStatus = (typeof requestStatuses)[number];

interface Known {
  status: RequestStatus;
  receivedAt: When;
  cycle: number;
  severity: Severity;
  /** When the severity became what it is. */
  severityAt: When;
  /** What the acts of this cycle follow: the receipt or the reopening and, once it is started, the start. */
  began: When;
  /** The latest act of this cycle, which its end cannot precede. */
  latest: When;
  /** Of this cycle. */
  steps: readonly { step: string; startedAt: When; completed: boolean }[];
  /** When each question was asked that no reply has answered; a request waits for its client as long as there is one. */
  questions: readonly When[];
}
export type RequestState = { status: 'none' } | Known;

/** A service request of a client. */
export const request: Decider<RequestState, RequestCommand, RequestEvent> = {
  kind: 'request',
  initial: { status: 'none' },
  decide(command, state): RequestEvent[] {
    if (command.type === 'ReceiveRequest') {
      if (state.status !== 'none') throw refusal('request-already-received');
      if (command.receivedAt.at > command.now) throw refusal('act-in-the-future', ['/receivedAt']);
      return [{ type: 'RequestReceived', data: statedIn(command) }];
    }
    if (state.status === 'none') throw refusal('request-not-received');
    const { cycle, steps, questions } = state;
    switch (command.type) {
      case 'StartRequest':
        requireOpen(state);
        if (isStarted(state)) return []; // a repeat changes nothing
        inTime(command, state, state.began);
        return [{ type: 'RequestStarted', data: { ...statedIn(command), cycle } }];
      case 'StartStep': {
        requireStarted(state);
        const found = steps.find(({ step }) => step === command.step);
        if (found?.completed) throw refusal('request-step-completed', ['/step']);
        if (found) return [];
        inTime(command, state, state.began);
        return [{ type: 'RequestStepStarted', data: { ...statedIn(command), cycle } }];
      }
      case 'CompleteStep': {
        requireStarted(state);
        const found = steps.find(({ step }) => step === command.step);
        if (!found) throw refusal('request-step-not-started', ['/step']);
        if (found.completed) return [];
        inTime(command, state, found.startedAt);
        return [{ type: 'RequestStepCompleted', data: { ...statedIn(command), cycle } }];
      }
      case 'AskClient':
        requireStarted(state);
        inTime(command, state, state.began);
        if (!/[\p{L}\p{N}]/u.test(command.question)) throw refusal('question-without-words'); // it is the evidence of a pause
        return [{ type: 'ClientInputRequested', data: { ...statedIn(command), cycle } }];
      case 'RecordClientReply': {
        requireOpen(state);
        if (questions.length === 0) throw refusal('no-question-open');
        inTime(command, state, earliest(questions)!);
        const waitingSince = earliest(unanswered(questions, command.at));
        return [{ type: 'ClientInputReceived', data: { ...statedIn(command), cycle, ...(waitingSince && { waitingSince }) } }];
      }
      case 'CompleteRequest': {
        if (state.status === 'completed') return [];
        requireStarted(state);
        const open = steps.filter(({ completed }) => !completed).map(({ step }) => `/steps/${step}`);
        if (open.length > 0) throw refusal('request-step-open', open);
        inTime(command, state, state.latest);
        return [{ type: 'RequestCompleted', data: { ...statedIn(command), cycle } }];
      }
      case 'CancelRequest':
        if (state.status === 'cancelled') return [];
        requireOpen(state);
        inTime(command, state, state.latest);
        return [{ type: 'RequestCancelled', data: { ...statedIn(command), cycle } }];
      case 'ReopenRequest':
        if (state.status !== 'completed') throw refusal('request-not-completed');
        inTime(command, state, state.latest);
        return [{ type: 'RequestReopened', data: { ...statedIn(command), cycle: cycle + 1 } }];
      case 'RaiseSeverity': {
        requireOpen(state);
        const { severity: from, severityAt } = state;
        const rise = severities.indexOf(command.to) - severities.indexOf(from);
        if (rise === 0) return [];
        if (rise < 0) throw refusal('severity-lowering-refused', ['/to']);
        inTime(command, state, severityAt);
        return [{ type: 'RequestSeverityRaised', data: { ...statedIn(command), from } }];
      }
    }
  },
  evolve(state, event): RequestState {
    if (event.type === 'RequestReceived') {
      const { receivedAt: at, severity } = event.data;
      const times = { receivedAt: at, severityAt: at, began: at, latest: at };
      return { status: 'received', cycle: 1, severity, ...times, steps: [], questions: [] };
    }
    if (state.status === 'none') return state;
    const { at } = event.data;
    const next: Known = { ...state, latest: later(state.latest, at) };
    switch (event.type) {
      case 'RequestStarted':
        return { ...next, status: 'inProgress', began: at };
      case 'RequestStepStarted':
        return { ...next, steps: [...state.steps, { step: event.data.step, startedAt: at, completed: false }] };
      case 'RequestStepCompleted':
        return { ...next, steps: state.steps.map((one) => (one.step === event.data.step ? { ...one, completed: true } : one)) };
      case 'ClientInputRequested':
        return { ...next, status: 'waitingClient', questions: [...state.questions, at] };
      case 'ClientInputReceived': {
        const questions = unanswered(state.questions, at);
        return { ...next, status: questions.length > 0 ? 'waitingClient' : 'inProgress', questions };
      }
      case 'RequestCompleted':
        return { ...next, status: 'completed', questions: [] };
      case 'RequestCancelled':
        return { ...next, status: 'cancelled', questions: [] };
      case 'RequestReopened':
        return { ...next, status: 'reopened', cycle: event.data.cycle, began: at, latest: at, steps: [] };
      case 'RequestSeverityRaised':
        return { ...next, severity: event.data.to, severityAt: at };
    }
  },
};

const statedIn = <C extends { type: string; now: Instant }>({ type: _type, now: _now, ...stated }: C): Omit<C, 'type' | 'now'> => stated;

const isStarted = ({ status }: Known): boolean => status === 'inProgress' || status === 'waitingClient';

function requireOpen({ status }: Known): void {
  if (status === 'completed' || status === 'cancelled') throw refusal('request-closed');
}

function requireStarted(state: Known): void {
  requireOpen(state);
  if (!isStarted(state)) throw refusal('request-not-started');
}

function inTime({ at, now }: Timed, { receivedAt }: Known, follows: When): void {
  if (at.at > now) throw refusal('act-in-the-future', ['/occurredAt']);
  if (precedes(at, receivedAt)) throw refusal('act-before-request', ['/occurredAt']);
  if (precedes(at, follows)) throw refusal('act-before-earlier-act', ['/occurredAt']);
}

/** A reply answers what was asked before it: a question asked later, though recorded sooner, stays open. */
const unanswered = (questions: readonly When[], reply: When): readonly When[] => questions.filter((asked) => precedes(reply, asked));

const later = (a: When, b: When): When => (b.precision !== 'unknown' && (a.precision === 'unknown' || b.at > a.at) ? b : a);

const earliest = (questions: readonly When[]): When | undefined =>
  questions.reduce<When | undefined>((first, asked) => (first && first.at <= asked.at ? first : asked), undefined);
