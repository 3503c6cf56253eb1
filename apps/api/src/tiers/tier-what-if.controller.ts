import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ALL_BRANCHES, type Principal } from '#access';
import { eventRegistry } from '#application';
import { RulesReader } from '#timekeeping';
import { monthEnds } from '#event-sourcing';
import { EventStore } from '#event-store';
import { accountFacts, ReadDatabase } from '#read-models';
import { CalendarNotPublished, PublishedRules, type TierWhatIf, tierWhatIf } from '#tiering';
import { checkTierRules, type TierRules } from '#tiers';
import { DocumentField, LocalDateField } from '../fields/index.js';
import { invalidRequest, Problem } from '../problems/problem.js';
import { Shown, ShownList, ShownNumber, ShownNumberOrNull, ShownText, ShownTextOrNull } from '../reads/view-fields.js';
import { Expensive } from '../requests/expensive-reads.js';
import { Caller } from '../requests/request-context.js';
import { Searches, Stated } from '../requests/routes.js';
import { sound } from '../service-levels/rule-documents.js';

const LONGEST_MS = 20_000;
const MONTH_ENDS_MAX = 120;

export class TierWhatIfBody {
  @DocumentField({ description: 'Draft tier rules, as they are drafted' }) rules: object;
  @LocalDateField({ description: 'Month ends from this day on' }) from: string;
  @LocalDateField({ description: 'And up to this day' }) to: string;
}

export class FromToCountView {
  @ShownTextOrNull('As it was after the last month end; null: none') was: string | null;
  @ShownTextOrNull('As it would be') is: string | null;
  /** Optional for the moves, which have none, though the contract lists it among theirs. */
  @ShownNumber() clients?: number;
}

export class TierMoveView extends FromToCountView {
  @ShownText() clientId: string;
  @ShownText() branchId: string;
  @ShownText('First month end after which the two differ') since: string;
  @ShownNumberOrNull('Average daily assets at the last month end, by the draft') adaMinor: number | null;
}

export class PromiseCostView {
  @ShownText() process: string;
  @ShownText() metric: string;
  @ShownNumber('Commitments begun in the period whose promise would have been another one') commitments: number;
  @ShownNumber() tighter: number;
  @ShownNumber() looser: number;
  @ShownNumber('Promised to the one tier alone, or by another kind of target') otherwise: number;
  @ShownNumber('Business minutes less that would have been promised, over all; negative: more') minutesLess: number;
  @ShownNumber('The same in days') daysLess: number;
}

export class TierWhatIfView {
  @ShownText('As the draft names itself') rules: string;
  @ShownText() from: string;
  @ShownText() to: string;
  @ShownNumber('Facts up to this log position took part') knownTo: number;
  @Shown({ type: 'array', items: { type: 'string' } }) monthEnds: string[];
  @ShownNumber('Looked at: with an account by the last month end, and not closed since') clients: number;
  @ShownList(() => FromToCountView) counts: FromToCountView[];
  @ShownNumber('Evaluations of the draft that could not be made') stopped: number;
  @ShownNumber('Clients that it could not judge once, a rate missing, say: they are in no count') notJudged: number;
  @ShownNumber('Clients who would have another tier after the last month end') moveCount: number;
  @ShownList(() => TierMoveView, 'The first thousand of them') moves: TierMoveView[];
  @ShownList(() => PromiseCostView, 'In promised service') cost: PromiseCostView[];
}

/** Draft tier rules over the stored facts of a past period; it writes nothing. */
@ApiTags('tiers')
@Controller('v1/tiers')
export class TierWhatIfController {
  private readonly published: PublishedRules;

  constructor(
    store: EventStore,
    private readonly reads: ReadDatabase,
    private readonly handbooks: RulesReader,
  ) {
    this.published = new PublishedRules(store, eventRegistry);
  }

  @Expensive()
  @Searches('what-if', 'tier.whatIf', TierWhatIfView, 'Run draft tier rules over a past period: who would have which tier')
  async whatIf(@Caller() principal: Principal, @Stated() { rules: draft, from, to }: TierWhatIfBody): Promise<TierWhatIf> {
    const rules = draftIn(draft);
    const ends = to < from ? [] : monthEnds(from, to);
    if (ends.length === 0) throw invalidRequest({ pointer: '/to', code: 'out-of-range' });
    if (ends.length > MONTH_ENDS_MAX) throw invalidRequest({ pointer: '/from', code: 'out-of-range' });
    const signal = AbortSignal.timeout(LONGEST_MS);
    try {
      return await this.run(principal, rules, from, to, signal);
    } catch (error) {
      if (error instanceof CalendarNotPublished) throw invalidRequest({ pointer: '/rules/calendar', code: 'not-allowed' });
      if (signal.aborted) throw new Problem('tier-what-if-too-long');
      throw error;
    }
  }

  private async run({ branchScope }: Principal, rules: TierRules, from: string, to: string, signal: AbortSignal): Promise<TierWhatIf> {
    const known = await this.reads.freshness(branchScope, accountFacts);
    const promised = { rules: await this.handbooks.current() };
    const parts = { db: this.reads.sql(branchScope), published: this.published, promised, knownTo: known.asOfPosition, signal };
    const branch = branchScope === ALL_BRANCHES ? {} : { branchId: branchScope };
    return tierWhatIf(parts, { rules, from, to, ...branch });
  }
}

function draftIn(document: object): TierRules {
  const checked = checkTierRules(document);
  const faults = 'faults' in checked && checked.faults.map(({ pointer, code }) => ({ pointer: `/rules${pointer}`, code }));
  return sound(faults ? { faults } : (checked as { rules: TierRules })).rules;
}
