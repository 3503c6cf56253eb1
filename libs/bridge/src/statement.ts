import { type BackOfficeMessage, checkMessage, dayOf, type MessageFaultCode, type SpeakingFault } from '#back-office';
import { derivedId, FIRM_ROOT, type LocalDate, newId, type Uuid } from '#event-sourcing';
import { type Adapter, NEXT_VERSION, type RefusalCode } from './adapters/index.js';
import type { MessageDigests } from './message-digests.js';

export const channels = ['http', 'kafka', 'file'] as const;
/** What came, from where. `deliveryId`: of the request, the batch or the file. */
export interface Delivery {
  channel: (typeof channels)[number];
  deliveryId: Uuid;
  adapter: Adapter;
  /** Whom an unreadable message is put down to. */
  source: string;
  /** Who says so: the subject of the token, or what the record names as its source. */
  speaker?: string;
}

/** One statement as it goes into the inbox: readable, or parked with the reason why not. */
export interface Statement {
  messageId: Uuid;
  source: string;
  record: string;
  version: number;
  message?: BackOfficeMessage;
  refusal?: { code: MessageFaultCode | RefusalCode | SpeakingFault; pointer: string };
  lane: string;
  raw: Uint8Array;
  /** Digests of the bytes as they came, and of the message, with a key. */
  rawSha256: string;
  ordinal: number;
  contentSha256: string;
  /** Its source numbers no versions: the inbox finds which one it is. */
  unnumbered?: true;
  /** Whose key the raw bytes are kept under. */
  keySubject: Uuid;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,63}$/;
const RECORD = /^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,127}$/;

/** What is applied one after the other: the facts of an account, of a client named by number, or of a source as a whole. */
export const laneOf = ({ source, accountId, clientNo }: Pick<BackOfficeMessage, 'source' | 'accountId' | 'clientNo'>): string =>
  accountId !== undefined ? `account|${accountId}` : clientNo !== undefined ? `client|${clientNo}` : `source|${source}`;

/** Whose key what a source says is kept under: that of an account or a client there, so that it can be erased alone; else the source's. */
export const keySubjectOf = (source: string, { accountId, clientNo }: { accountId?: string; clientNo?: string }): Uuid =>
  derivedId(FIRM_ROOT, `back-office-raw|${source}|${accountId ?? (clientNo === undefined ? '' : `client|${clientNo}`)}`);

/** The standard format's check of what an adapter states; without a version of its own it is read as this one. */
export function checkStated(
  stated: unknown,
  today: LocalDate,
  version = 1,
  taken = false,
): ReturnType<typeof checkMessage> & { unnumbered?: true } {
  const unnumbered = (stated as { version?: unknown } | null)?.version === NEXT_VERSION;
  if (!unnumbered) return checkMessage(stated, today, taken);
  const checked = checkMessage({ ...(stated as object), version }, today, taken);
  return checked.message ? { message: inVersion(checked.message, version), unnumbered } : checked;
}

/** The statement as this version of its record. */
export function inVersion(message: BackOfficeMessage, version: number): BackOfficeMessage {
  if (message.kind !== 'tradeBooked' || version === 1) return { ...message, version };
  return { ...message, version, kind: 'tradeCorrected' };
}

/** Every statement of some bytes, by their source's adapter and the standard format's check. At least one, be it a refusal. */
export function statementsOf(raw: Uint8Array, delivery: Delivery, today: LocalDate, digests: MessageDigests): Statement[] {
  const rawSha256 = digests.ofBytes(raw);
  const translated = delivery.adapter.translate(raw);
  if ('refused' in translated) return [refused(raw, rawSha256, 0, {}, translated.refused, delivery)];
  return translated.statements.map((stated, ordinal) => {
    const { message, faults, unnumbered } = checkStated(stated, today);
    if (!message) return refused(raw, rawSha256, ordinal, stated, faults[0]!, delivery);
    const { source, record, version } = message;
    return {
      messageId: newId(),
      source,
      record,
      version,
      message,
      lane: laneOf(message),
      raw,
      rawSha256,
      ordinal,
      contentSha256: digests.ofMessage(message),
      ...(unnumbered && { unnumbered }),
      keySubject: keySubjectOf(source, message),
    };
  });
}

/** What can be told of a message that is not in order: only what has the published form, since the rest may be anything. */
function refused(
  raw: Uint8Array,
  rawSha256: string,
  ordinal: number,
  stated: unknown,
  refusal: NonNullable<Statement['refusal']>,
  delivery: Delivery,
): Statement {
  const told = (typeof stated === 'object' && stated !== null ? stated : {}) as Record<string, unknown>;
  const named = (value: unknown, form: RegExp, otherwise: string): string =>
    typeof value === 'string' && form.test(value) ? value : otherwise;
  const source = named(told['source'], NAME, delivery.source);
  const accountId = named(told['accountId'], NAME, '') || undefined;
  const clientNo = named(told['clientNo'], NAME, '') || undefined;
  const { version } = told;
  return {
    messageId: newId(),
    source,
    record: named(told['record'], RECORD, `digest:${rawSha256}`),
    version: Number.isInteger(version) && (version as number) >= 1 && (version as number) < 2 ** 31 ? (version as number) : 1,
    refusal,
    lane: `source|${source}`,
    raw,
    rawSha256,
    ordinal,
    contentSha256: rawSha256,
    keySubject: keySubjectOf(source, { accountId, clientNo }),
  };
}

/** The day and the amount by which a statement is counted and compared. */
export function countedOf(message: BackOfficeMessage | undefined): {
  on: LocalDate | null;
  amountMinor: number | null;
  currency: string | null;
} {
  if (!message) return { on: null, amountMinor: null, currency: null };
  const amount = amountOf(message);
  return { on: dayOf(message), amountMinor: amount?.amountMinor ?? null, currency: amount?.currency ?? null };
}

function amountOf(message: BackOfficeMessage): { amountMinor: number; currency: string } | undefined {
  switch (message.kind) {
    case 'assetsObserved':
      return message.data.total;
    case 'tradeBooked':
    case 'tradeCorrected':
    case 'tradeCancelled':
      return message.data.gross;
    case 'cashMoved':
    case 'securitiesMoved':
      return message.data.amount;
    case 'accountOpened':
    case 'accountClosed':
    case 'accountStatusChanged':
    case 'riskResult':
    case 'feeSchedule':
    case 'outageDeclared':
    case 'exchangeRate':
    case 'dayCompleted':
    case 'sourceEnded':
      return undefined;
  }
}
