import { describe, expect, test } from '@jest/globals';
import { given } from '#event-sourcing';
import type { Calendar, HandbookEdition, ServicePromise } from '../format/format.js';
import { handbook, type HandbookCommand, type Preset } from './handbook.js';
import type { HandbookEvent } from './handbook-events.js';
import { acknowledgement, deliveries } from './handbook-readers.js';
import { type RuleEvent, rulesInForce } from '../clock/rules-in-force.js';

const DESK: Calendar = { zone: 'Asia/Shanghai', week: { mon: [['09:00', '17:00']] } };
const calendars = { DESK };
const resolution: ServicePromise = {
  id: 'resolution',
  metric: 'resolution',
  calendar: 'DESK',
  target: { kind: 'businessMinutes', minutes: 240 },
};
const day = (n: number) => `2025-0${n}-01T00:00:00+08:00`;

const edition = (number: number, from: string, more: Partial<HandbookEdition> = {}): HandbookEdition => ({
  edition: number,
  effectiveFrom: from,
  effectiveTo: null,
  promises: [resolution],
  ...more,
});
const drafted = (document: HandbookEdition, draftedBy = 'amy'): HandbookEvent => ({
  type: 'HandbookDrafted',
  data: { edition: document.edition, handbook: document, draftedBy },
});
const approved = (number: number): HandbookEvent => ({ type: 'HandbookApproved', data: { edition: number, approvedBy: 'bob' } });
const published = (document: HandbookEdition): HandbookEvent[] => [
  drafted(document),
  approved(document.edition),
  { type: 'HandbookPublished', data: { edition: document.edition, handbook: document, publishedBy: 'bob' } },
];
const publish = (number: number, more: object = {}) =>
  ({ type: 'PublishEdition', edition: number, publishedBy: 'bob', calendars, ...more }) as const satisfies HandbookCommand;
const readyToPublish = (document: HandbookEdition) => given(handbook, drafted(document), approved(document.edition));

const decision: ServicePromise = {
  id: 'cn-decision',
  metric: 'decision',
  class: 'regulatory',
  calendar: 'DESK',
  target: { kind: 'calendarDays', days: 15 },
};
const preset: Preset = { presetId: 'cn', title: { zh: '投诉', en: 'Complaints' }, promises: [decision] };
const switchOn = (more: object = {}) =>
  ({
    type: 'SwitchOnPreset',
    ...preset,
    switchedOnBy: 'cora',
    confirmation: 'art. 5',
    calendars,
    effectiveFrom: day(3),
    ...more,
  }) as const satisfies HandbookCommand;
const switchedOn = (from = day(3)): HandbookEvent => ({
  type: 'RegulatoryPresetSwitchedOn',
  data: { ...preset, effectiveFrom: from, switchedOnBy: 'cora', confirmation: 'art. 5' },
});

describe('an edition', () => {
  const first = edition(1, day(1));

  test('is drafted, approved by another person, published, and retired', () => {
    expect(given(handbook).when({ type: 'DraftEdition', handbook: first, draftedBy: 'amy' })).toEqual([drafted(first)]);
    const approve = (approvedBy: string) => ({ type: 'ApproveEdition', edition: 1, approvedBy }) as const;
    expect(given(handbook, drafted(first)).when(approve('bob'))).toEqual([approved(1)]);
    expect(given(handbook, drafted(first), drafted(edition(1, day(2)), 'bob')).when(approve('amy'))).toEqual({
      refused: 'edition-self-approval',
    });
    expect(given(handbook).when(approve('bob'))).toEqual({ refused: 'edition-not-drafted' });
    expect(given(handbook, drafted(first)).when(publish(1))).toEqual({ refused: 'edition-not-approved' });
    expect(readyToPublish(first).when(publish(1))).toEqual(published(first).slice(2));
    const retire = { type: 'RetireEdition', edition: 1, at: day(6), retiredBy: 'bob' } as const;
    expect(given(handbook, ...published(first)).when(publish(1))).toEqual([]);
    expect(given(handbook, ...published(first)).when(publish(1, { effectiveFrom: first.effectiveFrom }))).toEqual([]);
    expect(given(handbook, ...published(first)).when(publish(1, { effectiveFrom: day(9) }))).toEqual({
      refused: 'edition-already-published',
    });
    expect(given(handbook, ...published(first)).when(retire)).toMatchObject([{ type: 'HandbookRetired' }]);
    expect(given(handbook, ...published(first)).when({ ...retire, at: day(1) })).toEqual({ refused: 'edition-ends-before-it-starts' });
  });

  test('is drafted anew until it is published, which takes another approval, and never after', () => {
    const again = edition(1, day(2));
    expect(given(handbook, drafted(first)).when({ type: 'DraftEdition', handbook: again, draftedBy: 'eve' })).toEqual([
      drafted(again, 'eve'),
    ]);
    expect(given(handbook, drafted(first)).when({ type: 'DraftEdition', handbook: first, draftedBy: 'eve' })).toEqual([]);
    const late = { type: 'DraftEdition', handbook: again, draftedBy: 'eve' } as const;
    expect(readyToPublish(first).when(late)).toEqual([drafted(again, 'eve')]);
    expect(given(handbook, drafted(first), approved(1), drafted(again, 'eve')).when(publish(1))).toEqual({
      refused: 'edition-not-approved',
    });
    expect(given(handbook, ...published(first)).when(late)).toEqual({ refused: 'edition-already-published' });
  });

  test('takes effect after every published one, perhaps long ago, perhaps from another instant than drafted', () => {
    const [, , event] = published(edition(1, day(4)));
    expect(readyToPublish(first).when(publish(1, { effectiveFrom: day(4) }))).toEqual([event]);
    const second = given(handbook, ...published(first), drafted(edition(2, day(1))), approved(2));
    expect(second.when(publish(2))).toEqual({ refused: 'edition-not-after-published' });
    expect(second.when(publish(2, { effectiveFrom: day(2) }))).toHaveLength(1);
  });

  test.each<[string, Partial<HandbookEdition>, string]>([
    ['without its calendar', { promises: [{ ...resolution, calendar: 'NONE' }] }, 'calendar-missing'],
    ['with two promises as specific', { promises: [resolution, { ...resolution, id: 'b' }] }, 'promises-equally-specific'],
    [
      'with a target that is never met',
      { promises: [{ ...resolution, target: { kind: 'businessMinutes', minutes: 5_000_000 } }] },
      'target-never-met',
    ],
    ['with a gap in what it covers', { covers: ['trading'], promises: [{ ...resolution, appliesTo: { tier: ['GOLD'] } }] }, 'coverage-gap'],
    [
      'with several faults',
      {
        promises: [
          { ...resolution, calendar: 'NONE' },
          { ...resolution, id: 'b' },
        ],
      },
      'edition-not-publishable',
    ],
    ['with an end before its start', { effectiveTo: day(1) }, 'edition-ends-before-it-starts'],
  ])('is not published %s', (_, more, code) => {
    expect(readyToPublish(edition(1, day(1), more)).when(publish(1))).toEqual({ refused: code });
  });
});

describe('a regulatory preset', () => {
  test('is switched on beside what is in force, and off again', () => {
    expect(given(handbook, ...published(edition(1, day(1)))).when(switchOn())).toEqual([switchedOn()]);
    expect(given(handbook, switchedOn()).when(switchOn())).toEqual([]);
    expect(given(handbook, switchedOn()).when(switchOn({ effectiveFrom: day(4) }))).toEqual({ refused: 'preset-already-on' });
    const off = { type: 'SwitchOffPreset', presetId: 'cn', at: day(5), switchedOffBy: 'cora', note: 'x' } as const;
    expect(given(handbook, switchedOn()).when(off)).toMatchObject([{ type: 'RegulatoryPresetSwitchedOff' }]);
    expect(given(handbook).when(off)).toEqual({ refused: 'preset-not-on' });
    expect(given(handbook, switchedOn()).when({ ...off, at: day(3) })).toEqual({ refused: 'preset-off-before-on' });
  });

  test('is refused where it contradicts an edition, and an edition where it contradicts the preset', () => {
    const own = edition(1, day(1), { promises: [resolution, { ...decision, id: 'own-decision' }] });
    expect(given(handbook, ...published(own)).when(switchOn())).toEqual({ refused: 'promises-equally-specific' });
    expect(given(handbook, switchedOn(), drafted(own), approved(1)).when(publish(1))).toEqual({ refused: 'promises-equally-specific' });
    expect(given(handbook, ...published({ ...own, effectiveTo: day(2) })).when(switchOn())).toHaveLength(1);
    expect(
      given(handbook, ...published(edition(1, day(1), { promises: [{ ...resolution, id: 'cn-decision' }] }))).when(switchOn()),
    ).toEqual({
      refused: 'promise-id-taken',
    });
    expect(given(handbook).when(switchOn({ calendars: {} }))).toEqual({ refused: 'calendar-missing' });
  });
});

test('a person acknowledges an edition once, a client is given it as often as it is sent', () => {
  const acknowledge = { type: 'AcknowledgeEdition', edition: 1, staffId: 'li.na', acknowledgedAt: day(2) } as const;
  const [acknowledged] = given(acknowledgement).when(acknowledge) as never[];
  expect(given(acknowledgement, acknowledged!).when({ ...acknowledge, acknowledgedAt: day(3) })).toEqual([]);
  const deliver = {
    type: 'DeliverEdition',
    clientId: 'c',
    edition: 1,
    channel: 'email',
    language: 'zh',
    deliveredAt: '2025-02-01T00:00:00.000Z',
    now: '2025-02-01T00:00:00.000Z',
  } as const;
  const [delivered] = given(deliveries).when(deliver) as never[];
  expect(given(deliveries, delivered!).when(deliver)).toEqual([]);
  expect(given(deliveries, delivered!).when({ ...deliver, channel: 'letter' })).toHaveLength(1);
  expect(given(deliveries).when({ ...deliver, now: '2025-01-31T00:00:00.000Z' })).toEqual({ refused: 'delivery-in-the-future' });
});

describe('the rules in force', () => {
  const recorded = (...events: HandbookEvent[]): RuleEvent[] =>
    events.map((event, i) => ({ recordedAt: `2026-01-0${i + 1}T00:00:00.000Z`, ...event }));
  const utc = (text: string) => new Date(text).toISOString();
  const summary = (...events: HandbookEvent[]) =>
    rulesInForce(recorded(...events)).handbook.map(({ edition, effectiveFrom, effectiveTo, promises }) => [
      edition,
      effectiveFrom,
      effectiveTo,
      promises.map(({ id }) => id).join(' '),
    ]);

  test('are editions that end where the next begins', () => {
    const [first, second] = [published(edition(1, day(1))), published(edition(2, day(5)))];
    expect(summary(...first, ...second)).toEqual([
      [1, utc(day(1)), utc(day(5)), 'resolution'],
      [2, utc(day(5)), null, 'resolution'],
    ]);
    expect(summary(...first, { type: 'HandbookRetired', data: { edition: 1, at: day(2), retiredBy: 'bob' } }, ...second)).toEqual([
      [1, utc(day(1)), utc(day(2)), 'resolution'],
      [2, utc(day(5)), null, 'resolution'],
    ]);
    expect(summary(drafted(edition(1, day(1))), approved(1))).toEqual([]);
  });

  test('have the promises of a preset while it is on', () => {
    const off: HandbookEvent = {
      type: 'RegulatoryPresetSwitchedOff',
      data: { presetId: 'cn', at: day(6), switchedOffBy: 'cora', note: 'x' },
    };
    expect(summary(switchedOn(), ...published(edition(1, day(4))), ...published(edition(2, day(5))), off)).toEqual([
      [0, utc(day(3)), utc(day(4)), 'cn-decision'],
      [1, utc(day(4)), utc(day(5)), 'resolution cn-decision'],
      [2, utc(day(5)), utc(day(6)), 'resolution cn-decision'],
      [2, utc(day(6)), null, 'resolution'],
    ]);
  });

  test('know every version of a calendar', () => {
    const data = { name: 'DESK', calendarVersion: 1, calendar: DESK, effectiveFrom: '2025-01-01', sourceNotice: 'x' };
    const revised = { ...data, calendarVersion: 2, added: {}, calendar: { ...DESK, closed: ['2025-05-01'] } };
    const events = [
      { type: 'CalendarPublished', data, recordedAt: '' },
      { type: 'CalendarRevised', data: revised, recordedAt: '' },
    ] as const;
    const rules = rulesInForce(events.map((event, i) => ({ ...event, recordedAt: `2026-01-0${i + 1}T00:00:00.000Z` })));
    expect(rules.calendars['DESK']!.versions).toEqual([
      { version: 1, effectiveFrom: '2025-01-01', recordedAt: '2026-01-01T00:00:00.000Z', calendar: DESK },
      { version: 2, effectiveFrom: '2025-01-01', recordedAt: '2026-01-02T00:00:00.000Z', calendar: revised.calendar },
    ]);
  });
});
