import type { EventDefinitions, Instant, LocalDate, Money, StaffId, Uuid, When } from '#event-sourcing';

export const partyKinds = ['person', 'organisation'] as const;
export type PartyKind = (typeof partyKinds)[number];

export const accountRoles = ['owner', 'disponent'] as const;
/** Owners hold the account, disponents may act on it; only owners count for tiers. */
export type AccountRole = (typeof accountRoles)[number];

export const riskPreferences = ['conservative', 'cautious', 'balanced', 'growth', 'aggressive'] as const;
export type RiskPreference = (typeof riskPreferences)[number];

export const sexes = ['female', 'male', 'other'] as const;
export const ageBands = ['under18', '18to24', '25to34', '35to44', '45to54', '55to64', '65to74', '75plus'] as const;
export const liquidityNeeds = ['low', 'medium', 'high'] as const;
export const acquisitionSources = ['branch', 'referral', 'web', 'app', 'campaign', 'import', 'complaint', 'other'] as const;
export const reachableChannels = ['phone', 'email', 'weChat', 'letter'] as const;

export interface Identity {
  /** A person's full name, or an organisation's registered one. */
  name?: string;
  idNumber?: string;
  birthDate?: LocalDate;
}

/** Where the client lives or belongs; segments along external attributes. */
export interface ExternalProfile {
  region?: string;
  postalCode?: string;
  organisation?: string;
}

export interface InternalProfile {
  ageBand?: (typeof ageBands)[number];
  sex?: (typeof sexes)[number];
  occupation?: string;
  incomeBand?: string;
  maritalStatus?: string;
  education?: string;
  /** Average yearly balance as the client's bank states it. */
  averageBalance?: Money;
  credit?: { inDefault?: boolean; housingLoan?: boolean; personalLoan?: boolean };
}

export interface Profile {
  external?: ExternalProfile;
  internal?: InternalProfile;
  riskPreference?: RiskPreference;
}

export interface Needs {
  goals?: string;
  horizonMonths?: number;
  liquidity?: (typeof liquidityNeeds)[number];
  instruments?: readonly string[];
  preferences?: string;
}

export interface Reachable {
  channel: (typeof reachableChannels)[number];
  address: string;
}

export interface AccountLink {
  accountId: string;
  role: AccountRole;
  /** When the account was opened, where the source says so. */
  opened?: When;
}

export type ClientEvent =
  | {
      type: 'ClientRegistered';
      data: {
        /** Unique in the firm; reserved at registration. */
        clientNo: string;
        party: PartyKind;
        identity: Identity;
        reachableAt: readonly Reachable[];
        branchId: string;
        acquisitionSource: (typeof acquisitionSources)[number];
        /** A prospect whose identity is not established yet; merged later. */
        provisional: boolean;
      };
    }
  /** Holds the members that changed; a member that is absent stays as it was. */
  | { type: 'ClientProfileUpdated'; data: Profile }
  | { type: 'ClientNeedsRecorded'; data: Needs }
  | { type: 'AccountLinked'; data: AccountLink }
  | { type: 'AccountUnlinked'; data: { accountId: string } }
  | { type: 'ClientClosed'; data: { closedAt: Instant; closedBy: StaffId } }
  /** The closing was a mistake; the client is what it was before. */
  | { type: 'ClientReopened'; data: { status: 'prospect' | 'active'; reopenedBy: StaffId; reason: string } };

export const clientEvents: EventDefinitions<ClientEvent> = {
  ClientRegistered: {
    version: 1,
    fields: {
      clientNo: 'P1',
      party: 'P1',
      identity: { name: 'P2', idNumber: 'P3', birthDate: 'P3' },
      reachableAt: 'P2',
      branchId: 'P1',
      acquisitionSource: 'P1',
      provisional: 'P1',
    },
  },
  ClientProfileUpdated: {
    version: 1,
    fields: {
      external: { region: 'P2', postalCode: 'P2', organisation: 'P2' },
      internal: {
        ageBand: 'P2',
        sex: 'P2',
        occupation: 'P2',
        incomeBand: 'P2',
        maritalStatus: 'P2',
        education: 'P2',
        averageBalance: 'P2',
        credit: { inDefault: 'P2', housingLoan: 'P2', personalLoan: 'P2' },
      },
      riskPreference: 'P2',
    },
  },
  ClientNeedsRecorded: {
    version: 1,
    fields: { goals: 'P3', horizonMonths: 'P2', liquidity: 'P2', instruments: 'P2', preferences: 'P3' },
  },
  AccountLinked: { version: 1, fields: { accountId: 'P1', role: 'P1', opened: 'P1' } },
  AccountUnlinked: { version: 1, fields: { accountId: 'P1' } },
  ClientClosed: { version: 1, fields: { closedAt: 'P1', closedBy: 'P1' } },
  ClientReopened: { version: 1, fields: { status: 'P1', reopenedBy: 'P1', reason: 'P3' } },
};

/** The stream of a client has the client's own id. */
export const clientStream = (clientId: Uuid) => ({ id: clientId, kind: 'client', key: clientId });
