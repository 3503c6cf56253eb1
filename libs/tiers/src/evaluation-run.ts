import type { LocalDate } from '#event-sourcing';
import type { TradingDays } from './average-daily-assets.js';
import { evaluate, type Standing } from './evaluation.js';
import type { StopReason, TierEvaluation } from './tier-events.js';
import { evaluatedInputs, outgrows, type TierInputs } from './tier-inputs.js';
import type { TierRules } from './tier-rules.js';

/** What came of one evaluation date: `TierEvaluated`, or `TierEvaluationStopped`. */
export type DayAnswer =
  | { kind: 'evaluated'; evaluation: TierEvaluation }
  | { kind: 'stopped'; on: LocalDate; ruleVersion: string; reasons: readonly StopReason[]; knownTo: number };

/** One evaluation date with the rules of that date and what they go by, or why it cannot be made. */
export interface DayToEvaluate {
  on: LocalDate;
  rules: TierRules;
  inputs: TierInputs | readonly StopReason[];
}

/** Several dates one after another, ascending, each from where the last one left the standing; a stopped one leaves it as it was. */
export function evaluateDays(standing: Standing, days: readonly DayToEvaluate[], knownTo: number, tradingDays?: TradingDays): DayAnswer[] {
  let before = standing;
  return days.map(({ on, rules, inputs }): DayAnswer => {
    if (isReasons(inputs)) return { kind: 'stopped', on, ruleVersion: rules.version, reasons: inputs, knownTo };
    if (outgrows(inputs)) return { kind: 'stopped', on, ruleVersion: rules.version, reasons: [{ code: 'amount-too-large' }], knownTo };
    const judgement = evaluate(rules, before, inputs, on);
    before = standingAfter(judgement);
    const seen = evaluatedInputs(rules, inputs, on, tradingDays);
    return { kind: 'evaluated', evaluation: { on, ruleVersion: rules.version, ...judgement, inputs: seen, knownTo } };
  });
}

/** The standing that an evaluation leaves. */
export const standingAfter = ({ tier, strikes, promotedFrom }: Standing): Standing => ({ tier, strikes, promotedFrom });

export const dateOfAnswer = (answer: DayAnswer): LocalDate => (answer.kind === 'evaluated' ? answer.evaluation.on : answer.on);

const isReasons = (inputs: TierInputs | readonly StopReason[]): inputs is readonly StopReason[] => Array.isArray(inputs);
