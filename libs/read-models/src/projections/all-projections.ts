import { type EventRegistry, toLocalDate } from '#event-sourcing';
import type { ClientKeys, MasterKeys } from '#privacy';
import type { Projection } from '../runner/projection.js';
import { accountFacts } from './account-facts.js';
import { caseFacts } from './case-facts.js';
import { calendars } from './calendars.js';
import { clientAttributes } from './client-attributes.js';
import { clientContacts } from './client-contacts.js';
import { clientFiles } from './client-files.js';
import { commitments } from './commitments.js';
import { complaints } from './complaints.js';
import { handbook } from './handbook.js';
import { handbookReaders, staffSeen } from './handbook-readers.js';
import { followUps } from './follow-ups.js';
import { relationships } from './relationships.js';
import { requests } from './requests.js';
import { tierStandings } from './tier-standings.js';
import { riskProfiles } from './risk-profiles.js';
import { segments } from './segments.js';
import { tierHistory } from './tier-history.js';
import { tierRules } from './tier-rules.js';
import { timeline } from './timeline.js';

export interface ProjectionParts {
  registry: EventRegistry;
  keys: ClientKeys;
  master: MasterKeys;
  /** IANA zone in which the firm's local dates are told. */
  firmZone: string;
}

/** Every read model of the product. */
export const allProjections = ({ registry, keys, master, firmZone }: ProjectionParts): readonly Projection[] => [
  clientFiles(keys, master),
  timeline(registry),
  tierHistory(),
  complaints((at) => toLocalDate(at, firmZone)),
  followUps(),
  riskProfiles(),
  clientAttributes(keys, master),
  segments(master),
  clientContacts((at) => toLocalDate(at, firmZone)),
  requests((at) => toLocalDate(at, firmZone)),
  caseFacts(),
  commitments(),
  calendars(),
  handbook(),
  handbookReaders(),
  accountFacts((at) => toLocalDate(at, firmZone)),
  tierStandings(),
  relationships(),
  tierRules(),
  staffSeen(registry),
];
