import type { InEveryLanguage, Instant, LocalDate, Severity, SubjectKind } from '#event-sourcing';

/**
 * The one format of calendars, handbook editions and what-if documents: in the API, in shipped presets, in tests and in
 * files. Instants are RFC 3339 with an offset, local dates `YYYY-MM-DD`, wall times `HH:MM` up to `24:00`.
 */

/** Half-open `[open, close)` in local wall time. A close that is not after its open is on the next local day. */
export type Window = readonly [open: string, close: string];

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

export interface Calendar {
  /** IANA zone. */
  zone: string;
  /** A missing day has no windows. */
  week: { readonly [day in Weekday]?: readonly Window[] };
  /** Dates, or inclusive ranges `2025-01-28..2025-02-04`. */
  closed?: readonly string[];
  /** Replaces the pattern on a date, also on a closed one. */
  special?: { readonly [date: LocalDate]: readonly Window[] };
  /** The last local date whose holidays are known; a later deadline is provisional. */
  knownUntil?: LocalDate;
}

export type Target =
  | { kind: 'businessMinutes'; minutes: number }
  | { kind: 'businessDays'; days: number; receiptRule?: ReceiptRule; dayEnd?: DayEnd }
  | { kind: 'calendarDays'; days: number; roll?: Roll };
export const receiptRules = ['actual_date', 'next_business_day_if_after_close'] as const;
export type ReceiptRule = (typeof receiptRules)[number];
export const dayEnds = ['close', 'midnight'] as const;
export type DayEnd = (typeof dayEnds)[number];
export const rolls = ['none', 'following_business_day'] as const;
export type Roll = (typeof rolls)[number];

export const metrics = ['acknowledgement', 'firstResponse', 'update', 'decision', 'resolution', 'step'] as const;
export type Metric = (typeof metrics)[number];

export const promiseClasses = ['service', 'regulatory'] as const;
export type PromiseClass = (typeof promiseClasses)[number];

export const selectorNames = ['process', 'tier', 'channel', 'severity'] as const;
export type SelectorName = (typeof selectorNames)[number];
/** A missing selector means any. */
export type Selectors = { readonly [name in SelectorName]?: readonly string[] };

export interface Escalation {
  /** Further business minutes after the deadline. */
  afterMinutes: number;
  toRole: string;
}

export const tierModes = ['favourable_only', 'frozen'] as const;
export const reopenModes = ['resume_original', 'new_cycle'] as const;

/** One promise of an edition. Defaults of what is absent: see `withDefaults`. */
export interface ServicePromise {
  id: string;
  metric: Metric;
  class?: PromiseClass;
  /** Of the metric `step`: the step's name. */
  step?: string;
  appliesTo?: Selectors;
  /** Name of a calendar. */
  calendar: string;
  target: Target;
  pausable?: boolean;
  /** Business minutes after which a pause ends by itself; none by default. */
  maxPauseMinutes?: number;
  tierMode?: (typeof tierModes)[number];
  minRemainingMinutes?: number;
  reopenMode?: (typeof reopenModes)[number];
  reopenFloorMinutes?: number;
  /** Percentages of the target. */
  warnings?: readonly number[];
  escalations?: readonly Escalation[];
  /** Of the metric `update`: each outbound human communication ends the cycle and starts the next. */
  recurring?: boolean;
}

export type BilingualText = InEveryLanguage;

/** What a client reads of an edition; each a text in both languages, Markdown paragraphs and lists. */
export interface HandbookSection {
  /** `firm`, `commitments`, `processes`, `channels`, `complaints`, `compensation`, or a name of the firm's own. */
  id: string;
  title: BilingualText;
  body: BilingualText;
}

export const presetStatuses = ['confirmed', 'unconfirmed'] as const;

export interface HandbookEdition {
  edition: number;
  effectiveFrom: Instant;
  /** Exclusive; null: open. */
  effectiveTo: Instant | null;
  promises: readonly ServicePromise[];
  /** Processes for which the edition claims to promise a resolution in every case. */
  covers?: readonly string[];
  title?: BilingualText;
  /** Names of processes, steps, tiers and promises as a client reads them, by their code. */
  names?: { readonly [code: string]: BilingualText };
  sections?: readonly HandbookSection[];
  /** Of a preset: whether the firm's compliance has confirmed it. */
  status?: (typeof presetStatuses)[number];
}

export interface Subject {
  type: SubjectKind;
  process: string;
  channel?: string;
  severity?: Severity;
  tier?: string;
}

/** Who speaks in an outbound communication. */
export const senders = ['human', 'automatic'] as const;

/** Who states a fact: somebody, or a system of record (an import, the back office, a telephony or mail gateway). */
export const factSources = ['person', 'system'] as const;

/** What happened, in the words of what-if files; the live system maps its events to the same facts. */
export type Fact = FactFrame & FactBody;
export interface FactFrame {
  /** An instant, or a local date `YYYY-MM-DD` where no more is known (clocks.md, "Evidence"). */
  at: Instant;
  /** When it was written down; absent: as it happened. */
  recordedAt?: Instant;
  /** `person` by default. */
  source?: (typeof factSources)[number];
  /** When a second person confirmed it with its evidence; of what was recorded late. */
  confirmedAt?: Instant;
}
export type FactBody =
  | { fact: 'received' }
  | { fact: 'outbound'; by: (typeof senders)[number] }
  | { fact: 'inbound' }
  | { fact: 'note' }
  | { fact: 'clientAsked' }
  | { fact: 'clientReplied' }
  | { fact: 'accepted' }
  | { fact: 'declined' }
  | { fact: 'completed' }
  | { fact: 'reopened' }
  | { fact: 'cancelled' }
  | { fact: 'stepStarted'; step: string }
  | { fact: 'stepCompleted'; step: string }
  | { fact: 'tierChanged'; to: string }
  | { fact: 'severityChanged'; to: Severity }
  | { fact: 'extended'; promise: string; days: number }
  | { fact: 'calendarRevised'; calendar: string; closed?: readonly string[]; special?: Calendar['special'] };
export type FactName = FactBody['fact'];

export interface WhatIfDocument {
  title?: string;
  calendars: { readonly [name: string]: Calendar };
  /** IANA zone of the dates in `timeline`; by default that of the calendars, where they have one. */
  zone?: string;
  handbook: readonly HandbookEdition[];
  subject: Subject;
  /** In order of `at`, a date anywhere in its day; equal instants apply in this order. */
  timeline: readonly Fact[];
  asOf: readonly Instant[];
  /** Ignored. */
  expect?: unknown;
}

export const commitmentStates = ['running', 'paused', 'met', 'breached', 'completedLate', 'cancelled', 'notMeasured'] as const;
export type CommitmentState = (typeof commitmentStates)[number];

/** One step of the explanation; `kind` says which members it has beside its text. */
export interface Reason {
  kind:
    'policy' | 'start' | 'window' | 'day' | 'pause' | 'recomputed' | 'extension' | 'stop' | 'deadline' | 'breach' | 'provisional' | 'note';
  /** For a person, in English. */
  text: string;
  from?: string;
  to?: string;
  minutes?: number;
  [detail: string]: unknown;
}

export interface PromiseAnswer {
  promise: string;
  metric: Metric;
  class: PromiseClass;
  step?: string;
  edition: number;
  cycle: number;
  state: CommitmentState;
  /** Instants with the calendar's offset. */
  startedAt: string;
  startDate: LocalDate;
  /** The start is known by its date alone: the clock runs from the beginning of what is known. */
  startKnownBy?: 'day';
  deadlineAt: string | null;
  dueDate: LocalDate | null;
  stoppedAt: string | null;
  /** The stop is known by this date alone; `stoppedAt` is then the earliest that it may have been. */
  stoppedOn?: LocalDate;
  provisional: boolean;
  /** Business minutes, floored; null for day targets. */
  accruedMinutes: number | null;
  pausedMinutes: number | null;
  remainingMinutes: number | null;
  /** Physical minutes from the start to the stop, or to `asOf`. */
  elapsedMinutes: number;
  /** Every threshold; `at` is null where its instant is open, as while the clock waits. */
  warnings: { percent: number; at: string | null; reached: boolean }[];
  escalations: { afterMinutes: number; toRole: string; at: string | null; reached: boolean }[];
  /** What somebody recorded late that would undo the breach, once a second person has confirmed it. */
  lateEvidence?: { fact: FactName; statedAt: string; recordedAt: string }[];
  why: Reason[];
  /** Earlier cycles, oldest first. */
  earlier?: PromiseAnswer[];
}

export interface WhatIfAnswer {
  answers: { asOf: string; promises: PromiseAnswer[] }[];
}
