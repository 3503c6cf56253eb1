import {
  type ClientChannel,
  type Decider,
  DomainError,
  type EventDefinitions,
  type LocalDate,
  type ProblemTitle,
  type Uuid,
} from '#event-sourcing';

export const outreachBlocks = ['suitability-expired', 'suitability-prohibited', 'no-assessment', 'complaint-open'] as const;
export type OutreachBlock = (typeof outreachBlocks)[number];

/** How the product stands to the client's risk profile, or `NONE` where the client was never assessed. */
export type OutreachSuitability = 'MATCH' | 'WARN' | 'PROHIBITED' | 'EXPIRED' | 'NONE';

/** What the firm wants to speak to a client about, before it does. */
export interface PlannedOutreach {
  clientId: Uuid;
  channel: ClientChannel;
  plannedOn: LocalDate;
  /** Both or neither: without its level a product cannot be held against the client's profile. */
  productId?: string;
  productRiskLevel?: string;
}

/** Facts about the client at the decision, which other contexts know. */
export interface OutreachFacts {
  /** Against the product; without one, whether there is a valid assessment at all: MATCH, EXPIRED or NONE. */
  suitability: OutreachSuitability;
  openComplaints: readonly Uuid[];
}

export type OutreachEvent =
  /** `warned`: the product is above the client's level, which only the client's own initiative may lead to. */
  | { type: 'OutreachPlanned'; data: PlannedOutreach & { warned: boolean } }
  | { type: 'OutreachBlocked'; data: PlannedOutreach & { reasons: readonly OutreachBlock[]; openComplaints: readonly Uuid[] } };

const planned = { clientId: 'P1', channel: 'P1', plannedOn: 'P1', productId: 'P1', productRiskLevel: 'P1' } as const;

export const outreachEvents: EventDefinitions<OutreachEvent> = {
  // beside the product's level these tell what the client can bear
  OutreachPlanned: { version: 1, fields: { ...planned, warned: 'P2' } },
  OutreachBlocked: { version: 1, fields: { ...planned, reasons: 'P2', openComplaints: 'P1' } },
};

export type OutreachCommand = { type: 'PlanOutreach'; facts: OutreachFacts } & PlannedOutreach;

export interface OutreachState {
  status: 'none' | 'planned' | 'blocked';
  reasons: readonly OutreachBlock[];
}

export const outreachProblems = {
  'outreach-already-planned': { en: 'The outreach is planned already', zh: '该营销联系已安排' },
  'product-incomplete': { en: 'Name the product and its risk level, or neither', zh: '请同时填写产品及其风险等级' },
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(outreachProblems);

export const outreachStream = (outreachId: Uuid, clientId: Uuid) => ({ id: outreachId, kind: 'outreach', key: clientId });

/** A firm's own approach about its products. A block is recorded as a fact too: that somebody wanted to counts. */
export const outreach: Decider<OutreachState, OutreachCommand, OutreachEvent> = {
  kind: 'outreach',
  initial: { status: 'none', reasons: [] },
  decide(command, state): OutreachEvent[] {
    const { type: _type, facts, ...data } = command;
    if (state.status !== 'none') throw refusal('outreach-already-planned');
    if ((data.productId === undefined) !== (data.productRiskLevel === undefined))
      throw refusal('product-incomplete', [data.productId === undefined ? '/productId' : '/productRiskLevel']);
    const reasons = blocksOf(facts);
    if (reasons.length === 0) return [{ type: 'OutreachPlanned', data: { ...data, warned: facts.suitability === 'WARN' } }];
    return [{ type: 'OutreachBlocked', data: { ...data, reasons, openComplaints: facts.openComplaints } }];
  },
  evolve(_state, event): OutreachState {
    switch (event.type) {
      case 'OutreachPlanned':
        return { status: 'planned', reasons: [] };
      case 'OutreachBlocked':
        return { status: 'blocked', reasons: event.data.reasons };
    }
  },
};

/** `tiers.md`, "Suitability": EXPIRED or PROHIBITED blocks product outreach; so does an open complaint. */
function blocksOf({ suitability, openComplaints }: OutreachFacts): OutreachBlock[] {
  const complaintOpen: OutreachBlock[] = openComplaints.length > 0 ? ['complaint-open'] : [];
  switch (suitability) {
    case 'MATCH':
    case 'WARN':
      return complaintOpen;
    case 'EXPIRED':
      return ['suitability-expired', ...complaintOpen];
    case 'PROHIBITED':
      return ['suitability-prohibited', ...complaintOpen];
    case 'NONE':
      return ['no-assessment', ...complaintOpen];
  }
}
