import {
  type Decider,
  DomainError,
  type EventDefinitions,
  firmStream,
  type LocalDate,
  type ProblemTitle,
  type StaffId,
  type Uuid,
} from '#event-sourcing';

export const breakCodes = [
  'totals-differ',
  'missing-in-log',
  'missing-in-read-model',
  'value-differs',
  'account-not-linked',
  'day-not-completed',
] as const;
export type BreakCode = (typeof breakCodes)[number];

/** Where the source, the observed facts and the read model do not say the same of a day. Values as text, e.g. `1250000 CNY`. */
export interface ReconciliationBreak {
  /** Derived from what it is about, so that the same difference has the same id in every run. */
  breakId: Uuid;
  code: BreakCode;
  accountId?: string;
  record?: string;
  expected?: string;
  observed?: string;
}

export const breakExplanations = ['timing', 'sourceError', 'ourError', 'accountMoved', 'roundingAgreed', 'other'] as const;
export type BreakExplanation = (typeof breakExplanations)[number];

/** A day of a source, reconciled. Breaks are explained and closed by persons; one that is no longer found closes by itself. */
export type ReconciliationEvent =
  | { type: 'ReconciliationRun'; data: { source: string; on: LocalDate; checked: number; breaks: number } }
  | { type: 'BreakFound'; data: { source: string; on: LocalDate } & ReconciliationBreak }
  /** `reference`: where the explanation is kept, e.g. the number of a ticket; never free text, since no client's key is here. */
  | { type: 'BreakExplained'; data: { breakId: Uuid; explanation: BreakExplanation; reference: string; explainedBy: StaffId } }
  | { type: 'BreakClosed'; data: { breakId: Uuid; cause: 'person' | 'vanished'; closedBy?: StaffId } };

export const reconciliationEvents: EventDefinitions<ReconciliationEvent> = {
  ReconciliationRun: { version: 1, fields: { source: 'P1', on: 'P1', checked: 'P1', breaks: 'P1' } },
  BreakFound: {
    version: 1,
    fields: { source: 'P1', on: 'P1', breakId: 'P1', code: 'P1', accountId: 'P1', record: 'P1', expected: 'P1', observed: 'P1' },
  },
  BreakExplained: { version: 1, fields: { breakId: 'P1', explanation: 'P1', reference: 'P1', explainedBy: 'P1' } },
  BreakClosed: { version: 1, fields: { breakId: 'P1', cause: 'P1', closedBy: 'P1' } },
};

export type ReconciliationCommand =
  | { type: 'RunReconciliation'; source: string; on: LocalDate; checked: number; breaks: readonly ReconciliationBreak[] }
  | { type: 'ExplainBreak'; breakId: Uuid; explanation: BreakExplanation; reference: string; by: StaffId }
  | { type: 'CloseBreak'; breakId: Uuid; by: StaffId };

export const breakStatuses = ['open', 'explained', 'closed'] as const;

export interface KnownBreak extends ReconciliationBreak {
  status: (typeof breakStatuses)[number];
  explanation?: BreakExplanation;
  reference?: string;
  explainedBy?: StaffId;
  closedBy?: StaffId;
  closedCause?: 'person' | 'vanished';
}

export interface ReconciliationState {
  run?: { checked: number; breaks: number };
  breaks: ReadonlyMap<Uuid, KnownBreak>;
}

export const reconciliationProblems = {
  'break-not-found': { en: 'There is no such break', zh: '差异不存在' },
  'break-closed': { en: 'The break is closed already', zh: '该差异已关闭' },
  'break-not-explained': { en: 'A break is explained before it is closed', zh: '差异须先说明再关闭' },
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(reconciliationProblems);

export const reconciliation: Decider<ReconciliationState, ReconciliationCommand, ReconciliationEvent> = {
  kind: 'reconciliation',
  initial: { breaks: new Map() },
  decide(command, state): ReconciliationEvent[] {
    switch (command.type) {
      case 'RunReconciliation': {
        const { source, on, checked, breaks } = command;
        const found = new Set(breaks.map(({ breakId }) => breakId));
        const fresh = breaks.filter((one) => isNews(state.breaks.get(one.breakId), one));
        const gone = [...state.breaks.values()].filter(({ breakId, status }) => status !== 'closed' && !found.has(breakId));
        const events: ReconciliationEvent[] = [
          ...fresh.map((data): ReconciliationEvent => ({ type: 'BreakFound', data: { source, on, ...data } })),
          ...gone.map(({ breakId }): ReconciliationEvent => ({ type: 'BreakClosed', data: { breakId, cause: 'vanished' } })),
        ];
        const same = state.run?.checked === checked && state.run.breaks === breaks.length && events.length === 0;
        return same ? [] : [...events, { type: 'ReconciliationRun', data: { source, on, checked, breaks: breaks.length } }];
      }
      case 'ExplainBreak': {
        const { breakId, explanation, reference, by } = command;
        open(state, breakId);
        return [{ type: 'BreakExplained', data: { breakId, explanation, reference, explainedBy: by } }];
      }
      case 'CloseBreak':
        if (open(state, command.breakId).status !== 'explained') throw refusal('break-not-explained');
        return [{ type: 'BreakClosed', data: { breakId: command.breakId, cause: 'person', closedBy: command.by } }];
    }
  },
  evolve(state, event): ReconciliationState {
    switch (event.type) {
      case 'ReconciliationRun':
        return { ...state, run: { checked: event.data.checked, breaks: event.data.breaks } };
      case 'BreakFound': {
        const { source: _source, on: _on, ...found } = event.data;
        return { ...state, breaks: new Map(state.breaks).set(found.breakId, { ...found, status: 'open' }) };
      }
      case 'BreakExplained': {
        const { breakId, ...explained } = event.data;
        return changed(state, breakId, { status: 'explained', ...explained });
      }
      case 'BreakClosed': {
        const { breakId, cause, closedBy } = event.data;
        return changed(state, breakId, { status: 'closed', closedCause: cause, ...(closedBy !== undefined && { closedBy }) });
      }
    }
  },
};

/** A difference that nobody has seen, or that has changed or come back since it was closed. */
function isNews(known: KnownBreak | undefined, found: ReconciliationBreak): boolean {
  if (!known || (known.status === 'closed' && known.closedCause === 'vanished')) return true;
  return known.expected !== found.expected || known.observed !== found.observed;
}

function open(state: ReconciliationState, breakId: Uuid): KnownBreak {
  const known = state.breaks.get(breakId);
  if (!known) throw refusal('break-not-found');
  if (known.status === 'closed') throw refusal('break-closed');
  return known;
}

function changed(state: ReconciliationState, breakId: Uuid, more: Partial<KnownBreak>): ReconciliationState {
  const known = state.breaks.get(breakId);
  return known ? { ...state, breaks: new Map(state.breaks).set(breakId, { ...known, ...more }) } : state;
}

export const reconciliationStream = (source: string, on: LocalDate) => firmStream('reconciliation', `reconciliation|${source}|${on}`);
