import { type TierEvent, tierEvents } from '#tiers';
import {
  bigint,
  boolean,
  date,
  int,
  ofTypes,
  type ProjectedEvent,
  projecting,
  type Projecting,
  type RowOf,
  RowTable,
  text,
  timestamptz,
  uuid,
} from '#projections';
import { insertStatements } from '../accounts/replaced-statements.js';

/** Where a client stands by the rules, beneath any override. */
export const tierStandingTable = new RowTable('tier_standings', ['clientId'], {
  clientId: uuid,
  branchId: text,
  version: int,
  position: bigint,
  initialFrom: date,
  tier: text,
  strikes: int,
  promotedFrom: date.orNull,
  evaluatedOn: date.orNull,
  stoppedOn: date.orNull,
});
export type TierStandingRow = RowOf<typeof tierStandingTable>;

export const tierEvaluationTable = new RowTable('tier_evaluations', ['clientId', 'onDate', 'position'], {
  clientId: uuid,
  onDate: date,
  position: bigint,
  replacedAt: bigint.orNull,
  branchId: text,
  ruleVersion: text,
  stopped: boolean,
  currentTier: text.orNull,
  tier: text.orNull,
  strikes: int.orNull,
  recordedAt: timestamptz,
  /** JSON of the event's data. */
  details: text,
});
export type TierEvaluationRow = RowOf<typeof tierEvaluationTable>;

/** Every evaluation with what it saw, and where each client stands after the latest: what the next one begins with. */
export const projectTierStandings = (): Projecting =>
  projecting([tierEvents], async (db, events) => {
    await tierStandingTable.foldInto(db, events, (event) => event.key, foldStanding);
    await insertStatements(db, tierEvaluationTable, ofTypes(events, 'TierEvaluated', 'TierEvaluationStopped').map(evaluationOf));
  });

function foldStanding(row: TierStandingRow | undefined, event: ProjectedEvent<TierEvent>): TierStandingRow {
  const { version, position } = event;
  if (event.type === 'TierInitialised') {
    return {
      clientId: event.key,
      branchId: event.meta.branchId,
      version,
      position,
      initialFrom: event.data.effectiveFrom,
      tier: event.data.tier,
      strikes: 0,
      promotedFrom: null,
      evaluatedOn: null,
      stoppedOn: null,
    };
  }
  if (!row) throw new Error(`${event.type} of a client without a tier`);
  const next = { ...row, version, position, branchId: event.meta.branchId };
  switch (event.type) {
    case 'TierEvaluated': {
      const { on, tier, strikes, promotedFrom } = event.data;
      if (row.evaluatedOn !== null && on < row.evaluatedOn) return next; // made again; the later days follow
      const stoppedOn = row.stoppedOn !== null && row.stoppedOn > on ? row.stoppedOn : null;
      return { ...next, tier, strikes, promotedFrom, evaluatedOn: on, stoppedOn };
    }
    case 'TierEvaluationStopped':
      return event.data.on > (row.evaluatedOn ?? '') ? { ...next, stoppedOn: event.data.on } : next;
    case 'TierPromoted':
    case 'TierDemoted':
      return { ...next, tier: event.data.to };
    case 'TierCorrected':
    case 'OverrideRequested':
    case 'OverrideApproved':
    case 'OverrideRejected':
    case 'OverrideRevoked':
    case 'OverrideExpired':
      return next;
  }
}

function evaluationOf(event: ProjectedEvent<Evaluated>): TierEvaluationRow {
  const { data } = event;
  const row = {
    clientId: event.key,
    onDate: data.on,
    position: event.position,
    replacedAt: null,
    branchId: event.meta.branchId,
    ruleVersion: data.ruleVersion,
    recordedAt: event.recordedAt,
    details: JSON.stringify(data),
  };
  switch (event.type) {
    case 'TierEvaluated':
      return { ...row, stopped: false, currentTier: event.data.current, tier: event.data.tier, strikes: event.data.strikes };
    case 'TierEvaluationStopped':
      return { ...row, stopped: true, currentTier: null, tier: null, strikes: null };
  }
}

type Evaluated = Extract<TierEvent, { type: 'TierEvaluated' | 'TierEvaluationStopped' }>;
