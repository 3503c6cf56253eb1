import { accountFactKinds, type AccountFactKind, type ParetoPart, paretoParts, type RfmScaleName, rfmScaleNames } from '#read-models';
import { type ChurnSignalName, churnSignals } from '#tiers';
import { EnumField, LocalDateField, QueryInteger } from '../fields/index.js';
import { ListQuestion } from '../reads/view-fields.js';

const optional = { optional: true };
const asOf = { optional: true, description: 'Local date of the firm. Default: today' };
const score = { min: 1, max: 5, optional: true };

export class AsOfQuestion {
  @LocalDateField(asOf) asOf?: string;
}

export class RfmQuestion extends AsOfQuestion {
  @EnumField(rfmScaleNames, { optional: true, description: 'fixed: by the bounds; quintile: by rank among those seen. Default: fixed' })
  scale?: RfmScaleName;
}

export class RfmListQuestion extends ListQuestion {
  @LocalDateField(asOf) asOf?: string;
  @EnumField(rfmScaleNames, { optional: true, description: 'Default: fixed' }) scale?: RfmScaleName;
  @QueryInteger(score) recency?: number;
  @QueryInteger(score) frequency?: number;
  @QueryInteger(score) monetary?: number;
  @EnumField(['true', 'false'], { optional: true, description: 'Only those who never traded, or only those who did' }) noHistory?: string;
}

const span = {
  from: { optional: true, description: 'First day. Default: twelve months up to the last' },
  to: { optional: true, description: 'Last day. Default: today' },
};

export class ParetoQuestion {
  @EnumField(['netCommission'], { optional: true, description: 'What clients contribute. Default: netCommission' }) by?: string;
  @LocalDateField(span.from) from?: string;
  @LocalDateField(span.to) to?: string;
}

export class ParetoListQuestion extends ListQuestion {
  @EnumField(['netCommission'], optional) by?: string;
  @LocalDateField(span.from) from?: string;
  @LocalDateField(span.to) to?: string;
  @EnumField(paretoParts, { optional: true, description: 'Whose list. Default: vitalFew' }) part?: ParetoPart;
}

export class ChurnQuestion extends ListQuestion {
  @LocalDateField(asOf) asOf?: string;
  @EnumField(churnSignals, { optional: true, description: 'Only clients with this signal' }) signal?: ChurnSignalName;
  @QueryInteger({ min: 0, max: churnSignals.length, optional: true, description: 'At least so many signals. Default: 1' })
  minScore?: number;
}

export class DormantQuestion extends ListQuestion {
  @LocalDateField(asOf) asOf?: string;
}

export class AccountFactsQuestion extends ListQuestion {
  @EnumField(accountFactKinds, { optional: true, description: 'Default: trades' }) of?: AccountFactKind;
  @LocalDateField(optional) from?: string;
  @LocalDateField(optional) to?: string;
}
