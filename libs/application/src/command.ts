import type { Instant, ProblemTitle, SourceRef, StaffId, Uuid, When } from '#event-sourcing';
import type { Append } from '#event-store';

/** Who asks, as the token says. `branchScope`: the one branch whose clients they may touch, or all. */
export interface Principal {
  subject: StaffId;
  role: string;
  branchScope: string;
  onBehalfOf?: string;
}

export const ALL_BRANCHES = '*';

/** What comes with a command and is not part of what the person states. */
export interface CommandContext {
  commandId: Uuid;
  requestHash: string;
  keepOutcome: Append['keepOutcome'];
  principal: Principal;
  now: Instant;
  /** When the act happened, where that is not now. */
  occurred?: When;
  /** The version the caller has seen (If-Match); absent: decide on whatever is there. */
  expectedVersion?: number;
  correlationId: Uuid;
  causationId?: Uuid;
  source?: SourceRef;
  traceparent?: string;
}

export interface CommandResult {
  /** The aggregate as its routes name it. */
  id: Uuid;
  version: number;
  /** Log position of its last event, or of the log's end where nothing changed. */
  position: number;
  /** Types of the events, none where nothing changed. */
  events: readonly string[];
  /** The first answer again: this command id had taken effect before. */
  replayed: boolean;
  created: boolean;
}

/** Missing, or hidden from the caller. */
export class NotFound extends Error {
  readonly code = 'not-found';
}

/** Other writers kept moving the stream while this command decided again and again: come back later. */
export class TooManyWriters extends Error {
  readonly code = 'too-many-writers';
}

/** The Idempotency-Key was used for another request. */
export class IdempotencyMismatch extends Error {
  readonly code = 'idempotency-key-reused';
}

/** The stream has moved past the version the caller names. */
export class StaleVersion extends Error {
  readonly code = 'stale-version';
  constructor(
    readonly actual: number,
    /** What the caller missed: types and versions only. */
    readonly missed: readonly { type: string; version: number }[],
  ) {
    super(`the aggregate is at version ${actual}`);
  }
}

export const applicationProblems = {
  'not-found': { en: 'Not found', zh: '未找到' },
  'too-many-writers': { en: 'Too many writers at once', zh: '并发写入过多' },
  'idempotency-key-reused': { en: 'The Idempotency-Key was used for another request', zh: '幂等键已用于其他请求' },
  'branch-not-yours': { en: 'The branch is not yours', zh: '该营业部不属于您的权限范围' },
  'stale-version': { en: 'The aggregate has changed since you read it', zh: '数据已被更新，请刷新后重试' },
} as const satisfies Record<string, ProblemTitle>;
