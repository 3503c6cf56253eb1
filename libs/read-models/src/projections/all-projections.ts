import type { EventRegistry } from '#event-sourcing';
import type { ClientKeys, MasterKeys } from '#privacy';
import { localDates } from '../local-dates.js';
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
export function allProjections({ registry, keys, master, firmZone }: ProjectionParts): readonly Projection[] {
  const localDate = localDates(firmZone);
  return [
    clientFiles(keys, master),
    timeline(registry),
    tierHistory(),
    complaints(localDate),
    followUps(),
    riskProfiles(),
    clientAttributes(keys, master),
    segments(master),
    clientContacts(localDate),
    requests(localDate),
    caseFacts(),
    commitments(),
    calendars(),
    handbook(),
    handbookReaders(),
    accountFacts(localDate),
    tierStandings(),
    relationships(),
    tierRules(),
    staffSeen(registry),
  ];
}
