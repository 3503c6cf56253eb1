import { type TierRulesEvent, tierRulesEvents } from '#tiers';
import { date, int, type ProjectedEvent, projecting, type Projecting, type RowOf, RowTable, text, timestamptz } from '#projections';

/** One version of the tier rules as it stands. */
export const tierRulesTable = new RowTable('tier_rules', ['version'], {
  version: text,
  streamVersion: int,
  status: text.of<'drafted' | 'approved' | 'published'>(),
  draftedBy: text,
  draftedAt: timestamptz,
  approvedBy: text.orNull,
  approvedAt: timestamptz.orNull,
  publishedBy: text.orNull,
  publishedAt: timestamptz.orNull,
  publishedVersion: int.orNull,
  effectiveFrom: date.orNull,
  document: text,
});
export type TierRulesRow = RowOf<typeof tierRulesTable>;

/** Every version of the tier rules: who drafted, approved and published it, and from when it evaluates. */
export const projectTierRules = (): Projecting =>
  projecting([tierRulesEvents], (db, events) => tierRulesTable.foldInto(db, events, versionOf, fold));

const versionOf = (event: TierRulesEvent): string => ('rules' in event.data ? event.data.rules.version : event.data.version);

function fold(row: TierRulesRow | undefined, event: ProjectedEvent<TierRulesEvent>): TierRulesRow {
  const { version: streamVersion, recordedAt } = event;
  if (event.type === 'TierRulesDrafted') {
    const { rules, draftedBy } = event.data;
    const drafters = new Set([...(row ? (JSON.parse(row.draftedBy) as string[]) : []), draftedBy]);
    return {
      version: rules.version,
      streamVersion,
      status: 'drafted',
      document: JSON.stringify(rules),
      draftedBy: JSON.stringify([...drafters]),
      draftedAt: recordedAt,
      approvedBy: null,
      approvedAt: null,
      publishedBy: null,
      publishedAt: null,
      publishedVersion: null,
      effectiveFrom: null,
    };
  }
  if (!row) throw new Error(`${event.type} of tier rules that were never drafted`);
  switch (event.type) {
    case 'TierRulesApproved':
      return { ...row, streamVersion, status: 'approved', approvedBy: event.data.approvedBy, approvedAt: recordedAt };
    case 'TierRulesPublished': {
      const { rules, effectiveFrom, publishedBy } = event.data;
      const published = { publishedBy, publishedAt: recordedAt, publishedVersion: streamVersion, effectiveFrom };
      return { ...row, streamVersion, status: 'published', ...published, document: JSON.stringify(rules) };
    }
  }
}
