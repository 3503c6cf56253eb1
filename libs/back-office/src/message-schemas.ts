import { CURRENCY_PATTERN, DATE_PATTERN, INSTANT_PATTERN } from '#event-sourcing';
import {
  AMOUNT_MAX,
  dataShapes,
  headShapes,
  type Members,
  messageKinds,
  moneyMembers,
  type Shape,
  signedMoneyMembers,
} from './message-shapes.js';
import { isAccountKind, type MessageKind } from './messages.js';

/** A JSON Schema, as plain JSON. */
export type JsonSchema = { readonly [member: string]: unknown };

const NOTES: Readonly<Record<MessageKind, string>> = {
  accountOpened: 'An account was opened.',
  accountClosed: 'An account was closed.',
  accountStatusChanged: 'The status of an account changed.',
  assetsObserved:
    'End-of-day total of an account, with its parts where known; a part below zero is a debit. One record an account and day; changes alone suffice.',
  tradeBooked: 'A trade, or a charge without one. `record` is its id.',
  tradeCorrected: 'The trade `record` as it stands now, in full.',
  tradeCancelled: 'The trade `record` does not count; its last statement in full.',
  cashMoved: 'Cash came in or went out without a trade. `record` is the movement’s id.',
  securitiesMoved: 'Securities came in or went out without a trade, at their value of the day.',
  riskResult: 'Result of a risk questionnaire, of an account’s owner or of the client with this number.',
  feeSchedule: 'Fees by class of instrument. `record` stands for the schedule.',
  outageDeclared: 'A system was or is away. `record` is the outage’s id.',
  exchangeRate: 'On a day `amountMinor` of `currency` are worth `baseMinor` of `base`.',
  dayCompleted:
    'All records of the day have been sent. `totals`: records of that day as they stand, and the sum of their end-of-day totals by currency.',
  sourceEnded: 'Nothing more will come of the days after `lastDay`: nobody waits for this source any more.',
};

const amount: JsonSchema = { type: 'integer', minimum: 0, maximum: AMOUNT_MAX };
const total: JsonSchema = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

function schemaOf(shape: Shape): JsonSchema {
  switch (shape.is) {
    case 'text':
      return { type: 'string', pattern: shape.pattern };
    case 'oneOf':
      return { type: 'string', enum: [...shape.values] };
    case 'date':
      return { type: 'string', format: 'date', pattern: DATE_PATTERN };
    case 'instant':
      return { type: shape.nullable ? ['string', 'null'] : 'string', format: 'date-time', pattern: INSTANT_PATTERN };
    case 'flag':
      return { type: 'boolean' };
    case 'whole':
      return { type: 'integer', minimum: shape.min, maximum: shape.max };
    case 'amount':
      return shape.signed ? { ...amount, minimum: -AMOUNT_MAX } : amount;
    case 'money':
      return objectOf(shape.signed ? signedMoneyMembers : moneyMembers);
    case 'object':
      return objectOf(shape.members);
    case 'list':
      return { type: 'array', minItems: 1, maxItems: shape.max, items: schemaOf(shape.of) };
    case 'amounts':
      return { type: 'object', propertyNames: { pattern: CURRENCY_PATTERN }, additionalProperties: total };
  }
}

function objectOf(members: Members): JsonSchema {
  const entries = Object.entries(members);
  const properties = Object.fromEntries(
    entries.map(([name, member]) => [name, schemaOf('optional' in member ? member.optional : member)] as const),
  );
  const required = entries.filter(([, member]) => !('optional' in member)).map(([name]) => name);
  return { type: 'object', additionalProperties: false, required, properties };
}

function messageSchema(kind: MessageKind): JsonSchema {
  const { source, record, version, sequence, accountId, clientNo } = headShapes;
  const ofAccount = isAccountKind(kind);
  const named: Members = ofAccount || kind === 'riskResult' ? { sequence: sequence!, accountId: accountId!, clientNo: clientNo! } : {};
  const { properties, ...head } = objectOf({ source: source!, record: record!, version: version!, ...named }) as {
    properties: JsonSchema;
    required: string[];
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `https://rapport.invalid/contracts/back-office/${kind}.schema.json`,
    title: kind,
    description: `${NOTES[kind]} Beyond this schema: all amounts are in one currency, and no date of a fact lies after today.`,
    ...head,
    required: [...head.required, 'kind', ...(ofAccount ? ['accountId'] : []), 'data'],
    ...(kind === 'riskResult' && {
      anyOf: [{ required: ['accountId'] }, { required: ['clientNo'] }],
      dependentRequired: { sequence: ['accountId'] },
    }),
    properties: { ...properties, kind: { const: kind }, data: objectOf(dataShapes[kind]) },
  };
}

/** JSON Schema 2020-12 of each kind of message, standard format version 1. */
export const messageSchemas = Object.fromEntries(messageKinds.map((kind) => [kind, messageSchema(kind)])) as unknown as Readonly<
  Record<MessageKind, JsonSchema>
>;
