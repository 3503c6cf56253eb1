import type { CommitmentView } from '#read-models';
import type { ClockEvent } from '#service-levels';

export interface ShownPause {
  from: string;
  to: string | null;
  /** The question to the client, and what ended the pause: the reply, or the end of the longest pause; null: the clock's own end. */
  endedBy: 'reply' | 'limit' | 'stop' | null;
  evidence: string | null;
  endEvidence: string | null;
}

export interface ClockDetails {
  pauses: ShownPause[];
  recomputations: object[];
  warnings: object[];
  escalations: object[];
}

/** What a clock did, by its kind, beside the list of all. */
export function clockDetails({ clockEvents }: Pick<CommitmentView, 'clockEvents'>): ClockDetails {
  const of = (wanted: ClockEvent['type']): object[] => clockEvents.filter(({ type }) => type === wanted).map(({ data }) => data);
  return {
    pauses: pausesOf(clockEvents),
    recomputations: of('DeadlineRecomputed'),
    warnings: of('WarningReached'),
    escalations: of('CommitmentEscalated'),
  };
}

function pausesOf(events: readonly ClockEvent[]): ShownPause[] {
  const pauses: ShownPause[] = [];
  for (const { type, data } of events) {
    if (type === 'CommitmentPaused') {
      pauses.push({ from: data.at, to: null, endedBy: null, evidence: data.evidence ?? null, endEvidence: null });
      continue;
    }
    const last = pauses.at(-1);
    if (!last || last.to !== null) continue;
    if (type === 'CommitmentResumed') Object.assign(last, { to: data.at, endedBy: data.by, endEvidence: data.evidence ?? null });
    if (type === 'CommitmentMet') Object.assign(last, { to: data.stoppedAt, endedBy: 'stop', endEvidence: data.evidence ?? null });
    if (type === 'CommitmentCancelled') Object.assign(last, { to: data.at, endedBy: 'stop', endEvidence: data.evidence ?? null });
  }
  return pauses;
}
