import { daysBetween, type Decider, DomainError, type LocalDate, samePerson, type StaffId, type Uuid } from '#event-sourcing';
import { type Override, type TierEvent, type TierName, tierProblems } from './tier-events.js';

const refusal = DomainError.of(tierProblems);

export type TierCommand =
  | { type: 'InitialiseTier'; tier: TierName; effectiveFrom: LocalDate; basis: string }
  | { type: 'CorrectInitialTier'; tier: TierName; effectiveFrom: LocalDate; basis: string }
  | ({ type: 'RequestOverride'; overrideId: Uuid; requestedBy: StaffId; justification: string } & Override)
  | { type: 'ApproveOverride'; overrideId: Uuid; approvedBy: StaffId; today: LocalDate }
  | { type: 'RejectOverride'; overrideId: Uuid; rejectedBy: StaffId; reason: string }
  | { type: 'RevokeOverride'; overrideId: Uuid; revokedBy: StaffId; today: LocalDate; reason: string }
  /** Says that an override's last day has passed. */
  | { type: 'ExpireOverride'; overrideId: Uuid; today: LocalDate };

interface KnownOverride extends Override {
  status: 'requested' | 'approved' | 'rejected' | 'revoked' | 'expired';
  requestedBy: StaffId;
}

type TierInitial = Extract<TierEvent, { type: 'TierInitialised' }>['data'];

export interface TierState {
  initialised: boolean;
  /** The tier given at first, while nothing rests on it. */
  initial?: TierInitial;
  overrides: ReadonlyMap<Uuid, KnownOverride>;
}

/** Longest override, `tiers.md`: an override names `[validFrom, validTo)` of at most 180 days. */
export const OVERRIDE_MAX_DAYS = 180;

export const tier: Decider<TierState, TierCommand, TierEvent> = {
  kind: 'tier',
  initial: { initialised: false, overrides: new Map() },
  decide(command, state): TierEvent[] {
    switch (command.type) {
      case 'InitialiseTier': {
        if (state.initialised) throw refusal('tier-already-initialised');
        const { type: _type, ...data } = command;
        return [{ type: 'TierInitialised', data }];
      }
      case 'CorrectInitialTier': {
        const { type: _type, ...data } = command;
        if (!state.initialised) throw refusal('tier-not-initialised');
        if (!state.initial) throw refusal('initial-tier-in-use');
        // a later beginning would leave the days before it to what was wrong
        if (data.effectiveFrom > state.initial.effectiveFrom) throw refusal('initial-tier-later', ['/effectiveFrom']);
        const { tier, effectiveFrom, basis } = state.initial;
        const same = tier === data.tier && effectiveFrom === data.effectiveFrom && basis === data.basis;
        return same ? [] : [{ type: 'TierInitialised', data }];
      }
      case 'RequestOverride': {
        const { type: _type, ...data } = command;
        if (!state.initialised) throw refusal('tier-not-initialised');
        if (state.overrides.has(data.overrideId)) throw refusal('override-already-requested');
        if (data.validTo !== null && data.validTo <= data.validFrom) throw refusal('override-not-a-range', ['/validTo']);
        return [{ type: 'OverrideRequested', data }];
      }
      case 'ApproveOverride': {
        const { overrideId, approvedBy, today } = command;
        const found = overrideOf(state, overrideId);
        if (found.status === 'approved') return []; // a repeat changes nothing
        if (found.status !== 'requested') throw refusal('override-already-decided');
        const { mode, tier, validFrom, validTo } = found;
        checkApproval(found, approvedBy, today, state);
        return [{ type: 'OverrideApproved', data: { overrideId, approvedBy, approvedOn: today, mode, tier, validFrom, validTo } }];
      }
      case 'RejectOverride': {
        const { overrideId, rejectedBy, reason } = command;
        const found = overrideOf(state, overrideId);
        if (found.status === 'rejected') return [];
        if (found.status !== 'requested') throw refusal('override-already-decided');
        if (samePerson(found.requestedBy, rejectedBy)) throw refusal('self-approval');
        return [{ type: 'OverrideRejected', data: { overrideId, rejectedBy, reason } }];
      }
      case 'RevokeOverride': {
        const { overrideId, revokedBy, today, reason } = command;
        const found = overrideOf(state, overrideId);
        if (found.status === 'revoked') return [];
        if (found.status === 'expired') throw refusal('override-over');
        if (found.status !== 'approved') throw refusal('override-not-approved');
        if (found.validTo !== null && found.validTo <= today) throw refusal('override-over');
        return [{ type: 'OverrideRevoked', data: { overrideId, revokedBy, effectiveFrom: today, reason } }];
      }
      case 'ExpireOverride': {
        const { overrideId, today } = command;
        const found = overrideOf(state, overrideId);
        if (found.status === 'expired' || found.status === 'revoked') return []; // it has ended already
        if (found.status !== 'approved') throw refusal('override-not-approved');
        if (!isOver(found, today)) throw refusal('override-not-over');
        return [{ type: 'OverrideExpired', data: { overrideId, expiredOn: found.validTo } }];
      }
    }
  },
  evolve(state, event): TierState {
    switch (event.type) {
      case 'TierInitialised':
        return { ...state, initialised: true, initial: event.data };
      case 'TierPromoted':
      case 'TierDemoted':
      case 'TierCorrected':
      case 'TierEvaluated':
        return inUse(state);
      case 'TierEvaluationStopped':
        return state;
      case 'OverrideRequested':
        return withOverride(state, event.data.overrideId, { ...event.data, status: 'requested' });
      case 'OverrideApproved':
        return moved(inUse(state), event.data.overrideId, { status: 'approved' });
      case 'OverrideRejected':
        return moved(state, event.data.overrideId, { status: 'rejected' });
      case 'OverrideRevoked':
        return moved(state, event.data.overrideId, { status: 'revoked', validTo: event.data.effectiveFrom });
      case 'OverrideExpired':
        return moved(state, event.data.overrideId, { status: 'expired' });
    }
  },
};

function inUse({ initial: _initial, ...state }: TierState): TierState {
  return state;
}

interface StandingOverride {
  status: string;
  validTo: LocalDate | null;
}

/** The approved overrides whose last day has passed, to be said so by `ExpireOverride`; of a read model's rows or of a state's overrides. */
export const overridesToExpire = <O extends StandingOverride>(overrides: Iterable<O>, today: LocalDate): O[] =>
  [...overrides].filter((override) => override.status === 'approved' && isOver(override, today));

const isOver = <O extends { validTo: LocalDate | null }>(override: O, today: LocalDate): override is O & { validTo: LocalDate } =>
  override.validTo !== null && override.validTo <= today;

// The order of the checks is part of the rule: the first that fails is the answer.
function checkApproval(asked: KnownOverride, approvedBy: StaffId, today: LocalDate, state: TierState): void {
  const { validTo } = asked;
  if (samePerson(asked.requestedBy, approvedBy)) throw refusal('self-approval');
  if (validTo === null) throw refusal('missing-expiry');
  if (daysBetween(asked.validFrom, validTo) > OVERRIDE_MAX_DAYS) throw refusal('too-long');
  if (asked.validFrom < today) throw refusal('backdated');
  const overlaps = [...state.overrides.values()].some(
    // one that has ended still holds the days before its end
    (other) =>
      ['approved', 'revoked', 'expired'].includes(other.status) && other.validFrom < validTo && asked.validFrom < (other.validTo ?? '9999'),
  );
  if (overlaps) throw refusal('overlapping');
}

function overrideOf(state: TierState, overrideId: Uuid): KnownOverride {
  const found = state.overrides.get(overrideId);
  if (!found) throw refusal('override-not-found');
  return found;
}

const withOverride = (state: TierState, id: Uuid, override: KnownOverride): TierState => ({
  ...state,
  overrides: new Map(state.overrides).set(id, override),
});

function moved(state: TierState, id: Uuid, change: Partial<KnownOverride>): TierState {
  const found = state.overrides.get(id);
  return found ? withOverride(state, id, { ...found, ...change }) : state;
}
