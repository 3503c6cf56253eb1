// Words by which several contexts mean the same. None of them may import another, so each is stated once, here.

import type { StaffId } from './values.js';

/** By which a client reaches the firm, or the firm a client. */
export const clientChannels = [
  'phone',
  'email',
  'weChat',
  'publicAccount',
  'counter',
  'app',
  'web',
  'letter',
  'fax',
  'referral',
  'unknown',
] as const;
export type ClientChannel = (typeof clientChannels)[number];

/** Channels by which no more may be known than the day; of all others whoever states an act knows its time. */
const dayChannels: ReadonlySet<string> = new Set<ClientChannel>(['letter', 'fax', 'email', 'referral', 'unknown']);
export const knowsTime = (channel: string | undefined): boolean => channel !== undefined && !dayChannels.has(channel);

export const directions = ['inbound', 'outbound'] as const;
export type Direction = (typeof directions)[number];

/** Of a case, ascending. */
export const severities = ['low', 'normal', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** What a promise, a contact or an answer of a survey is about. */
export const subjectKinds = ['request', 'complaint'] as const;
export type SubjectKind = (typeof subjectKinds)[number];

/** Who was right, by the firm's own decision on a complaint. */
export const complaintOutcomes = ['upheld', 'partlyUpheld', 'rejected'] as const;
export type ComplaintOutcome = (typeof complaintOutcomes)[number];

/** What a client can bear, ascending. */
export const riskLevels = ['C1', 'C2', 'C3', 'C4', 'C5'] as const;
export type RiskLevel = (typeof riskLevels)[number];

export const tradeSides = ['buy', 'sell'] as const;
export type TradeSide = (typeof tradeSides)[number];

/** Of money or securities, as the client's account sees it. */
export const movementDirections = ['in', 'out'] as const;
export type MovementDirection = (typeof movementDirections)[number];

/** Of texts that people read. */
export const languages = ['zh', 'en'] as const;
export type Language = (typeof languages)[number];
/** The same in each of them. */
export type InEveryLanguage = Readonly<Record<Language, string>>;

/** What takes two people takes two: subjects that differ in case alone are one. */
export const samePerson = (a: StaffId | undefined, b: StaffId): boolean => a?.toLowerCase() === b.toLowerCase();
