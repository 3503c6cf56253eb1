import { CURRENCY_PATTERN, movementDirections, riskLevels, tradeSides } from '#event-sourcing';
import { accountStatuses, movementStates, turnoverKinds } from './account-events.js';
import { type MessageKind } from './messages.js';

/** What a value of a message must be. One description: the check and the published JSON Schema are both made from it. */
export type Shape =
  | { is: 'text'; pattern: string }
  /** `past`: today or earlier in the firm's zone. */
  | { is: 'date'; past?: boolean }
  | { is: 'instant'; nullable?: boolean }
  | { is: 'flag' }
  | { is: 'whole'; min: number; max: number }
  /** Whole minor units. `signed`: below zero is a debit; not negative otherwise. */
  | { is: 'amount'; signed?: true }
  | { is: 'money'; signed?: true }
  | { is: 'oneOf'; values: readonly string[] }
  | { is: 'object'; members: Members }
  | { is: 'list'; of: Shape; max: number }
  /** Whole minor units by currency. */
  | { is: 'amounts' };

export type Members = Readonly<Record<string, Shape | { optional: Shape }>>;

export const LIST_MAX = 200;
/** A trillion of a currency with hundredths: what sums of many such amounts can still hold exactly. Totals may be larger. */
export const AMOUNT_MAX = 100_000_000_000_000;
const CODE = '^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,63}$';
const code: Shape = { is: 'text', pattern: CODE };
const currency: Shape = { is: 'text', pattern: CURRENCY_PATTERN };
const pastDate: Shape = { is: 'date', past: true };
const amount: Shape = { is: 'amount' };
const money: Shape = { is: 'money' };
const whole = (min: number, max: number = Number.MAX_SAFE_INTEGER): Shape => ({ is: 'whole', min, max });
const oneOf = (values: readonly string[]): Shape => ({ is: 'oneOf', values });
const object = (members: Members): Shape => ({ is: 'object', members });
const optional = (shape: Shape) => ({ optional: shape });

export const moneyMembers: Members = { amountMinor: amount, currency };
export const signedMoneyMembers: Members = { amountMinor: { is: 'amount', signed: true }, currency };
/** A part of a total: cash is below zero by a fee, a tax or a loan on margin, securities by what was sold short. */
const part: Shape = { is: 'money', signed: true };

const trade: Members = {
  kind: oneOf(turnoverKinds),
  on: pastDate,
  side: optional(oneOf(tradeSides)),
  instrument: optional(object({ instrumentId: code, instrumentClass: code, riskLevel: optional(whole(1, 5)) })),
  quantityMillionths: optional(whole(0)),
  gross: money,
  commission: money,
  passedOn: money,
};
const movement: Members = { on: pastDate, direction: oneOf(movementDirections), amount: money, state: oneOf(movementStates) };

export const dataShapes: Readonly<Record<MessageKind, Members>> = {
  accountOpened: { openedOn: pastDate, currency },
  accountClosed: { closedOn: pastDate },
  accountStatusChanged: { on: pastDate, status: oneOf(accountStatuses) },
  assetsObserved: { on: pastDate, total: money, securities: optional(part), cash: optional(part) },
  tradeBooked: trade,
  tradeCorrected: trade,
  tradeCancelled: trade,
  cashMoved: movement,
  securitiesMoved: movement,
  riskResult: {
    on: pastDate,
    questionnaireVersion: code,
    score: whole(0, 1_000_000),
    level: oneOf(riskLevels),
    lowestClass: { is: 'flag' },
  },
  feeSchedule: {
    schedule: code,
    effectiveFrom: { is: 'date' },
    items: {
      is: 'list',
      max: LIST_MAX,
      of: object({ instrumentClass: code, rateBasisPoints: whole(0, 10_000), minimumMinor: optional(amount), currency }),
    },
  },
  outageDeclared: { system: code, from: { is: 'instant' }, until: { is: 'instant', nullable: true } },
  exchangeRate: { on: pastDate, currency, amountMinor: whole(1), base: currency, baseMinor: whole(1) },
  dayCompleted: { on: pastDate, totals: object({ records: whole(0), assetsMinor: optional({ is: 'amounts' }) }) },
  sourceEnded: { lastDay: pastDate },
};

export const messageKinds = Object.keys(dataShapes) as MessageKind[];

/** Members of the message itself; which of them a kind needs is said beside. */
export const headShapes: Members = {
  source: code,
  record: { is: 'text', pattern: '^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,127}$' },
  version: whole(1, 2_147_483_647),
  sequence: optional(whole(1)),
  accountId: optional(code),
  clientNo: optional(code),
};
