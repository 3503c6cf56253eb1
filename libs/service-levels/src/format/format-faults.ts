import type { ProblemTitle } from '#event-sourcing';

/** What can be wrong at one place of a document. The general ones are those of any body of the API. */
export const formatFaults = {
  missing: { en: 'The member is required', zh: '必填' },
  'wrong-type': { en: 'The value has another type', zh: '类型错误' },
  'unknown-member': { en: 'There is no such member', zh: '未知字段' },
  'too-short': { en: 'The text is empty or too short', zh: '文本过短' },
  'too-long': { en: 'The text is too long', zh: '文本过长' },
  'too-few': { en: 'Too few items', zh: '条目过少' },
  'too-many': { en: 'Too many items', zh: '条目过多' },
  'out-of-range': { en: 'The value is out of range', zh: '数值超出范围' },
  'not-allowed': { en: 'The value is not among those listed', zh: '不在允许的取值之内' },
  'bad-format': { en: 'The text does not have the published form', zh: '格式不正确' },
  duplicate: { en: 'The value is stated twice', zh: '重复' },
  'not-a-date': { en: 'There is no such date', zh: '日期不存在' },
  'zone-missing': { en: 'Its calendars have several zones: state the zone of the dates', zh: '各日历时区不同，须注明日期所用时区' },
  'time-required': { en: 'The time is required here, not the date alone', zh: '此处须填写时间，不能仅有日期' },
  'unknown-zone': { en: 'There is no such IANA time zone', zh: 'IANA 时区不存在' },
  'windows-overlap': { en: 'The window overlaps another one, of this day or of the day before', zh: '时段与当日或前一日的时段重叠' },
  'ends-before-it-starts': { en: 'The end is not after the start', zh: '结束须晚于开始' },
  'unknown-selector': {
    en: 'Promises are selected by process, tier, channel and severity only',
    zh: '承诺仅可按流程、等级、渠道、严重程度选择',
  },
  'step-missing': { en: 'A promise of the metric step names its step', zh: '步骤类承诺须注明步骤' },
  'step-not-of-metric': { en: 'Only a promise of the metric step names a step', zh: '仅步骤类承诺可注明步骤' },
  'recurring-not-of-metric': { en: 'Only a promise of the metric update recurs', zh: '仅进展通报类承诺可循环' },
  'regulatory-not-pausable': { en: 'A regulatory promise is never paused', zh: '监管时限不可暂停' },
  'complaint-names-tier': { en: 'A promise for complaints may not name a tier', zh: '投诉承诺不得区分客户等级' },
  'editions-overlap': { en: 'Another edition takes effect at the same instant', zh: '另有版本于同一时刻生效' },
  'out-of-order': { en: 'The fact is earlier than the one before it', zh: '时间早于前一事实' },
  'second-received': { en: 'A subject is received once', zh: '受理只能有一次' },
  'unknown-promise': { en: 'No edition has this promise', zh: '没有任何版本包含该承诺' },
  'calendar-missing': { en: 'There is no such calendar', zh: '日历不存在' },
  'promises-equally-specific': {
    en: 'Another promise of the same metric, class and step is as specific and can match the same case',
    zh: '另有同等具体的同类承诺可适用于同一情形',
  },
  'target-never-met': { en: 'No window of the calendar can ever meet the target', zh: '该日历的时段永远无法达到此时限' },
  'coverage-gap': { en: 'Some case of this process has no promise of a resolution', zh: '该流程存在没有办结承诺的情形' },
  'too-much': { en: 'This is more than can be answered at once', zh: '内容过多，无法一次答复' },
  'too-intricate': { en: 'The promises overlap in too many ways to be checked', zh: '承诺之间重叠过于复杂，无法检查' },
} as const satisfies Record<string, ProblemTitle>;

export type FormatCode = keyof typeof formatFaults;

/** What is wrong in a document, and where. */
export interface FormatFault<Code extends string = FormatCode> {
  /** JSON Pointer into the document. */
  pointer: string;
  code: Code;
}

/** A place in a document, and the list that takes the faults found there or below. */
export class Place<Code extends FormatCode = FormatCode> {
  constructor(
    readonly pointer: string,
    readonly faults: FormatFault<Code>[],
  ) {}

  at(member: string | number): Place<Code> {
    const token = String(member).replaceAll('~', '~0').replaceAll('/', '~1');
    return new Place(`${this.pointer}/${token}`, this.faults);
  }

  fault(code: Code): void {
    this.faults.push({ pointer: this.pointer, code });
  }
}
