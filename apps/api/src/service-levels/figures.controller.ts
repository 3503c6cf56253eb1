import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '#access';
import { addDays, daysBetween } from '#event-sourcing';
import { RulesHistory, RulesReader } from '#timekeeping';
import {
  ageingDimensions,
  AgeingQuery,
  type CaseRates,
  caseRates,
  CaseRatesQuery,
  type CommitmentDimension,
  ComplianceQuery,
} from '#read-models';
import { type CalendarInForce, dateOf, editionInForce, REOPENED_WITHIN_DAYS } from '#service-levels';
import { localDateOf } from '../fields/index.js';
import { invalidRequest } from '../problems/problem.js';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { MinPosition } from '../requests/command-request.js';
import { Caller } from '../requests/request-context.js';
import { Asked, Reads } from '../requests/routes.js';
import { ageingRows, daysOfBuckets } from './age-buckets.js';
import { narrowed, rangeOf } from './commitment-questions.js';
import { withDrillDown } from './compliance-cells.js';
import { AgeingQuestion, CASE_RATES_DAYS_MAX, CaseRatesQuestion, ComplianceQuestion } from './figure-questions.js';
import { AgeingView, CaseRatesView, CASES_SHOWN_MAX, ComplianceView } from './figure-views.js';

const CELLS_MAX = 1_000;
const CALENDAR_DEFAULT = 'DESK';
const LATEST = Number.MAX_SAFE_INTEGER;

/** How well the promises were kept, and how old the open work is. Every figure has the address of what is behind it. */
@ApiTags('service levels')
@Controller('v1/service-levels')
export class FiguresController {
  constructor(
    private readonly reads: ReadDispatcher,
    private readonly rules: RulesReader,
  ) {}

  @Reads('compliance', 'serviceLevels.readCompliance', ComplianceView, 'How well the promises were kept, by up to three dimensions')
  async compliance(@Caller() principal: Principal, @MinPosition() minPosition: number, @Asked() question: ComplianceQuestion) {
    const { by, ...asked } = question;
    const { from, to, ...narrowing } = asked;
    const dimensions = [...new Set((by ?? '').split(',').filter(Boolean))] as CommitmentDimension[];
    const { zone } = this.reads;
    const period = rangeOf(from, to, zone, 'to');
    const dueBy = new Date().toISOString();
    const { items, tooMany, ...fresh } = await this.reads.one(
      { models: ['commitments'], minPosition },
      new ComplianceQuery(principal.branchScope, dimensions, narrowed(narrowing), period, dueBy, zone, CELLS_MAX),
    );
    if (tooMany) throw invalidRequest({ pointer: '#/query/by', code: 'too-many' });
    return { dueBy, zone, items: items.map((cell) => withDrillDown(cell, asked, dueBy)), ...fresh };
  }

  @Reads('ageing', 'serviceLevels.readAgeing', AgeingView, 'Open requests or complaints by business days since the receipt')
  async ageing(@Caller() principal: Principal, @MinPosition() minPosition: number, @Asked() question: AgeingQuestion) {
    const { of = 'requests', by } = question;
    if (by !== undefined && !(by in ageingDimensions[of])) throw invalidRequest({ pointer: '#/query/by', code: 'not-allowed' });
    const nowMs = Date.now();
    const { name, calendar } = await this.calendarFor(of, question.calendar, nowMs);
    const today = calendar.dayAt(nowMs);
    const { items, ...fresh } = await this.reads.one({ models: [of], minPosition }, new AgeingQuery(principal.branchScope, of, by));
    return { today: dateOf(today), calendar: name, items: ageingRows(of, by, items, daysOfBuckets(calendar, today)), ...fresh };
  }

  @Reads('case-rates', 'serviceLevels.readCaseRates', CaseRatesView, 'Which share of the cases was reopened, came again, or was upheld')
  async caseRates(@Caller() principal: Principal, @MinPosition() minPosition: number, @Asked() question: CaseRatesQuestion) {
    const { zone } = this.reads;
    const today = localDateOf(new Date().toISOString(), zone);
    const { of = 'complaints', to = today, from = addDays(to, 1 - CASE_RATES_DAYS_MAX) } = question;
    const days = daysBetween(from, to) + 1;
    if (days < 1 || days > CASE_RATES_DAYS_MAX) throw invalidRequest({ pointer: '#/query/to', code: 'out-of-range' });
    const { asOf, asOfPosition, ...rates } = await this.reads.one(
      { models: [of], minPosition },
      new CaseRatesQuery(principal.branchScope, of, from, to, zone),
    );
    return { from, to, zone, provisional: today <= addDays(to, REOPENED_WITHIN_DAYS), items: shownRates(rates), asOf, asOfPosition };
  }

  private async calendarFor(of: 'requests' | 'complaints', stated: string | undefined, nowMs: number): Promise<CalendarInForce> {
    const rules = await this.rules.current([stated ?? CALENDAR_DEFAULT]);
    const name = stated ?? resolutionCalendar(rules, of, nowMs) ?? CALENDAR_DEFAULT;
    const found = rules.calendarsAt(LATEST).get(name);
    if (!found) throw invalidRequest({ pointer: '#/query/calendar', code: 'not-allowed' });
    return found;
  }
}

const shownRates = (rates: CaseRates) =>
  caseRates.flatMap((rate) => {
    const ratio = rates[rate];
    if (!ratio) return [];
    const { numerator, denominator, basisPoints } = ratio;
    const caseIds = [...new Set(numerator)].slice(0, CASES_SHOWN_MAX);
    return [{ rate, numerator: numerator.length, denominator: denominator.length, basisPoints, caseIds }];
  });

/** That of the first promise of a resolution which may be one to such a case. */
function resolutionCalendar(rules: RulesHistory, of: 'requests' | 'complaints', nowMs: number): string | undefined {
  const promises = editionInForce(rules.handbookAt(LATEST), nowMs)?.promises ?? [];
  const resolutions = promises.filter(({ metric }) => metric === 'resolution');
  const mayBe = (processes: readonly string[]): boolean => processes.some((process) => (process === 'complaint') === (of === 'complaints'));
  return resolutions.find(({ appliesTo }) => appliesTo?.process === undefined || mayBe(appliesTo.process))?.calendar;
}
