import { type Decider, DomainError, type Instant, type Language, type StaffId, type Uuid } from '#event-sourcing';
import { type AcknowledgementEvent, type DeliveryChannel, type DeliveryEvent, handbookProblems } from './handbook-events.js';

const refusal = DomainError.of(handbookProblems);

export type AcknowledgementCommand = { type: 'AcknowledgeEdition'; edition: number; staffId: StaffId; acknowledgedAt: Instant };

/** One person has read one edition, or not yet. */
export const acknowledgement: Decider<{ acknowledged: boolean }, AcknowledgementCommand, AcknowledgementEvent> = {
  kind: 'handbook-acknowledgement',
  initial: { acknowledged: false },
  decide({ type: _type, ...data }, { acknowledged }): AcknowledgementEvent[] {
    return acknowledged ? [] : [{ type: 'HandbookAcknowledged', data }];
  },
  evolve: () => ({ acknowledged: true }),
};

export type DeliveryCommand = {
  type: 'DeliverEdition';
  clientId: Uuid;
  edition: number;
  channel: DeliveryChannel;
  language: Language;
  deliveredAt: Instant;
  now: Instant;
};

type Delivered = DeliveryEvent['data'];

/** What editions one client was given, when and how. */
export const deliveries: Decider<readonly Delivered[], DeliveryCommand, DeliveryEvent> = {
  kind: 'handbook-deliveries',
  initial: [],
  decide({ type: _type, now, ...data }, delivered): DeliveryEvent[] {
    if (data.deliveredAt > now) throw refusal('delivery-in-the-future', ['/deliveredAt']);
    const isSame = (other: Delivered): boolean =>
      other.edition === data.edition &&
      other.channel === data.channel &&
      other.language === data.language &&
      other.deliveredAt === data.deliveredAt;
    return delivered.some(isSame) ? [] : [{ type: 'HandbookDelivered', data }];
  },
  evolve: (delivered, { data }) => [...delivered, data],
};
