import type { Instant, LocalDate, Uuid } from '#event-sourcing';
import { dateOf, dayOf, type StoredFact, type Zone } from '#service-levels';
import { assertionsOf, type TierEvent, tierInForce } from '#tiers';

/** An event of a client's tier, where the log has it. */
export interface LoggedTierEvent {
  event: TierEvent;
  eventId: Uuid;
  position: number;
  recordedAt: Instant;
}

const FOREVER = '9999-12-31T23:59:59.999Z';

/** The tier at an instant as known when these events were all there is; undefined where the client has none. */
export const tierAt = (events: readonly LoggedTierEvent[], atMs: number, zone: Zone, knownAt: Instant = FOREVER): string | undefined => {
  const assertions = events.flatMap(({ event, recordedAt }) => assertionsOf(event, recordedAt));
  return tierInForce(assertions, dateAt(atMs, zone), knownAt)?.tier;
};

/**
 * The tier changes that clocks see after an instant: each at the later of the local midnight of its effective date and
 * its recording; the start and the end of an override count, a correction moves no clock (clocks.md, "Tier change in
 * flight"). Some lie in the future; they are facts once their instant has come.
 */
export function tierChangesAfter(events: readonly LoggedTierEvent[], startMs: number, zone: Zone): StoredFact[] {
  const instants = new Map<number, LoggedTierEvent>();
  for (const logged of events) {
    for (const [date, isEnd] of datesOf(logged.event)) {
      const recordedMs = Date.parse(logged.recordedAt);
      const midnightMs = zone.instantOf(dayOf(date), 0);
      const atMs = isEnd ? midnightMs : Math.max(midnightMs, recordedMs);
      if (atMs > startMs && atMs >= recordedMs) instants.set(atMs, logged);
    }
  }
  return [...instants]
    .sort(([a], [b]) => a - b)
    .flatMap(([atMs, { eventId, position }]): StoredFact[] => {
      const to = tierAt(events, atMs, zone, new Date(atMs).toISOString());
      return to === undefined ? [] : [{ atMs, eventId, position, fact: 'tierChanged', to }];
    });
}

/** Dates on which an event changes the tier, and whether it is the end of an override. */
function datesOf(event: TierEvent): [date: LocalDate, isEnd: boolean][] {
  switch (event.type) {
    case 'TierInitialised':
    case 'TierPromoted':
    case 'TierDemoted':
    case 'OverrideRevoked':
      return [[event.data.effectiveFrom, false]];
    case 'OverrideApproved': {
      const { validFrom, validTo } = event.data;
      return validTo === null
        ? [[validFrom, false]]
        : [
            [validFrom, false],
            [validTo, true],
          ];
    }
    case 'TierCorrected':
    case 'TierEvaluated':
    case 'TierEvaluationStopped':
    case 'OverrideRequested':
    case 'OverrideRejected':
    case 'OverrideExpired':
      return [];
  }
}

const dateAt = (ms: number, zone: Zone): LocalDate => dateOf(zone.dayAt(ms));
