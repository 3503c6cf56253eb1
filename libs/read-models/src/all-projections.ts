import type { EventRegistry } from '#event-sourcing';
import type { ClientKeys, MasterKeys } from '#privacy';
import { localDates } from './local-dates.js';
import type { Projection } from '#projections';
import { accountFacts } from './accounts/account-facts.js';
import { caseFacts } from './cases/case-facts.js';
import { calendars } from './handbook/calendars.js';
import { clientAttributes } from './segments/client-attributes.js';
import { clientContacts } from './contacts/client-contacts.js';
import { clientFiles } from './clients/client-files.js';
import { commitments } from './commitments/commitments.js';
import { complaints } from './complaints/complaints.js';
import { handbook } from './handbook/handbook.js';
import { handbookReaders, staffSeen } from './handbook/handbook-readers.js';
import { followUps } from './contacts/follow-ups.js';
import { relationships } from './clients/relationships.js';
import { requests } from './requests/requests.js';
import { tierStandings } from './tiers/tier-standings.js';
import { riskProfiles } from './clients/risk-profiles.js';
import { segments } from './segments/segments.js';
import { tierHistory } from './tiers/tier-history.js';
import { tierRules } from './tiers/tier-rules.js';
import { timeline } from './timeline/timeline.js';

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
