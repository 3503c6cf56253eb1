import { breakExplanations, conflictDecisions } from '#back-office';
import { CodeField, DocumentList, EnumField } from '../fields/index.js';

export const DELIVERY_MAX = 200;

export class DeliverMessagesBody {
  @DocumentList({
    maxItems: DELIVERY_MAX,
    description:
      'Messages of the standard format, each by its schema at /contracts/back-office/{kind}.schema.json. Each is taken or parked by itself, and holds at most 2,000 members and items.',
    example: [
      {
        source: 'core',
        record: 'A-1/2026-03-11',
        version: 1,
        kind: 'assetsObserved',
        accountId: 'A-1',
        data: { on: '2026-03-11', total: { amountMinor: 1250000, currency: 'CNY' } },
      },
    ],
  })
  messages: object[];
}

export class ResolveConflictBody {
  @EnumField(conflictDecisions, { description: 'keepFirst: what holds stays. takeOther: the second content is stated in its place' })
  decision: (typeof conflictDecisions)[number];
}

export class ExplainBreakBody {
  @EnumField(breakExplanations) explanation: (typeof breakExplanations)[number];
  @CodeField({ description: 'Where the explanation is kept, e.g. the number of a ticket', example: 'TICKET-4711' }) reference: string;
}

export class CloseBreakBody {}
export class GiveUpGapBody {}
export class RetryParkedBody {}
export class GiveUpParkedBody {}
