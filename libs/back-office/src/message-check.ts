import { isCurrency, isInstantText, isLocalDateText, type LocalDate, pointerOf, type ProblemTitle } from '#event-sourcing';
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
import { type BackOfficeMessage, isAccountKind, type MessageKind } from './messages.js';

/** Why a message is not taken. */
export const messageFaults = {
  missing: { en: 'The member is required', zh: '必填' },
  'wrong-type': { en: 'The value has another type', zh: '类型错误' },
  'unknown-member': { en: 'There is no such member', zh: '未知字段' },
  'bad-format': { en: 'The text does not have the published form', zh: '格式不正确' },
  'not-allowed': { en: 'The value is not among those listed', zh: '不在允许的取值之内' },
  'out-of-range': { en: 'The value is out of range', zh: '数值超出范围' },
  'too-many': { en: 'Too many items', zh: '条目过多' },
  'too-few': { en: 'Too few items', zh: '条目过少' },
  'unknown-kind': { en: 'There is no such kind of message', zh: '未知的消息类型' },
  'amount-not-whole': { en: 'An amount is a whole number of minor units', zh: '金额须为最小货币单位的整数' },
  'amount-negative': { en: 'An amount is not negative', zh: '金额不能为负' },
  'mixed-currencies': { en: 'All amounts of one message are in one currency', zh: '同一消息中的金额须为同一币种' },
  'date-in-future': { en: 'The date has not come yet', zh: '日期尚未到来' },
  'ends-before-start': { en: 'It ends before it begins', zh: '结束早于开始' },
  'parts-above-total': { en: 'The parts are more than their total', zh: '各部分之和大于总额' },
  'passed-on-above-commission': { en: 'More is passed on than was charged', zh: '代收费用大于佣金' },
  'same-currency': { en: 'A rate is between two currencies', zh: '汇率须为两种不同货币' },
} as const satisfies Record<string, ProblemTitle>;
export type MessageFaultCode = keyof typeof messageFaults;

/** What is wrong, and where: an RFC 6901 pointer into the message. */
export interface MessageFault {
  pointer: string;
  code: MessageFaultCode;
}

type Path = readonly string[];
type Found = (path: Path, code: MessageFaultCode) => void;

export const MESSAGE_FAULTS_MAX = 20;

/**
 * A message of the standard format, or what is wrong with it (at most 20 faults). `today`: the firm's local date; a fact of a
 * later day is not one. JSON Schema says the same but for what compares two values: currencies, amounts, dates and today.
 * `taken`: it was taken once, by whatever was asked of messages then.
 */
export function checkMessage(
  value: unknown,
  today: LocalDate,
  taken = false,
): { message: BackOfficeMessage; faults?: never } | { faults: readonly MessageFault[]; message?: never } {
  const faults: MessageFault[] = [];
  const found: Found = (path, code) => {
    if (faults.length < MESSAGE_FAULTS_MAX) faults.push({ pointer: pointerOf(path), code });
  };
  if (!isObject(value)) found([], 'wrong-type');
  else {
    const kind = kindOf(value['kind'], found);
    const wholeShape: Members = {
      ...headShapes,
      ...(kind && isAccountKind(kind) && { accountId: required(headShapes['accountId']!) }),
      kind: { is: 'oneOf', values: messageKinds },
      data: { is: 'object', members: kind ? dataShapes[kind] : {} },
    };
    if (kind) {
      checkObject(value, wholeShape, [], found, today);
      checkBelonging(kind, value, found);
    }
    if (kind && faults.length === 0) checkSense(value as unknown as BackOfficeMessage, found);
    if (kind && faults.length === 0 && !taken) checkAmounts(value as unknown as BackOfficeMessage, found);
  }
  return faults.length > 0 ? { faults } : { message: value as BackOfficeMessage };
}

function kindOf(kind: unknown, found: Found): MessageKind | undefined {
  const known = messageKinds.find((one) => one === kind);
  if (kind === undefined) found(['kind'], 'missing');
  else if (typeof kind !== 'string') found(['kind'], 'wrong-type');
  else if (!known) found(['kind'], 'unknown-kind');
  return known;
}

/** What is of the source as a whole names no account; a risk result names an account or a client. */
function checkBelonging(kind: MessageKind, { accountId, clientNo, sequence }: Record<string, unknown>, found: Found): void {
  if (kind === 'riskResult') {
    if (accountId === undefined && clientNo === undefined) found(['accountId'], 'missing');
  } else if (!isAccountKind(kind)) {
    if (accountId !== undefined) found(['accountId'], 'unknown-member');
    if (clientNo !== undefined) found(['clientNo'], 'unknown-member');
  }
  if (accountId === undefined && sequence !== undefined) found(['sequence'], 'unknown-member'); // sequences are an account's
}

/** What no schema can say, since it compares values. */
function checkSense(message: BackOfficeMessage, found: Found): void {
  const currencies = moneyOf(message.data);
  const first = currencies[0]?.currency;
  for (const { path, currency } of currencies) if (currency !== first) found(['data', ...path, 'currency'], 'mixed-currencies');
  if (message.kind === 'outageDeclared') {
    const { from, until } = message.data;
    if (until !== null && Date.parse(until) < Date.parse(from)) found(['data', 'until'], 'ends-before-start');
  }
  if (message.kind === 'exchangeRate' && message.data.currency === message.data.base) found(['data', 'base'], 'same-currency');
}

/** Amounts that cannot be right beside each other. Beside a debit the other part may be more than the total. */
function checkAmounts(message: BackOfficeMessage, found: Found): void {
  if (message.kind === 'assetsObserved') {
    const { total, securities, cash } = message.data;
    const parts = [securities, cash].map((part) => part?.amountMinor ?? 0);
    const isSum = parts.every((part) => part >= 0) && parts.reduce((sum, part) => sum + part, 0) > total.amountMinor;
    if (isSum) found(['data', 'total'], 'parts-above-total');
  }
  if (message.kind === 'tradeBooked' || message.kind === 'tradeCorrected') {
    const { commission, passedOn } = message.data;
    if (passedOn.amountMinor > commission.amountMinor) found(['data', 'passedOn'], 'passed-on-above-commission');
  }
}

const moneyOf = (data: object): { path: Path; currency: string }[] =>
  Object.entries(data).flatMap(([name, member]: [string, unknown]) =>
    isObject(member) && typeof member['currency'] === 'string' && 'amountMinor' in member
      ? [{ path: [name], currency: member['currency'] }]
      : [],
  );

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const required = (member: Members[string]): Shape => ('optional' in member ? member.optional : member);

function checkObject(value: Record<string, unknown>, members: Members, at: Path, found: Found, today: LocalDate): void {
  for (const name of Object.keys(value)) if (!Object.hasOwn(members, name)) found([...at, name], 'unknown-member');
  for (const [name, member] of Object.entries(members)) {
    const stated = Object.hasOwn(value, name) ? value[name] : undefined;
    if (stated !== undefined) check(stated, required(member), [...at, name], found, today);
    else if (!('optional' in member)) found([...at, name], 'missing');
  }
}

function check(value: unknown, shape: Shape, at: Path, found: Found, today: LocalDate): void {
  switch (shape.is) {
    case 'text':
      return checkText(value, (text) => formOf(shape.pattern).test(text), at, found);
    case 'oneOf':
      if (typeof value !== 'string') found(at, 'wrong-type');
      else if (!shape.values.includes(value)) found(at, 'not-allowed');
      return;
    case 'date':
      checkText(value, isLocalDateText, at, found);
      if (shape.past && typeof value === 'string' && isLocalDateText(value) && value > today) found(at, 'date-in-future');
      return;
    case 'instant':
      return value === null && shape.nullable ? undefined : checkText(value, isInstantText, at, found);
    case 'flag':
      return typeof value === 'boolean' ? undefined : found(at, 'wrong-type');
    case 'whole':
      if (!Number.isSafeInteger(value)) found(at, 'wrong-type');
      else if ((value as number) < shape.min || (value as number) > shape.max) found(at, 'out-of-range');
      return;
    case 'amount':
      return checkAmount(value, at, found, AMOUNT_MAX, shape.signed);
    case 'money':
    case 'object':
      if (!isObject(value)) return found(at, 'wrong-type');
      return checkObject(value, shape.is === 'object' ? shape.members : shape.signed ? signedMoneyMembers : moneyMembers, at, found, today);
    case 'list':
      if (!Array.isArray(value)) return found(at, 'wrong-type');
      if (value.length > shape.max) return found(at, 'too-many');
      if (value.length === 0) return found(at, 'too-few');
      return value.forEach((item, index) => check(item, shape.of, [...at, String(index)], found, today));
    case 'amounts':
      if (!isObject(value)) return found(at, 'wrong-type');
      for (const [currency, amount] of Object.entries(value)) {
        if (!isCurrency(currency)) found([...at, currency], 'unknown-member');
        else checkAmount(amount, [...at, currency], found, Number.MAX_SAFE_INTEGER);
      }
  }
}

const forms = new Map<string, RegExp>();

/** Compiled once: a file has millions of texts, and the format has three forms. */
function formOf(pattern: string): RegExp {
  let form = forms.get(pattern);
  if (!form) forms.set(pattern, (form = new RegExp(pattern)));
  return form;
}

function checkText(value: unknown, holds: (text: string) => boolean, at: Path, found: Found): void {
  if (typeof value !== 'string') found(at, 'wrong-type');
  else if (!holds(value)) found(at, 'bad-format');
}

function checkAmount(value: unknown, at: Path, found: Found, max = AMOUNT_MAX, signed = false): void {
  if (typeof value !== 'number') found(at, 'wrong-type');
  else if (!Number.isInteger(value)) found(at, 'amount-not-whole');
  else if (value < 0 && !signed) found(at, 'amount-negative');
  else if (Math.abs(value) > max) found(at, 'out-of-range');
}
