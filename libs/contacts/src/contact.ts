import {
  type ClientChannel,
  type Decider,
  type Direction,
  DomainError,
  type EventDefinitions,
  type Instant,
  knowsTime,
  type ProblemTitle,
  type SubjectKind,
  type Uuid,
  type When,
} from '#event-sourcing';

export const processes = ['accountOpening', 'trading', 'settlement', 'complaint', 'advice', 'campaign', 'other'] as const;
export type Process = (typeof processes)[number];

/** What one outreach campaign says of the contact, as its source states it. */
export interface Campaign {
  /** Which contact of this campaign with this client it was, from 1. */
  attempt?: number;
  /** Whole days since the last contact of an earlier campaign. */
  daysSincePrevious?: number;
  previousContacts?: number;
  previousOutcome?: string;
  accepted?: boolean;
}

export interface ContactDetails {
  channel: ClientChannel;
  direction: Direction;
  /** Sent by a machine: an acknowledgement, but never a human response. */
  automated: boolean;
  startedAt: When;
  durationSec?: number;
  /** The device or line, where the source tells it apart, e.g. `cellular`. */
  medium?: string;
  process?: Process;
  purpose?: string;
  summary?: string;
  campaign?: Campaign;
}

/** What an amendment may correct. Who, when recorded and to whom stay. */
export type ContactAmendment = Partial<Omit<ContactDetails, 'campaign'>>;

export type LinkTarget = { kind: SubjectKind; id: Uuid };

export type ContactEvent =
  | { type: 'ContactLogged'; data: ContactDetails & { clientId: Uuid } }
  | { type: 'ContactAmended'; data: ContactAmendment }
  /** Repeats what the contact was at linking, so that a reader of the complaint need not look elsewhere. */
  | { type: 'ContactLinked'; data: { to: LinkTarget; channel: ClientChannel; direction: Direction; automated: boolean; startedAt: When } };

const details = {
  channel: 'P1',
  direction: 'P1',
  automated: 'P1',
  startedAt: 'P1',
  durationSec: 'P1',
  medium: 'P1',
  process: 'P1',
  purpose: 'P3',
  summary: 'P3',
} as const;

export const contactEvents: EventDefinitions<ContactEvent> = {
  ContactLogged: { version: 1, fields: { clientId: 'P1', ...details, campaign: 'P2' } },
  ContactAmended: { version: 1, fields: details },
  ContactLinked: { version: 1, fields: { to: 'P1', channel: 'P1', direction: 'P1', automated: 'P1', startedAt: 'P1' } },
};

export type ContactCommand =
  | ({ type: 'LogContact'; clientId: Uuid; now: Instant; linkTo?: LinkTarget } & ContactDetails)
  | { type: 'AmendContact'; amendment: ContactAmendment; now: Instant }
  | { type: 'LinkContact'; to: LinkTarget };

export type ContactState = { status: 'none' } | { status: 'logged'; clientId: Uuid; details: ContactDetails; links: readonly LinkTarget[] };

export const contactProblems = {
  'contact-already-logged': { en: 'The contact is logged already', zh: '联系记录已存在' },
  'contact-not-logged': { en: 'There is no such contact', zh: '联系记录不存在' },
  'contact-in-the-future': { en: 'A contact cannot start in the future', zh: '联系时间不能晚于现在' },
  'contact-time-required': {
    en: 'This channel knows the time of the contact: the date alone is not enough',
    zh: '该渠道可知联系的具体时间，不能仅填日期',
  },
  'nothing-amended': { en: 'The amendment states nothing', zh: '未填写更正内容' },
  'linked-client-differs': {
    en: 'The contact and what it is linked to belong to different clients',
    zh: '联系记录与关联对象不属于同一客户',
  },
  'link-target-unclear': { en: 'Name one complaint or one request', zh: '请指明一项投诉或一项服务请求' },
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(contactProblems);

export const contactStream = (contactId: Uuid, clientId: Uuid) => ({ id: contactId, kind: 'contact', key: clientId });

export const contact: Decider<ContactState, ContactCommand, ContactEvent> = {
  kind: 'contact',
  initial: { status: 'none' },
  decide(command, state): ContactEvent[] {
    switch (command.type) {
      case 'LogContact': {
        if (state.status !== 'none') throw refusal('contact-already-logged');
        const { type: _type, now, linkTo, ...data } = command;
        notInTheFuture(data.startedAt, now);
        const logged: ContactEvent = { type: 'ContactLogged', data };
        return linkTo ? [logged, linked(linkTo, data)] : [logged];
      }
      case 'AmendContact': {
        const { details, links } = known(state);
        const stated = Object.entries(command.amendment).filter(([, value]) => value !== undefined);
        if (stated.length === 0) throw refusal('nothing-amended');
        if (command.amendment.startedAt) notInTheFuture(command.amendment.startedAt, command.now);
        const current = details as unknown as Record<string, unknown>;
        const changed = stated.filter(([name, value]) => JSON.stringify(current[name]) !== JSON.stringify(value));
        if (changed.length === 0) return [];
        const amended: ContactAmendment = Object.fromEntries(changed);
        const { channel } = { ...details, ...amended };
        if (amended.startedAt?.precision === 'day' && knowsTime(channel)) throw refusal('contact-time-required', ['/startedAt']);
        const restated = changed.some(([name]) => COPIED_INTO_LINKS.has(name)) ? links : [];
        return [{ type: 'ContactAmended', data: amended }, ...restated.map((link) => linked(link, { ...details, ...amended }))];
      }
      case 'LinkContact': {
        const { links, details } = known(state);
        if (links.some((link) => link.kind === command.to.kind && link.id === command.to.id)) return [];
        return [linked(command.to, details)];
      }
    }
  },
  evolve(state, event): ContactState {
    if (event.type === 'ContactLogged') {
      const { clientId, ...details } = event.data;
      return { status: 'logged', clientId, details, links: [] };
    }
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'ContactAmended':
        return { ...state, details: { ...state.details, ...event.data } };
      case 'ContactLinked':
        return { ...state, links: [...state.links.filter((link) => link.id !== event.data.to.id), event.data.to] };
    }
  },
};

function known(state: ContactState): Extract<ContactState, { status: 'logged' }> {
  if (state.status === 'none') throw refusal('contact-not-logged');
  return state;
}

function notInTheFuture(when: When, now: Instant): void {
  if (when.at > now) throw refusal('contact-in-the-future', ['/startedAt']);
}

// A link repeats these, so an amendment of one is followed by the links as they are now.
const COPIED_INTO_LINKS = new Set<string>(['channel', 'direction', 'automated', 'startedAt'] satisfies (keyof ContactDetails)[]);

const linked = (to: LinkTarget, { channel, direction, automated, startedAt }: ContactDetails): ContactEvent => ({
  type: 'ContactLinked',
  data: { to, channel, direction, automated, startedAt },
});
