import { type Decider, DomainError, type LocalDate, type ProblemTitle, samePerson, type StaffId } from '#event-sourcing';
import type { TierRules, TierRulesEvent } from './tier-rules.js';

export type TierRulesCommand =
  /** Replaces a draft of the same version, which has to be approved anew. */
  | { type: 'DraftTierRules'; rules: TierRules; draftedBy: StaffId }
  | { type: 'ApproveTierRules'; version: string; approvedBy: StaffId }
  /** `effectiveFrom`: evaluations of this day and later use them. It may lie in the past, for history may be loaded. */
  | { type: 'PublishTierRules'; version: string; effectiveFrom: LocalDate; publishedBy: StaffId };

interface RulesVersion {
  status: 'drafted' | 'approved' | 'published';
  rules: TierRules;
  /** Everybody who has drafted this version. */
  drafters: readonly StaffId[];
  /** Of one that is published. */
  effectiveFrom?: LocalDate;
}

export interface TierRulebookState {
  versions: ReadonlyMap<string, RulesVersion>;
  /** Of the version published last; none takes effect before it. */
  latestFrom: LocalDate | null;
}

/** All versions of the firm's tier rules. */
export const tierRulebook: Decider<TierRulebookState, TierRulesCommand, TierRulesEvent> = {
  kind: 'tier-rules',
  initial: { versions: new Map(), latestFrom: null },
  decide(command, state): TierRulesEvent[] {
    switch (command.type) {
      case 'DraftTierRules': {
        const { rules, draftedBy } = command;
        const found = state.versions.get(rules.version);
        if (found?.status === 'published') throw refusal('tier-rules-already-published', ['/version']);
        if (found && JSON.stringify(found.rules) === JSON.stringify(rules)) return []; // nothing new, whoever sends it
        return [{ type: 'TierRulesDrafted', data: { rules, draftedBy } }];
      }
      case 'ApproveTierRules': {
        const { version, approvedBy } = command;
        const found = versionOf(state, version);
        if (found.status !== 'drafted') return []; // a repeat changes nothing
        if (found.drafters.some((drafter) => samePerson(drafter, approvedBy))) throw refusal('tier-rules-self-approval');
        return [{ type: 'TierRulesApproved', data: { version, approvedBy } }];
      }
      case 'PublishTierRules': {
        const { version, effectiveFrom, publishedBy } = command;
        const { status, rules, effectiveFrom: publishedFrom } = versionOf(state, version);
        if (status === 'published') {
          if (effectiveFrom === publishedFrom) return []; // a repeat changes nothing
          throw refusal('tier-rules-already-published', ['/effectiveFrom']);
        }
        if (status === 'drafted') throw refusal('tier-rules-not-approved');
        if (state.latestFrom !== null && effectiveFrom < state.latestFrom) {
          throw refusal('tier-rules-before-published', ['/effectiveFrom']);
        }
        return [{ type: 'TierRulesPublished', data: { rules, effectiveFrom, publishedBy } }];
      }
    }
  },
  evolve(state, event): TierRulebookState {
    switch (event.type) {
      case 'TierRulesDrafted': {
        const { rules, draftedBy } = event.data;
        const drafters = [...new Set([...(state.versions.get(rules.version)?.drafters ?? []), draftedBy])];
        return withVersion(state, { status: 'drafted', rules, drafters });
      }
      case 'TierRulesApproved': {
        const found = state.versions.get(event.data.version);
        return found ? withVersion(state, { ...found, status: 'approved' }) : state;
      }
      case 'TierRulesPublished': {
        const { rules, effectiveFrom } = event.data;
        const drafters = state.versions.get(rules.version)?.drafters ?? [];
        return { ...withVersion(state, { status: 'published', rules, drafters, effectiveFrom }), latestFrom: effectiveFrom };
      }
    }
  },
};

/** The rules by which a day is evaluated, as the events say so far; undefined before the first ones take effect. */
export function rulesInForce(events: readonly TierRulesEvent[], on: LocalDate): TierRules | undefined {
  const published = events.filter((event) => event.type === 'TierRulesPublished').map(({ data }) => data);
  return published.findLast(({ effectiveFrom }) => effectiveFrom <= on)?.rules; // published in order of effect
}

export const tierRulesProblems = {
  'tier-rules-not-drafted': { en: 'There is no such version of the tier rules', zh: '等级规则版本不存在' },
  'tier-rules-already-published': { en: 'The version is published; a change is a new version', zh: '该版本已发布，变更须另立新版本' },
  'tier-rules-not-approved': { en: 'Only an approved version can be published', zh: '只能发布已批准的版本' },
  'tier-rules-self-approval': { en: 'A person who drafted the version cannot approve it', zh: '起草人不能批准该版本' },
  'tier-rules-before-published': {
    en: 'A version does not take effect before one that is published',
    zh: '新版本的生效日不得早于已发布版本',
  },
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(tierRulesProblems);

function versionOf(state: TierRulebookState, version: string): RulesVersion {
  const found = state.versions.get(version);
  if (!found) throw refusal('tier-rules-not-drafted');
  return found;
}

const withVersion = (state: TierRulebookState, version: RulesVersion): TierRulebookState => ({
  ...state,
  versions: new Map(state.versions).set(version.rules.version, version),
});
