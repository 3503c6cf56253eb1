import type { Language } from '#event-sourcing';
import type { Metric, Target } from '../format/format.js';
import type { FullTarget } from '../handbook/promise-defaults.js';

interface Words {
  htmlLanguage: string;
  locale: string;
  handbook: string;
  edition: (number: number) => string;
  from: (date: string) => string;
  until: (date: string) => string;
  draft: string;
  retired: string;
  unconfirmed: string;
  contents: string;
  skip: string;
  otherLanguage: string;
  times: string;
  what: string;
  time: string;
  otherClients: string;
  everyProcess: string;
  regulatory: string;
  step: (name: string) => string;
  channel: (names: string) => string;
  severity: (names: string) => string;
  countedIn: (calendar: string) => string;
  pausable: string;
  afterClosing: string;
  separator: string;
  metrics: Readonly<Record<Exclude<Metric, 'step'>, string>>;
  finalResponse: string;
}

export const words: Readonly<Record<Language, Words>> = {
  zh: {
    htmlLanguage: 'zh-CN',
    locale: 'zh-CN',
    handbook: '客户服务手册',
    edition: (number) => `第 ${number} 版`,
    from: (date) => `自 ${date} 起生效`,
    until: (date) => `至 ${date} 止`,
    draft: '草案，尚未生效',
    retired: '本版已废止',
    unconfirmed: '示例内容，尚待合规部门确认',
    contents: '目录',
    skip: '跳至正文',
    otherLanguage: 'English',
    times: '业务流程与时限',
    what: '事项',
    time: '时限',
    otherClients: '其他客户',
    everyProcess: '所有业务',
    regulatory: '监管时限',
    step: (name) => `环节：${name}`,
    channel: (names) => `渠道：${names}`,
    severity: (names) => `紧急程度：${names}`,
    countedIn: (calendar) => `按${calendar}计算`,
    pausable: '等待您答复的时间不计入',
    afterClosing: '收市后收到的自下一工作日起算',
    separator: '、',
    metrics: {
      acknowledgement: '确认收到',
      firstResponse: '首次人工答复',
      update: '进展通报',
      decision: '决定是否受理',
      resolution: '办结',
    },
    finalResponse: '最终答复',
  },
  en: {
    htmlLanguage: 'en',
    locale: 'en-GB',
    handbook: 'Client service handbook',
    edition: (number) => `Edition ${number}`,
    from: (date) => `in force from ${date}`,
    until: (date) => `until ${date}`,
    draft: 'Draft, not in force',
    retired: 'This edition is retired',
    unconfirmed: 'Sample content, not yet confirmed by compliance',
    contents: 'Contents',
    skip: 'Skip to the text',
    otherLanguage: '中文',
    times: 'Processes and times',
    what: 'What',
    time: 'Time',
    otherClients: 'Other clients',
    everyProcess: 'Every service',
    regulatory: 'regulatory limit',
    step: (name) => `Step: ${name}`,
    channel: (names) => `channel: ${names}`,
    severity: (names) => `urgency: ${names}`,
    // a name reads on in lower case, a bare code stays as it is
    countedIn: (calendar) =>
      `counted in ${/^[A-Z0-9_-]+$/.test(calendar) ? calendar : `${calendar.charAt(0).toLowerCase()}${calendar.slice(1)}`}`,
    pausable: 'the wait for your reply does not count',
    afterClosing: 'what comes in after closing counts from the next business day',
    separator: ', ',
    metrics: {
      acknowledgement: 'We confirm receipt',
      firstResponse: 'First reply by a person',
      update: 'Progress update',
      decision: 'Decision on acceptance',
      resolution: 'Completion',
    },
    finalResponse: 'Final answer',
  },
};

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** The time of a target as a client reads it: "4 business hours", "2 个工作日". */
export function targetText(target: Target | FullTarget, language: Language): string {
  return language === 'zh' ? chinese(target) : english(target);
}

function english(target: Target): string {
  switch (target.kind) {
    case 'businessMinutes': {
      const [hours, minutes] = [Math.floor(target.minutes / 60), target.minutes % 60];
      if (hours === 0) return counted(minutes, 'business minute', 'business minutes');
      const whole = counted(hours, 'business hour', 'business hours');
      return minutes === 0 ? whole : `${whole} ${counted(minutes, 'minute', 'minutes')}`;
    }
    case 'businessDays': {
      const days = counted(target.days, 'business day', 'business days');
      return `${days}${target.dayEnd === 'midnight' ? ', to the end of the day' : ''}`;
    }
    case 'calendarDays': {
      const days = counted(target.days, 'calendar day', 'calendar days');
      const weeks = target.days % 7 === 0 && target.days > 7 ? ` (${target.days / 7} weeks)` : '';
      return `${days}${weeks}${target.roll === 'following_business_day' ? ', or the next business day' : ''}`;
    }
  }
}

function chinese(target: Target): string {
  switch (target.kind) {
    case 'businessMinutes': {
      const [hours, minutes] = [Math.floor(target.minutes / 60), target.minutes % 60];
      if (hours === 0) return `${minutes} 个工作分钟`;
      return minutes === 0 ? `${hours} 个工作小时` : `${hours} 个工作小时 ${minutes} 分钟`;
    }
    case 'businessDays':
      return `${target.days} 个工作日${target.dayEnd === 'midnight' ? '（当日 24:00 前）' : ''}`;
    case 'calendarDays': {
      const weeks = target.days % 7 === 0 && target.days > 7 ? `（${target.days / 7} 周）` : '';
      return `${target.days} 个自然日${weeks}${target.roll === 'following_business_day' ? '（遇休息日顺延）' : ''}`;
    }
  }
}

/** Of a promise that recurs. */
export const everyText = (time: string, language: Language): string => (language === 'zh' ? `每 ${time}` : `every ${time}`);
