import type { ClientChannel, EventDefinitions, ProblemTitle, Severity, Uuid, When } from '#event-sourcing';

export const requestProcesses = ['accountOpening', 'trading', 'settlement', 'other'] as const;
export type RequestProcess = (typeof requestProcesses)[number];

export const cancelReasons = ['withdrawnByClient', 'duplicate', 'notEligible', 'receivedInError', 'other'] as const;
export type CancelReason = (typeof cancelReasons)[number];

export const requestReopenReasons = ['notDone', 'newInformation', 'completedInError', 'other'] as const;
export type RequestReopenReason = (typeof requestReopenReasons)[number];

/** A step's name is a code, the one that the promises of the handbook name. */
export const STEP_NAME = '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$';

/** `at`: when it happened, as far as it is known. */
export type RequestEvent =
  | {
      type: 'RequestReceived';
      data: {
        clientId: Uuid;
        /** First receipt, kept over all cycles. */
        receivedAt: When;
        process: RequestProcess;
        channel: ClientChannel;
        severity: Severity;
        subject?: string;
        accountId?: string;
      };
    }
  | { type: 'RequestStarted'; data: { at: When; cycle: number } }
  | { type: 'RequestStepStarted'; data: { at: When; cycle: number; step: string } }
  | { type: 'RequestStepCompleted'; data: { at: When; cycle: number; step: string } }
  | { type: 'ClientInputRequested'; data: { at: When; cycle: number; channel: ClientChannel; question: string } }
  | {
      type: 'ClientInputReceived';
      data: {
        at: When;
        cycle: number;
        channel?: ClientChannel;
        reply?: string;
        /** When the earliest question was asked that this reply leaves open; absent where none is. */
        waitingSince?: When;
      };
    }
  | { type: 'RequestCompleted'; data: { at: When; cycle: number; summary?: string } }
  | { type: 'RequestCancelled'; data: { at: When; cycle: number; reason: CancelReason; note?: string } }
  | { type: 'RequestReopened'; data: { at: When; cycle: number; reason: RequestReopenReason; note?: string } }
  | { type: 'RequestSeverityRaised'; data: { at: When; from: Severity; to: Severity } };

export const requestEvents: EventDefinitions<RequestEvent> = {
  RequestReceived: {
    version: 1,
    fields: {
      clientId: 'P1',
      receivedAt: 'P1',
      process: 'P1',
      channel: 'P1',
      severity: 'P1',
      subject: 'P3',
      accountId: 'P1',
    },
  },
  RequestStarted: { version: 1, fields: { at: 'P1', cycle: 'P1' } },
  RequestStepStarted: { version: 1, fields: { at: 'P1', cycle: 'P1', step: 'P1' } },
  RequestStepCompleted: { version: 1, fields: { at: 'P1', cycle: 'P1', step: 'P1' } },
  ClientInputRequested: { version: 1, fields: { at: 'P1', cycle: 'P1', channel: 'P1', question: 'P3' } },
  ClientInputReceived: { version: 1, fields: { at: 'P1', cycle: 'P1', channel: 'P1', reply: 'P3', waitingSince: 'P1' } },
  RequestCompleted: { version: 1, fields: { at: 'P1', cycle: 'P1', summary: 'P3' } },
  RequestCancelled: { version: 1, fields: { at: 'P1', cycle: 'P1', reason: 'P1', note: 'P3' } },
  RequestReopened: { version: 1, fields: { at: 'P1', cycle: 'P1', reason: 'P1', note: 'P3' } },
  RequestSeverityRaised: { version: 1, fields: { at: 'P1', from: 'P1', to: 'P1' } },
};

export const requestProblems = {
  'request-already-received': { en: 'The request is recorded already', zh: '服务请求已登记' },
  'request-not-received': { en: 'There is no such request', zh: '服务请求不存在' },
  'request-started-by-another': { en: 'Another person has started the request', zh: '该服务请求已由他人开始处理' },
  'request-not-started': { en: 'Start the request first', zh: '请先开始处理该服务请求' },
  'request-closed': { en: 'The request is completed or cancelled', zh: '服务请求已办结或已取消' },
  'request-not-completed': { en: 'Only a completed request can be reopened', zh: '只有已办结的服务请求可以重新开启' },
  'request-step-open': { en: 'A step of the request is not completed yet', zh: '服务请求尚有未完成的步骤' },
  'request-step-not-started': { en: 'This step was not started', zh: '该步骤尚未开始' },
  'request-step-completed': { en: 'This step was completed in this cycle', zh: '本轮中该步骤已完成' },
  'no-question-open': { en: 'No question to the client is open', zh: '没有待客户答复的问题' },
  'question-without-words': { en: 'A question to the client has words', zh: '向客户提出的问题须有文字内容' },
  'severity-lowering-refused': { en: 'Lowering the severity takes a second person', zh: '降低紧急程度须由第二人批准' },
  'act-before-request': { en: 'This cannot have happened before the request was received', zh: '时间不能早于服务请求收到时间' },
  'act-in-the-future': { en: 'This cannot have happened in the future', zh: '时间不能晚于现在' },
  'act-before-earlier-act': { en: 'This cannot have happened before what it follows', zh: '时间不能早于其前一步骤' },
} as const satisfies Record<string, ProblemTitle>;

export const requestStream = (requestId: Uuid, clientId: Uuid) => ({ id: requestId, kind: 'request', key: clientId });
