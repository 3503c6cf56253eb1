import {
  derivedId,
  type EventDefinitions,
  firmStream,
  type Instant,
  type Language,
  type ProblemTitle,
  type StaffId,
  type StreamRef,
  type Uuid,
} from '#event-sourcing';
import type { BilingualText, HandbookEdition, ServicePromise } from '../format/format.js';
import { type FormatCode, type FormatFault, formatFaults } from '../format/format-faults.js';

export type HandbookEvent =
  | { type: 'HandbookDrafted'; data: { edition: number; handbook: HandbookEdition; draftedBy: StaffId } }
  | { type: 'HandbookApproved'; data: { edition: number; approvedBy: StaffId } }
  /** Repeats the whole edition, so that a reader of what is in force needs nothing else. */
  | { type: 'HandbookPublished'; data: { edition: number; handbook: HandbookEdition; publishedBy: StaffId } }
  /** From `at` on the edition is in force no more; what began under it stays under it. */
  | { type: 'HandbookRetired'; data: { edition: number; at: Instant; retiredBy: StaffId } }
  | {
      type: 'RegulatoryPresetSwitchedOn';
      data: {
        presetId: string;
        title: BilingualText;
        promises: readonly ServicePromise[];
        effectiveFrom: Instant;
        switchedOnBy: StaffId;
        /** What the officer confirmed, and on which text of the regulation. */
        confirmation: string;
      };
    }
  | { type: 'RegulatoryPresetSwitchedOff'; data: { presetId: string; at: Instant; switchedOffBy: StaffId; note: string } };

/** A stream for each person and edition, so that two who read at the same time do not meet. */
export type AcknowledgementEvent = {
  type: 'HandbookAcknowledged';
  data: { edition: number; staffId: StaffId; acknowledgedAt: Instant };
};

export const deliveryChannels = ['counter', 'email', 'app', 'wechat', 'letter', 'web'] as const;
export type DeliveryChannel = (typeof deliveryChannels)[number];

export type DeliveryEvent = {
  type: 'HandbookDelivered';
  data: { clientId: Uuid; edition: number; channel: DeliveryChannel; language: Language; deliveredAt: Instant };
};

export const handbookEvents: EventDefinitions<HandbookEvent> = {
  HandbookDrafted: { version: 1, fields: { edition: 'P1', handbook: 'P1', draftedBy: 'P1' } },
  HandbookApproved: { version: 1, fields: { edition: 'P1', approvedBy: 'P1' } },
  HandbookPublished: { version: 1, fields: { edition: 'P0', handbook: 'P0', publishedBy: 'P1' } },
  HandbookRetired: { version: 1, fields: { edition: 'P0', at: 'P0', retiredBy: 'P1' } },
  RegulatoryPresetSwitchedOn: {
    version: 1,
    fields: { presetId: 'P1', title: 'P1', promises: 'P1', effectiveFrom: 'P1', switchedOnBy: 'P1', confirmation: 'P1' },
  },
  RegulatoryPresetSwitchedOff: { version: 1, fields: { presetId: 'P1', at: 'P1', switchedOffBy: 'P1', note: 'P1' } },
};
export const acknowledgementEvents: EventDefinitions<AcknowledgementEvent> = {
  HandbookAcknowledged: { version: 1, fields: { edition: 'P1', staffId: 'P1', acknowledgedAt: 'P1' } },
};
export const deliveryEvents: EventDefinitions<DeliveryEvent> = {
  HandbookDelivered: { version: 1, fields: { clientId: 'P1', edition: 'P1', channel: 'P1', language: 'P1', deliveredAt: 'P1' } },
};

/** Codes of a format's fault that a well-formed edition can still be refused for. */
export const publishingFaults = [
  'calendar-missing',
  'promises-equally-specific',
  'target-never-met',
  'coverage-gap',
  'too-intricate',
] as const satisfies readonly FormatCode[];
export type PublishingFault = FormatFault<(typeof publishingFaults)[number]>;

export const handbookProblems = {
  'edition-not-drafted': { en: 'There is no such edition', zh: '手册版本不存在' },
  'edition-already-published': { en: 'The edition is published; a change is a new edition', zh: '该版本已发布，变更须另立新版' },
  'edition-not-approved': { en: 'Only an approved edition can be published', zh: '只能发布已批准的版本' },
  'edition-self-approval': { en: 'A person who drafted the edition cannot approve it', zh: '起草人不能批准该版本' },
  'edition-not-published': { en: 'The edition is not published', zh: '该版本尚未发布' },
  'edition-not-after-published': { en: 'An edition takes effect after every published one', zh: '新版本的生效时间须晚于所有已发布版本' },
  'edition-ends-before-it-starts': { en: 'An edition ends after it takes effect', zh: '版本的失效时间须晚于生效时间' },
  'edition-not-publishable': { en: 'The edition cannot be in force as it is', zh: '该版本不符合发布条件' },
  'promise-id-taken': { en: 'A promise in force at the same time has this id', zh: '同期生效的承诺已使用该编号' },
  'preset-already-on': { en: 'The regulatory preset is switched on', zh: '该监管预设已启用' },
  'preset-not-on': { en: 'The regulatory preset is not switched on', zh: '该监管预设未启用' },
  'preset-off-before-on': { en: 'A preset is switched off after it takes effect', zh: '停用时间须晚于生效时间' },
  'delivery-in-the-future': { en: 'A delivery cannot be in the future', zh: '送达时间不能晚于现在' },
  ...(Object.fromEntries(publishingFaults.map((code) => [code, formatFaults[code]])) as Record<
    (typeof publishingFaults)[number],
    ProblemTitle
  >),
} as const satisfies Record<string, ProblemTitle>;

/** The firm has one handbook; its editions and presets are one stream, for they must not contradict each other. */
export const handbookStream: StreamRef = firmStream('handbook', 'handbook');

export const acknowledgementStream = (edition: number, staffId: StaffId): StreamRef =>
  firmStream('handbook-acknowledgement', `handbook-acknowledgement|${edition}|${staffId}`);

export const deliveriesStream = (clientId: Uuid): StreamRef => ({
  id: derivedId(clientId, 'handbook-deliveries'),
  kind: 'handbook-deliveries',
  key: clientId,
});
