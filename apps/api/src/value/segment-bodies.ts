import { ageBands, riskPreferences } from '#clients';
import { ladder, type TierName } from '#tiers';
import { BooleanField, CodeField, EnumList, IntegerField, LocalDateField, Nested, TextList } from '../fields/index.js';

const optional = { optional: true };
const VALUES_MAX = 50;
const LENGTH_MAX = 100;
const texts = { max: LENGTH_MAX, maxItems: VALUES_MAX, optional: true };

export class ExternalCriteriaBody {
  @TextList(texts) branch?: string[];
  @TextList(texts) region?: string[];
  @TextList(texts) organisation?: string[];
}

export class InternalCriteriaBody {
  @EnumList(ageBands, optional) ageBand?: string[];
  @TextList(texts) occupation?: string[];
  @TextList(texts) incomeBand?: string[];
  @EnumList(riskPreferences, optional) riskPreference?: string[];
}

export class ScoreRangeBody {
  @IntegerField({ min: 0, max: 5, optional: true }) min?: number;
  @IntegerField({ min: 0, max: 5, optional: true }) max?: number;
}

export class BehaviourCriteriaBody {
  @Nested(() => ScoreRangeBody, optional) recency?: ScoreRangeBody;
  @Nested(() => ScoreRangeBody, optional) frequency?: ScoreRangeBody;
  @Nested(() => ScoreRangeBody, optional) monetary?: ScoreRangeBody;
  @BooleanField({ optional: true, description: 'Never traded, or did' }) noHistory?: boolean;
  @EnumList(ladder, { optional: true, description: 'In force on the day' }) tier?: TierName[];
  @BooleanField(optional) dormant?: boolean;
  @Nested(() => ScoreRangeBody, { optional: true, description: 'How many signs of leaving' }) churnScore?: ScoreRangeBody;
}

/** All criteria hold; of a list, one value. Texts are equal whatever their case and width. */
export class SegmentQueryBody {
  @Nested(() => ExternalCriteriaBody, optional) external?: ExternalCriteriaBody;
  @Nested(() => InternalCriteriaBody, optional) internal?: InternalCriteriaBody;
  @Nested(() => BehaviourCriteriaBody, optional) behaviour?: BehaviourCriteriaBody;
}

export class SaveSegmentBody {
  @CodeField({ description: 'A code, no sentence; unique among segments in use', example: 'retired-gold' }) name: string;
  @Nested(() => SegmentQueryBody) query: SegmentQueryBody;
}

export class RenameSegmentBody {
  @CodeField() name: string;
}

/** Nothing to state. */
export class RetireSegmentBody {}

export class CountSegmentBody {
  @Nested(() => SegmentQueryBody) query: SegmentQueryBody;
  @LocalDateField({ optional: true, description: 'Day that behaviour and tier are of. Default: today' }) asOf?: string;
}
