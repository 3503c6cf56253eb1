import type { Fact, WhatIfDocument } from '../../libs/service-levels/src/format/format.js';
import { instantOf } from './naive-clock.js';

/** A fact where it lies in time. */
export interface PlacedFact {
  stated: Fact;
  at: number;
  /** The latest that it may have happened, and its date, where it is known by that alone. */
  until?: number;
  date?: string;
  /** Of late evidence that waits for a second person: when it is said to have happened. */
  late?: { commitments: string[]; statedAt: number; recordedAt: number };
  /** A question known by its day is waited for from here on. */
  waitingFor?: PlacedFact;
}

const minuteMs = 60_000;
const undoing = new Set(['outbound', 'inbound', 'clientAsked', 'clientReplied', 'accepted', 'declined', 'completed', 'cancelled', 'stepCompleted']); // prettier-ignore
const ofRules = new Set(['tierChanged', 'calendarRevised']);

/**
 * The facts that are known at an instant, each where clocks.md ("Evidence") places it, in order. `missedBy` tells which
 * commitments have missed their deadline by an instant, were these the facts.
 */
export function placedFacts(document: WhatIfDocument, asOf: number, missedBy: (facts: PlacedFact[], at: number) => string[]): PlacedFact[] {
  const zone = document.zone ?? Object.values(document.calendars)[0]?.zone ?? 'UTC';
  const midnight = (date: string, days: number) => instantOf(zone, date, days * 1440);
  const isDate = (at: string) => !at.includes('T');
  const beginning = (fact: Fact) => (isDate(fact.at) ? midnight(fact.at, 0) : Date.parse(fact.at));
  const known = document.timeline
    .map((fact, i, all) => {
      const soFar = Math.max(...all.slice(0, i + 1).map(beginning));
      return { fact, stated: fact.recordedAt === undefined ? soFar : Date.parse(fact.recordedAt) };
    })
    .toSorted((a, b) => a.stated - b.stated)
    .filter(({ stated }) => stated <= asOf);

  const asStated: PlacedFact[] = [];
  for (const { fact } of known) {
    if (!isDate(fact.at)) {
      asStated.push({ stated: fact, at: Date.parse(fact.at) });
      continue;
    }
    const end = midnight(fact.at, 1);
    const others = asStated.filter((other) => !ofRules.has(other.stated.fact) && other.at < end);
    const from = Math.max(midnight(fact.at, 0), ...others.map(({ at }) => at));
    const recorded = fact.recordedAt === undefined ? end : Date.parse(fact.recordedAt);
    asStated.push({ stated: fact, at: from, until: Math.max(from, Math.min(end, recorded)), date: fact.at });
  }

  const placed: PlacedFact[] = [];
  let asked = 0;
  for (const fact of asStated) {
    const { recordedAt, confirmedAt, source } = fact.stated;
    const recorded = recordedAt === undefined ? fact.at : Date.parse(recordedAt);
    const isConfirmed = confirmedAt !== undefined && Date.parse(confirmedAt) <= asOf;
    const mayBeLate = source !== 'system' && !isConfirmed && recorded > fact.at + minuteMs && undoing.has(fact.stated.fact);
    const atRecording: PlacedFact = { stated: fact.stated, at: recorded };
    if (mayBeLate && ++asked > 100) {
      placed.push({ ...atRecording, late: { commitments: ['any'], statedAt: fact.at, recordedAt: recorded } });
      continue;
    }
    const kept = mayBeLate ? missedBy(inOrder([...placed, fact]), recorded) : [];
    const undone = mayBeLate ? missedBy(inOrder([...placed, atRecording]), recorded).filter((name) => !kept.includes(name)) : [];
    if (undone.length > 0) placed.push({ ...atRecording, late: { commitments: undone, statedAt: fact.at, recordedAt: recorded } });
    else placed.push(fact);
  }
  return inOrder(placed);
}

function inOrder(placed: readonly PlacedFact[]): PlacedFact[] {
  const waits = placed.flatMap((fact) =>
    fact.stated.fact === 'clientAsked' && fact.until !== undefined
      ? [fact, { stated: fact.stated, at: fact.until, waitingFor: fact }]
      : [fact],
  );
  return waits.toSorted((a, b) => a.at - b.at); // a stable sort: as stated where that is the same
}
