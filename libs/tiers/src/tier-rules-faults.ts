import type { ProblemTitle } from '#event-sourcing';

/** What can be wrong at one place of tier rules. The general ones are those of any body of the API. */
export const tierRulesFaults = {
  missing: { en: 'The member is required', zh: '必填' },
  'wrong-type': { en: 'The value has another type', zh: '类型错误' },
  'unknown-member': { en: 'There is no such member', zh: '未知字段' },
  'too-few': { en: 'Too few items', zh: '条目过少' },
  'out-of-range': { en: 'The value is out of range', zh: '数值超出范围' },
  'not-allowed': { en: 'The value is not among those listed', zh: '不在允许的取值之内' },
  'bad-format': { en: 'The text does not have the published form', zh: '格式不正确' },
  'bad-currency': { en: 'A currency is one of ISO 4217', zh: '币种须为 ISO 4217 货币代码' },
  'negative-amount': { en: 'A threshold is not negative', zh: '门槛金额不得为负' },
  'fractional-amount': { en: 'An amount is a whole number of minor units', zh: '金额须为最小货币单位的整数' },
  'ladder-not-ascending': { en: 'The tiers do not ascend, or one is stated twice', zh: '等级未按升序排列或重复' },
  'threshold-not-above-lower': { en: 'The threshold is not above that of a lower tier', zh: '门槛未高于较低等级的同一门槛' },
  'lowest-needs-nothing': { en: 'The lowest tier has no thresholds', zh: '最低等级不设门槛' },
  'no-threshold': { en: 'A tier above the lowest needs an entry threshold', zh: '最低等级以上的等级须设进入门槛' },
  'retention-above-entry': { en: 'A retention threshold is not above its entry threshold', zh: '保级门槛不得高于进入门槛' },
  'retention-without-entry': { en: 'A criterion that nobody enters by retains nobody', zh: '未设进入门槛的标准不能设保级门槛' },
  'calendar-not-named': { en: 'Rules over trading days name their calendar', zh: '按交易日计算须注明日历' },
} as const satisfies Record<string, ProblemTitle>;

export type TierRulesCode = keyof typeof tierRulesFaults;

/** What is wrong, and where: a JSON Pointer into the document. */
export interface TierRulesFault {
  pointer: string;
  code: TierRulesCode;
}
