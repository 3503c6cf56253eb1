import { type Decider, DomainError, type Instant, type ProblemTitle, type StaffId } from '#event-sourcing';
import type { AccountLink, AccountRole, ClientEvent, Needs, Profile, RiskPreference } from './client-events.js';

export type ClientCommand =
  | ({ type: 'RegisterClient' } & Extract<ClientEvent, { type: 'ClientRegistered' }>['data'] & { profile?: Profile })
  | { type: 'UpdateProfile'; profile: Profile }
  | { type: 'RecordNeeds'; needs: Needs }
  | { type: 'RecordRiskPreference'; riskPreference: RiskPreference }
  | { type: 'LinkAccount'; link: AccountLink }
  | { type: 'UnlinkAccount'; accountId: string }
  | { type: 'CloseClient'; closedAt: Instant; closedBy: StaffId; registeredAt?: Instant }
  | { type: 'ReopenClient'; reopenedBy: StaffId; reason: string };

export const clientStatuses = ['prospect', 'active', 'closed'] as const;

export type OpenStatus = Exclude<(typeof clientStatuses)[number], 'closed'>;

export type ClientState =
  | { status: 'unregistered' }
  | {
      status: (typeof clientStatuses)[number];
      branchId: string;
      profile: Profile;
      needs?: Needs;
      accounts: ReadonlyMap<string, AccountRole>;
      /** Of one that is closed: what it was before. */
      before?: OpenStatus;
    };

export const clientProblems = {
  'client-already-registered': { en: 'The client is registered already', zh: '客户已登记' },
  'client-not-registered': { en: 'There is no such client', zh: '客户不存在' },
  'client-closed': { en: 'The client is closed', zh: '客户已销户' },
  'client-number-taken': { en: 'The client number belongs to another client', zh: '客户编号已被使用' },
  'identity-missing': { en: 'A client that is not provisional needs a name', zh: '非临时客户必须有姓名' },
  'nothing-stated': { en: 'The command states nothing to record', zh: '未填写任何内容' },
  'account-held-by-another': { en: 'Another client holds the account', zh: '该账户由其他客户持有' },
  'account-linked-in-another-role': { en: 'The account is linked in another role', zh: '账户已以其他身份关联' },
  'account-not-linked': { en: 'The account is not linked to this client', zh: '账户未关联该客户' },
  'client-not-closed': { en: 'The client is not closed', zh: '客户未销户' },
  'client-closed-before-registered': { en: 'A client is closed after it was registered', zh: '销户时间不能早于登记时间' },
  'accounts-still-linked': { en: 'A client with linked accounts cannot be closed', zh: '仍有关联账户，不能销户' },
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(clientProblems);

type Known = Exclude<ClientState, { status: 'unregistered' }>;

export const client: Decider<ClientState, ClientCommand, ClientEvent> = {
  kind: 'client',
  initial: { status: 'unregistered' },
  decide(command, state): ClientEvent[] {
    switch (command.type) {
      case 'RegisterClient': {
        if (state.status !== 'unregistered') throw refusal('client-already-registered');
        const { type: _type, profile, ...data } = command;
        if (!data.provisional && !data.identity.name) throw refusal('identity-missing', ['/identity/name']);
        const registered: ClientEvent = { type: 'ClientRegistered', data };
        return profile && changes({}, profile) ? [registered, { type: 'ClientProfileUpdated', data: profile }] : [registered];
      }
      case 'UpdateProfile':
        return profileUpdate(open(state), command.profile);
      case 'RecordRiskPreference':
        return profileUpdate(open(state), { riskPreference: command.riskPreference });
      case 'RecordNeeds': {
        const { needs } = open(state);
        if (Object.keys(command.needs).length === 0) throw refusal('nothing-stated');
        return same(needs, command.needs) ? [] : [{ type: 'ClientNeedsRecorded', data: command.needs }];
      }
      case 'LinkAccount': {
        const linked = open(state).accounts.get(command.link.accountId);
        if (linked === command.link.role) return []; // a repeat changes nothing
        if (linked) throw refusal('account-linked-in-another-role', ['/accountId']);
        return [{ type: 'AccountLinked', data: command.link }];
      }
      case 'UnlinkAccount':
        if (!open(state).accounts.has(command.accountId)) throw refusal('account-not-linked', ['/accountId']);
        return [{ type: 'AccountUnlinked', data: { accountId: command.accountId } }];
      case 'CloseClient':
        if (state.status === 'closed') return [];
        if (open(state).accounts.size > 0) throw refusal('accounts-still-linked');
        if (command.closedAt < (command.registeredAt ?? '')) throw refusal('client-closed-before-registered', ['/occurredAt']);
        return [{ type: 'ClientClosed', data: { closedAt: command.closedAt, closedBy: command.closedBy } }];
      case 'ReopenClient':
        if (state.status === 'unregistered') throw refusal('client-not-registered');
        if (state.status !== 'closed') throw refusal('client-not-closed');
        return [
          {
            type: 'ClientReopened',
            data: { status: state.before ?? 'prospect', reopenedBy: command.reopenedBy, reason: command.reason },
          },
        ];
    }
  },
  evolve(state, event): ClientState {
    if (event.type === 'ClientRegistered') {
      return { status: 'prospect', branchId: event.data.branchId, profile: {}, accounts: new Map() };
    }
    if (state.status === 'unregistered') return state;
    switch (event.type) {
      case 'ClientProfileUpdated':
        return { ...state, profile: mergedProfile(state.profile, event.data) };
      case 'ClientNeedsRecorded':
        return { ...state, needs: event.data };
      case 'AccountLinked':
        return { ...state, status: 'active', accounts: new Map(state.accounts).set(event.data.accountId, event.data.role) };
      case 'AccountUnlinked':
        return { ...state, accounts: new Map([...state.accounts].filter(([id]) => id !== event.data.accountId)) };
      case 'ClientClosed':
        return { ...state, status: 'closed', ...(state.status !== 'closed' && { before: state.status }) };
      case 'ClientReopened': {
        const { before: _before, ...rest } = state;
        return { ...rest, status: event.data.status };
      }
    }
  },
};

function open(state: ClientState): Known {
  if (state.status === 'unregistered') throw refusal('client-not-registered');
  if (state.status === 'closed') throw refusal('client-closed');
  return state;
}

function profileUpdate(state: Known, stated: Profile): ClientEvent[] {
  if (!changes({}, stated)) throw refusal('nothing-stated');
  return changes(state.profile, stated) ? [{ type: 'ClientProfileUpdated', data: stated }] : [];
}

/** What is stated replaces its member; what is not stays. */
export const mergedProfile = (current: Profile, stated: Profile): Profile => ({
  ...current,
  ...stated,
  ...((current.external ?? stated.external) && { external: { ...current.external, ...stated.external } }),
  ...((current.internal ?? stated.internal) && {
    internal: {
      ...current.internal,
      ...stated.internal,
      ...((current.internal?.credit ?? stated.internal?.credit) && { credit: { ...current.internal?.credit, ...stated.internal?.credit } }),
    },
  }),
});

const changes = (current: Profile, stated: Profile): boolean => !same(mergedProfile(current, {}), mergedProfile(current, stated));

/** Equality of JSON values whatever the order of members; an absent member equals an empty one. */
const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return JSON.stringify(value) ?? '';
  const members = Object.entries(value).map(([name, member]) => [name, canonical(member)] as const);
  const stated = members.filter(([, text]) => text !== '').sort(([a], [b]) => (a < b ? -1 : 1));
  return stated.length === 0 ? '' : JSON.stringify(stated);
}
