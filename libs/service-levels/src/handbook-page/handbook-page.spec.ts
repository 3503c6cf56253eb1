import { describe, expect, test } from '@jest/globals';
import type { HandbookEdition, ServicePromise, Target } from '../format/format.js';
import { sampleHandbook } from '../presets/sample-handbook.js';
import { handbookPage, handbookStyle, targetText } from './index.js';

const published = { status: 'published', effectiveTo: null, zone: 'Asia/Shanghai' } as const;
const pageOf = (edition: HandbookEdition, language: 'zh' | 'en', more: object = {}) =>
  handbookPage(edition, { language, ...published, ...more });
const plain = (page: string) => page.replace(/<style>[^]*<\/style>/, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' '); // prettier-ignore

test.each<[Target, string, string]>([
  [{ kind: 'businessMinutes', minutes: 240 }, '4 business hours', '4 个工作小时'],
  [{ kind: 'businessMinutes', minutes: 60 }, '1 business hour', '1 个工作小时'],
  [{ kind: 'businessMinutes', minutes: 30 }, '30 business minutes', '30 个工作分钟'],
  [{ kind: 'businessMinutes', minutes: 90 }, '1 business hour 30 minutes', '1 个工作小时 30 分钟'],
  [{ kind: 'businessDays', days: 2 }, '2 business days', '2 个工作日'],
  [{ kind: 'businessDays', days: 1, dayEnd: 'midnight' }, '1 business day, to the end of the day', '1 个工作日（当日 24:00 前）'],
  [{ kind: 'calendarDays', days: 15 }, '15 calendar days', '15 个自然日'],
  [{ kind: 'calendarDays', days: 56, roll: 'following_business_day' }, '56 calendar days (8 weeks), or the next business day', '56 个自然日（8 周）（遇休息日顺延）'],
])('%j reads %s', (target, en, zh) => expect([targetText(target, 'en'), targetText(target, 'zh')]).toEqual([en, zh])); // prettier-ignore

describe.each(['zh', 'en'] as const)('the page in %s', (language) => {
  test('has the time of every promise in the column of its tier', () => {
    // every promise with a target of its own, so that a time stands for one promise
    const promises = sampleHandbook.promises.map((promise, i): ServicePromise => ({
      ...promise,
      target: { kind: 'calendarDays', days: 1001 + i },
    }));
    const page = pageOf({ ...sampleHandbook, promises }, language);
    const missing = promises.filter(({ target }) => !page.includes(targetText(target, language)));
    expect(missing).toEqual([]);
    const gold = page.slice(page.indexOf('id="process-1"'));
    const headings = [...gold.slice(0, gold.indexOf('</thead>')).matchAll(/<th scope="col">([^<]*)</g)].map(([, text]) => text);
    expect(headings.indexOf(sampleHandbook.names!['GOLD']![language])).toBe(3);
    const times = promises.find(({ id }) => id === 'account-opening-gold')!.target;
    const row = gold.split('<tr>').find((line) => line.includes(targetText(times, language)))!;
    expect(row.split('<td>')[3]).toContain(targetText(times, language));
  });

  test('has every section with its title, and names instead of codes', () => {
    const text = plain(pageOf(sampleHandbook, language));
    for (const { title } of sampleHandbook.sections!) expect(text).toContain(title[language]);
    expect(text).not.toMatch(/document-check|accountOpening|CN_DESK|businessMinutes|GOLD|undefined/);
    expect(text).toContain(language === 'zh' ? '自 2025年1月1日 起生效' : 'in force from 1 January 2025');
  });
});

test('what is the same for every tier is said once, what differs beside it', () => {
  const page = pageOf(sampleHandbook, 'en');
  const settlement = page.slice(page.indexOf('id="process-3"'), page.indexOf('id="process-4"'));
  expect(plain(settlement)).toContain('2 business days 2 business days 1 business day 1 business day 1 business day');
  expect(settlement).toMatch(/Document check[^]*?<td colspan="5">4 business hours<\/td>/);
  expect(plain(settlement)).toContain('after closing');
});

test('text is escaped wherever it comes from', () => {
  const evil = '<script>alert("&\'")</script>';
  const both = { zh: evil, en: evil };
  const edition: HandbookEdition = {
    edition: 1,
    effectiveFrom: '2025-01-01T00:00:00Z',
    effectiveTo: null,
    title: both,
    covers: ['x'],
    names: { x: both, T: both, C: both, s: both },
    sections: [{ id: 'firm', title: both, body: { zh: `- ${evil}`, en: evil } }],
    promises: [
      {
        id: 'p',
        metric: 'step',
        step: 's',
        calendar: 'C',
        appliesTo: { process: ['x'], tier: ['T'], channel: [evil] },
        target: { kind: 'businessDays', days: 1 },
      },
    ],
  };
  for (const language of ['zh', 'en'] as const) {
    const page = pageOf(edition, language);
    expect(page).not.toContain('<script');
    expect(page.split('&lt;script&gt;alert(&quot;&amp;&#39;&quot;)&lt;/script&gt;').length).toBeGreaterThan(8);
  }
});

test('a draft says that it is one, a page stands alone', () => {
  expect(plain(pageOf(sampleHandbook, 'en', { status: 'drafted' }))).toContain('Draft, not in force');
  expect(plain(pageOf({ ...sampleHandbook, status: 'confirmed' }, 'en'))).not.toMatch(/Draft|Sample content/);
  const page = pageOf({ ...sampleHandbook, sections: [] }, 'en');
  expect(page).toContain('4 business hours');
  expect(page).toContain(`<style>${handbookStyle}</style>`);
  expect(page).not.toMatch(/<script|style="|src=|https?:/);
});
