import { type Decider, DomainError, type Instant, samePerson, type StaffId } from '#event-sourcing';
import type { BilingualText, HandbookEdition, ServicePromise } from '../format/format.js';
import { type Calendars, coverageFaults } from './handbook-faults.js';
import { type HandbookEvent, handbookProblems } from './handbook-events.js';
import { faultsBeside, refuseFaults } from './handbook-rules.js';
import { endedByNext, overlap, type ValidEdition, validFrom, type ValidPreset, validTo } from './handbook-validity.js';

const refusal = DomainError.of(handbookProblems);

/** `calendars`: those that the promises name, as they are published. */
export type HandbookCommand =
  | { type: 'DraftEdition'; handbook: HandbookEdition; draftedBy: StaffId }
  | { type: 'ApproveEdition'; edition: number; approvedBy: StaffId }
  /** Without `effectiveFrom`: from the draft's. */
  | { type: 'PublishEdition'; edition: number; effectiveFrom?: Instant; publishedBy: StaffId; calendars: Calendars }
  | { type: 'RetireEdition'; edition: number; at: Instant; retiredBy: StaffId }
  | ({ type: 'SwitchOnPreset'; switchedOnBy: StaffId; confirmation: string; calendars: Calendars; effectiveFrom: Instant } & Preset)
  | { type: 'SwitchOffPreset'; presetId: string; at: Instant; switchedOffBy: StaffId; note: string };

export interface Preset {
  presetId: string;
  title: BilingualText;
  promises: readonly ServicePromise[];
}

export type EditionStatus = 'drafted' | 'approved' | 'published' | 'retired';

interface Edition {
  status: EditionStatus;
  handbook: HandbookEdition;
  drafters: readonly StaffId[];
  /** Set once it is retired. */
  retiredAt?: Instant;
}

export interface HandbookState {
  editions: ReadonlyMap<number, Edition>;
  /** Every period in which a preset was or is on, in order of switching. */
  presets: readonly ValidPreset[];
}

export const handbook: Decider<HandbookState, HandbookCommand, HandbookEvent> = {
  kind: 'handbook',
  initial: { editions: new Map(), presets: [] },
  decide(command, state): HandbookEvent[] {
    switch (command.type) {
      case 'DraftEdition': {
        const { handbook, draftedBy } = command;
        const { edition } = handbook;
        const found = state.editions.get(edition);
        if (found?.status === 'published' || found?.status === 'retired') throw refusal('edition-already-published', ['/edition']);
        if (found && JSON.stringify(found.handbook) === JSON.stringify(handbook)) return []; // nothing new, whoever sends it
        return [{ type: 'HandbookDrafted', data: { edition, handbook, draftedBy } }];
      }
      case 'ApproveEdition': {
        const { edition, approvedBy } = command;
        const found = editionOf(state, edition);
        if (found.status !== 'drafted') return []; // a repeat changes nothing
        if (found.drafters.some((drafter) => samePerson(drafter, approvedBy))) throw refusal('edition-self-approval');
        return [{ type: 'HandbookApproved', data: { edition, approvedBy } }];
      }
      case 'PublishEdition': {
        const { edition, publishedBy, calendars, effectiveFrom } = command;
        const found = editionOf(state, edition);
        if (found.status === 'published' || found.status === 'retired') {
          if (effectiveFrom === undefined || validFrom(effectiveFrom) === validFrom(found.handbook.effectiveFrom)) return []; // a repeat
          throw refusal('edition-already-published', ['/effectiveFrom']);
        }
        if (found.status === 'drafted') throw refusal('edition-not-approved');
        const published = { ...found.handbook, ...(effectiveFrom !== undefined && { effectiveFrom }) };
        checkPublishing(published, state, calendars);
        return [{ type: 'HandbookPublished', data: { edition, handbook: published, publishedBy } }];
      }
      case 'RetireEdition': {
        const { edition, at, retiredBy } = command;
        const { status, handbook } = editionOf(state, edition);
        if (status === 'retired') return [];
        if (status !== 'published') throw refusal('edition-not-published');
        if (validFrom(at) <= validFrom(handbook.effectiveFrom)) throw refusal('edition-ends-before-it-starts', ['/at']);
        return [{ type: 'HandbookRetired', data: { edition, at, retiredBy } }];
      }
      case 'SwitchOnPreset': {
        const { type: _type, calendars, ...data } = command;
        const period = { from: validFrom(data.effectiveFrom), to: Infinity };
        const same = state.presets.find(({ presetId, ...on }) => presetId === data.presetId && overlap(on, period));
        if (same?.from === period.from && same.to === Infinity) return [];
        if (same) throw refusal('preset-already-on');
        checkPreset(data, period, state, calendars);
        return [{ type: 'RegulatoryPresetSwitchedOn', data }];
      }
      case 'SwitchOffPreset': {
        const { type: _type, ...data } = command;
        const on = state.presets.findLast(({ presetId }) => presetId === data.presetId);
        if (!on) throw refusal('preset-not-on');
        if (on.to !== Infinity) {
          if (on.to === validFrom(data.at)) return [];
          throw refusal('preset-not-on');
        }
        if (validFrom(data.at) <= on.from) throw refusal('preset-off-before-on', ['/at']);
        return [{ type: 'RegulatoryPresetSwitchedOff', data }];
      }
    }
  },
  evolve(state, event): HandbookState {
    switch (event.type) {
      case 'HandbookDrafted': {
        const { edition, handbook, draftedBy } = event.data;
        const drafters = [...new Set([...(state.editions.get(edition)?.drafters ?? []), draftedBy])];
        return withEdition(state, edition, { status: 'drafted', handbook, drafters });
      }
      case 'HandbookApproved':
        return moved(state, event.data.edition, { status: 'approved' });
      case 'HandbookPublished':
        return moved(state, event.data.edition, { status: 'published', handbook: event.data.handbook });
      case 'HandbookRetired':
        return moved(state, event.data.edition, { status: 'retired', retiredAt: event.data.at });
      case 'RegulatoryPresetSwitchedOn': {
        const { presetId, promises, effectiveFrom } = event.data;
        return { ...state, presets: [...state.presets, { presetId, promises, from: validFrom(effectiveFrom), to: Infinity }] };
      }
      case 'RegulatoryPresetSwitchedOff': {
        const { presetId, at } = event.data;
        const ended = (on: ValidPreset) => (on.presetId === presetId && on.to === Infinity ? { ...on, to: validFrom(at) } : on);
        return { ...state, presets: state.presets.map(ended) };
      }
    }
  },
};

function checkPublishing(published: HandbookEdition, state: HandbookState, calendars: Calendars): void {
  const validity = { from: validFrom(published.effectiveFrom), to: validTo(published.effectiveTo) };
  if (validity.to <= validity.from) throw refusal('edition-ends-before-it-starts', ['/effectiveFrom']);
  const notAfter = inForce(state).some(({ from }) => from >= validity.from);
  if (notAfter) throw refusal('edition-not-after-published', ['/effectiveFrom']);
  const presets = state.presets.filter((preset) => overlap(preset, validity)).flatMap(({ promises }) => promises);
  refuseFaults([...faultsBeside(presets, published.promises, calendars), ...coverageFaults(published)]);
}

function checkPreset(preset: Preset, period: { from: number; to: number }, state: HandbookState, calendars: Calendars): void {
  const presets = state.presets.filter((other) => overlap(other, period)).flatMap(({ promises }) => promises);
  const editions = endedByNext(inForce(state)).filter((edition) => overlap(edition, period));
  const beside = editions.length > 0 ? editions.map(({ handbook }) => handbook.promises) : [[]];
  for (const promises of beside) refuseFaults(faultsBeside([...promises, ...presets], preset.promises, calendars));
}

/** Published editions with their own ends; one that a later edition follows ends there as well: `endedByNext`. */
function inForce({ editions }: HandbookState): ValidEdition[] {
  return [...editions.values()]
    .filter(({ status }) => status === 'published' || status === 'retired')
    .map(({ handbook, retiredAt = null }) => ({
      handbook,
      from: validFrom(handbook.effectiveFrom),
      to: Math.min(validTo(handbook.effectiveTo), validTo(retiredAt)),
    }));
}

function editionOf(state: HandbookState, edition: number): Edition {
  const found = state.editions.get(edition);
  if (!found) throw refusal('edition-not-drafted');
  return found;
}

const withEdition = (state: HandbookState, number: number, edition: Edition): HandbookState => ({
  ...state,
  editions: new Map(state.editions).set(number, edition),
});

function moved(state: HandbookState, number: number, change: Partial<Edition>): HandbookState {
  const found = state.editions.get(number);
  return found ? withEdition(state, number, { ...found, ...change }) : state;
}
