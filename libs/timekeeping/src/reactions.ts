import type { Instant, StreamRef, Uuid } from '#event-sourcing';
import {
  commitmentStream,
  type CommitmentEvent,
  type CommitmentStreamState,
  kindKey,
  nextOf,
  type Noticing,
  missingEvents,
  spokenUntilMs,
  type TracedClock,
  type Zone,
} from '#service-levels';
import { type CaseFile, type Rules, runFile } from './case-file.js';
import type { Seen } from './case-store.js';

/** A commitment's stream as it stands; version 0 where it does not exist. */
export interface Stream {
  state: CommitmentStreamState;
  version: number;
  /** Log position that its clock events were decided on; 0 before the first. */
  knownTo: number;
}

export const NO_STREAM: Stream = { state: { status: 'none' }, version: 0, knownTo: 0 };

/** What a case's commitments are to say next. */
export interface Reaction {
  stream: StreamRef;
  cycle: number;
  version: number;
  events: CommitmentEvent[];
}

export interface Look extends Noticing {
  /** What is known: all facts of the log up to here. */
  upTo: number;
  /** Facts that lie beyond it have not come yet. */
  nowMs: number;
  /** The log's end: time passes up to now. Otherwise only as far as the facts go, and what the log already says. */
  timePasses: boolean;
}

const streamOf = (file: CaseFile, { promise, cycle }: TracedClock): StreamRef =>
  commitmentStream(file.subjectId, file.clientId, kindKey(promise), cycle);

/** The streams that a case's commitments have, as far as facts up to a position tell. */
export function commitmentIdsOf(file: CaseFile, rules: Rules, zone: Zone, upTo: number, nowMs: number): Uuid[] {
  return runFile(file, rules, upTo, zone, nowMs).clocks.map((clock) => streamOf(file, clock).id);
}

/**
 * Pure: from what is known of a case, and what its commitments' streams say, what they are to say next, and when the case
 * is to be looked at again.
 */
export function reactionsOf(
  file: CaseFile & { streams: readonly Uuid[] },
  rules: Rules,
  zone: Zone,
  streams: ReadonlyMap<Uuid, Stream>,
  look: Look,
): { reactions: Reaction[]; seen: Seen } {
  const known = [...new Set([...file.streams, ...streams.keys()])].flatMap((id) => {
    const stream = streams.get(id);
    return stream && stream.version > 0 ? [{ id, ...stream }] : [];
  });
  const spokenMs = known.reduce((latest, { state }) => Math.max(latest, spokenUntilMs(state)), -Infinity);
  const facts = runFile(file, rules, look.upTo, zone, look.nowMs);
  const untilMs = look.timePasses ? Math.max(look.nowMs, spokenMs) : Math.max(facts.lastFactMs, spokenMs);
  const run = runFile(file, rules, look.upTo, zone, Math.max(look.nowMs, spokenMs), untilMs);
  const reactions: Reaction[] = [];
  const ids = new Set<Uuid>();
  let saidAlready = false;
  for (const clock of run.clocks) {
    const stream = streamOf(file, clock);
    ids.add(stream.id);
    const { state, version, knownTo } = streams.get(stream.id) ?? NO_STREAM;
    if (knownTo > look.upTo) {
      saidAlready = true; // read again from the beginning: what followed from this was said already
      continue;
    }
    reactions.push({ stream, cycle: clock.cycle, version, events: missingEvents(state, clock, run.of, look) });
  }
  for (const { id, state, version, knownTo } of known) {
    if (ids.has(id) || state.status === 'none' || knownTo > look.upTo) continue;
    const stream = { id, kind: 'commitment', key: file.clientId };
    reactions.push({ stream, cycle: state.started.cycle, version, events: missingEvents(state, undefined, run.of, look) });
  }
  const running = run.clocks.filter((clock) => clock.endedMs === null);
  const nextMs = Math.min(run.nextFactMs, ...running.map(nextOf));
  const seen: Seen = {
    subjectId: file.subjectId,
    streams: [...new Set([...known.map(({ id }) => id), ...ids])],
    calendars: [...new Set(running.map(({ calendar }) => calendar.name))],
    running: running.length > 0,
    // also where nothing runs: what was stated by a clock ahead of the log's may be what starts it
    // and where the log was read again, by rules that may have changed since it was decided on
    wakeAt: saidAlready ? instantOf(look.nowMs) : nextMs !== Infinity ? instantOf(nextMs) : null,
  };
  return { reactions: reactions.filter(({ events }) => events.length > 0), seen };
}

const LATEST_MS = 8_000_000_000_000; // the year 2223: later than any calendar, and a date that PostgreSQL and JSON agree on
const instantOf = (ms: number): Instant => new Date(Math.min(ms, LATEST_MS)).toISOString();
