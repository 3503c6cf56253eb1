import type { Instant, LocalDate } from '#event-sourcing';
import { type TierRulesEvent, tierRulesEvents } from '#tiers';
import { type ProjectedEvent, type Projection, RowTable } from '#projections';
import { projectionIds } from '../projection-ids.js';

/** One version of the tier rules as it stands. */
export interface TierRulesRow {
  version: string;
  streamVersion: number;
  status: 'drafted' | 'approved' | 'published';
  draftedBy: string;
  draftedAt: Instant;
  approvedBy: string | null;
  approvedAt: Instant | null;
  publishedBy: string | null;
  publishedAt: Instant | null;
  publishedVersion: number | null;
  effectiveFrom: LocalDate | null;
  document: string;
}

export const tierRulesTable = new RowTable<TierRulesRow>('tier_rules', ['version'], {
  version: ['version', 'text'],
  streamVersion: ['stream_version', 'int'],
  status: ['status', 'text'],
  draftedBy: ['drafted_by', 'text'],
  draftedAt: ['drafted_at', 'timestamptz'],
  approvedBy: ['approved_by', 'text'],
  approvedAt: ['approved_at', 'timestamptz'],
  publishedBy: ['published_by', 'text'],
  publishedAt: ['published_at', 'timestamptz'],
  publishedVersion: ['published_version', 'int'],
  effectiveFrom: ['effective_from', 'date'],
  document: ['document', 'text'],
});

const typed = ({ type, body }: ProjectedEvent): TierRulesEvent => ({ type, data: body }) as unknown as TierRulesEvent;

/** Every version of the tier rules: who drafted, approved and published it, and from when it evaluates. */
export const tierRules = (): Projection => ({
  ...projectionIds.tierRules,
  handles: Object.keys(tierRulesEvents),
  async apply(db, events) {
    await tierRulesTable.foldInto(db, events, (event) => versionOf(typed(event)), fold);
  },
});

const versionOf = (event: TierRulesEvent): string => ('rules' in event.data ? event.data.rules.version : event.data.version);

function fold(row: TierRulesRow | undefined, event: ProjectedEvent): TierRulesRow {
  const { version: streamVersion, recordedAt } = event;
  const stated = typed(event);
  if (stated.type === 'TierRulesDrafted') {
    const { rules, draftedBy } = stated.data;
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
  if (!row) throw new Error(`${stated.type} of tier rules that were never drafted`);
  switch (stated.type) {
    case 'TierRulesApproved':
      return { ...row, streamVersion, status: 'approved', approvedBy: stated.data.approvedBy, approvedAt: recordedAt };
    case 'TierRulesPublished': {
      const { rules, effectiveFrom, publishedBy } = stated.data;
      const published = { publishedBy, publishedAt: recordedAt, publishedVersion: streamVersion, effectiveFrom };
      return { ...row, streamVersion, status: 'published', ...published, document: JSON.stringify(rules) };
    }
  }
}
