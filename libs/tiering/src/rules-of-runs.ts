import type { EvaluationDate } from './late-facts.js';
import type { PublishedRules } from './published-rules.js';
import type { Run } from './runs.js';

/** The dates of runs with their rules: those that each was made by, whatever was published since. */
export async function evaluationDates(
  published: PublishedRules,
  made: readonly Pick<Run, 'on' | 'ruleVersion'>[],
): Promise<EvaluationDate[]> {
  const versions = new Map(
    (await published.events()).flatMap((event) =>
      event.type === 'TierRulesPublished' ? [[event.data.rules.version, event.data.rules]] : [],
    ),
  );
  return made.map(({ on, ruleVersion }) => ({ on, rules: versions.get(ruleVersion)! }));
}
