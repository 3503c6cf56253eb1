import { type AccountEvent, accountStream } from '#back-office';
import { type ClientEvent, clientStream } from '#clients';
import { type ComplaintEvent, complaintStream } from '#complaints';
import { type ContactEvent, contactStream } from '#contacts';
import { type DomainEvent, instant, type LocalDate, newId, type StreamRef, type Uuid } from '#event-sourcing';
import {
  type CommitmentEvent,
  commitmentStream,
  type RequestEvent,
  requestStream,
  type ServicePromise,
  type SubjectRef,
  withDefaults,
} from '#service-levels';
import { type TierEvent, tierStream } from '#tiers';

/** What a command appends to a stream. */
export interface Step {
  stream: StreamRef;
  events: readonly DomainEvent[];
}

/** For the reader of the benchmark: shares of the events of `lifeOf`. */
export const MIXTURE =
  'of 100 events some 40 are of accounts, 24 of contacts, 12 of commitments, 10 of tiers, 7 of requests, 5 of clients, 2 of complaints';

const SOURCE = 'core';
const BRANCH = 'sh-01';
const MONTHS = 12;
const TRADES = 3;
const CONTACTS = 8;
const AMENDED = 2;
const COMPLAINS_EACH = 5;
const AT = '2026-03-11T01:00:00.000Z';
const LATER = '2026-03-11T03:00:00.000Z';
const DAY = '2026-03-11';

const cny = (amountMinor: number) => ({ amountMinor, currency: 'CNY' });
const dayOf = (month: number): LocalDate => `2025-${String(month + 1).padStart(2, '0')}-28`;
const promise = withDefaults({
  id: 'resolution',
  metric: 'resolution',
  calendar: 'DESK',
  target: { kind: 'businessMinutes', minutes: 240 },
  warnings: [50],
} satisfies ServicePromise);

/** A client's year, a command a step: what a broker's client, their account, and those who look after them leave in the log. */
export function lifeOf(nth: number): Step[] {
  const clientId = newId();
  const accountId = accountIdOf(nth);
  const months = Array.from({ length: MONTHS }, (_, month) => month);
  const contacts = Array.from({ length: CONTACTS }, (_, contact) => contactOf(clientId, contact < AMENDED));
  const cases = [requestOf(clientId), ...(nth % COMPLAINS_EACH === 0 ? [complaintOf(clientId)] : [])];
  const account = (...events: AccountEvent[]): Step => ({ stream: accountStream(clientId, accountId), events });
  return [
    registrationOf(nth, clientId),
    account({ type: 'AccountOpened', data: { accountId, source: SOURCE, openedOn: '2025-01-02', currency: 'CNY' } }),
    { stream: tierStream(clientId), events: [tierInitialised] },
    ...months.map((month) => account(assetsOf(nth, accountId, month))),
    ...Array.from({ length: TRADES }, (_, trade) => account(tradeOf(accountId, trade))),
    account(movementOf(accountId)),
    ...contacts.flat(),
    ...cases.flat(),
    ...[3, 6, 9].map((month): Step => ({ stream: tierStream(clientId), events: [evaluatedOn(dayOf(month))] })),
  ];
}

const accountIdOf = (nth: number): string => `A-${nth}`;

/** A client who owns an account of their own. */
export function registrationOf(nth: number, clientId = newId()): Step {
  const data: Extract<ClientEvent, { type: 'ClientRegistered' }>['data'] = {
    clientNo: `M-${nth}`,
    party: 'person',
    identity: { name: '王芳' },
    reachableAt: [],
    branchId: BRANCH,
    acquisitionSource: 'branch',
    provisional: false,
  };
  const events: ClientEvent[] = [
    { type: 'ClientRegistered', data },
    { type: 'AccountLinked', data: { accountId: accountIdOf(nth), role: 'owner' } },
  ];
  return { stream: clientStream(clientId), events };
}

const assetsOf = (nth: number, accountId: string, month: number): AccountEvent => ({
  type: 'AssetsObserved',
  data: { accountId, source: SOURCE, on: dayOf(month), total: cny(1_000_000 + nth * 1_000 + month), cash: cny(250_000) },
});

const tradeOf = (accountId: string, trade: number): AccountEvent => ({
  type: 'TurnoverObserved',
  data: {
    source: SOURCE,
    accountId,
    tradeId: `T-${trade}`,
    kind: 'trade',
    on: dayOf(trade),
    state: 'booked',
    side: 'buy',
    instrument: { instrumentId: '600519', instrumentClass: 'equity' },
    quantityMillionths: 100_000_000,
    gross: cny(1_500_000),
    commission: cny(1_500),
    passedOn: cny(300),
  },
});

const movementOf = (accountId: string): AccountEvent => ({
  type: 'MovementObserved',
  data: {
    accountId,
    source: SOURCE,
    movementId: 'M-1',
    on: dayOf(1),
    kind: 'cash',
    direction: 'in',
    amount: cny(500_000),
    state: 'booked',
  },
});

function contactOf(clientId: Uuid, amended: boolean): Step[] {
  const stream = contactStream(newId(), clientId);
  const about = { channel: 'phone', direction: 'inbound', automated: false, startedAt: instant(AT), durationSec: 240 } as const;
  const summary = 'Wants the fee schedule of the balanced fund and a call back next week.';
  const logged: ContactEvent = { type: 'ContactLogged', data: { clientId, ...about, process: 'advice', summary } };
  const amendment: ContactEvent = { type: 'ContactAmended', data: { durationSec: 300, summary } };
  return [{ stream, events: [logged] }, ...(amended ? [{ stream, events: [amendment] }] : [])];
}

function requestOf(clientId: Uuid): Step[] {
  const stream = requestStream(newId(), clientId);
  const about = { process: 'settlement', channel: 'phone', severity: 'normal', subject: 'A transfer that has not come' } as const;
  const acts: RequestEvent[] = [
    { type: 'RequestReceived', data: { clientId, receivedAt: instant(AT), ...about } },
    { type: 'RequestStarted', data: { at: instant(AT), cycle: 1 } },
    { type: 'RequestCompleted', data: { at: instant(LATER), cycle: 1 } },
  ];
  const subject = { kind: 'request', id: stream.id } as const;
  return caseOf(
    stream,
    acts,
    ['resolution', 'reply'].map((kind) => commitmentOf(clientId, subject, 'settlement', kind, [])),
  );
}

function complaintOf(clientId: Uuid): Step[] {
  const stream = complaintStream(newId(), clientId);
  const acts: ComplaintEvent[] = [
    {
      type: 'ComplaintRegistered',
      data: {
        clientId,
        receivedAt: instant(AT),
        channel: 'phone',
        subject: { product: 'fund' },
        allegation: 'Was told of no fee.',
        staffInvolved: [],
      },
    },
    { type: 'ComplaintAcknowledged', data: { acknowledgedAt: instant(AT), acknowledgedBy: 's-1', automated: false } },
    { type: 'FinalResponseSent', data: { sentAt: instant(LATER), cycle: 1, resolution: 'explanation', outcome: 'rejected' } },
    { type: 'ComplaintClosed', data: { closedAt: instant(LATER), cycle: 1, basis: 'finalResponse' } },
  ];
  const subject = { kind: 'complaint', id: stream.id } as const;
  const warned: CommitmentEvent = { type: 'WarningReached', data: { percent: 50, at: LATER, detectedAt: LATER } };
  return caseOf(
    stream,
    acts,
    ['resolution', 'reply'].map((kind) => commitmentOf(clientId, subject, 'complaint', kind, [warned])),
  );
}

/** Its first act, the commitments that it begins, the other acts, and what becomes of the commitments. */
function caseOf(stream: StreamRef, [first, ...acts]: readonly DomainEvent[], commitments: readonly Step[]): Step[] {
  const each = (nth: number): Step[] =>
    commitments.flatMap((one) => (one.events[nth] ? [{ stream: one.stream, events: [one.events[nth]] }] : []));
  return [{ stream, events: [first!] }, ...each(0), ...acts.map((act) => ({ stream, events: [act] })), ...each(1), ...each(2)];
}

function commitmentOf(clientId: Uuid, subject: SubjectRef, process: string, kind: string, between: readonly CommitmentEvent[]): Step {
  const started: CommitmentEvent = {
    type: 'CommitmentStarted',
    data: {
      clientId,
      subject,
      process,
      channel: 'phone',
      severity: 'normal',
      metric: 'resolution',
      class: 'service',
      promise,
      edition: 1,
      cycle: 1,
      calendar: 'DESK',
      calendarVersion: 1,
      tierUsed: 'STANDARD',
      target: promise.target,
      startedAt: AT,
      startedBy: 's-1',
      startDate: DAY,
      deadlineAt: '2026-03-11T07:00:00.000Z',
      dueDate: DAY,
      provisional: false,
    },
  };
  const measured = { accruedMinutes: 120, pausedMinutes: 0, elapsedMinutes: 120 };
  const met: CommitmentEvent = { type: 'CommitmentMet', data: { stoppedAt: LATER, deadlineAt: '2026-03-11T07:00:00.000Z', ...measured } };
  return { stream: commitmentStream(subject.id, clientId, kind, 1), events: [started, ...between, met] };
}

const tierInitialised: TierEvent = { type: 'TierInitialised', data: { tier: 'STANDARD', effectiveFrom: '2025-01-02', basis: 'opened' } };

const evaluatedOn = (on: LocalDate): TierEvent => ({
  type: 'TierEvaluated',
  data: {
    on,
    ruleVersion: 'r-1',
    current: 'STANDARD',
    candidate: 'STANDARD',
    retained: true,
    tier: 'STANDARD',
    strikes: 0,
    promotedFrom: null,
    inputs: {
      currency: 'CNY',
      windowFrom: '2025-01-02',
      ada: { numerator: '1000000', denominator: '1' },
      adaMinor: 1_000_000,
      commissionFrom: '2025-01-02',
      netCommission: { numerator: '3600', denominator: '1' },
      netCommissionMinor: 3_600,
      accounts: 1,
      facts: 4,
    },
    knownTo: 1,
  },
});
