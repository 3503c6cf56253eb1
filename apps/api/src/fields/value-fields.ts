import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { type ClassOf, eachOf, lengthOf, member, type MemberOptions, type Rule } from './member.js';
import { CurrencyField } from './text-fields.js';

type Range = { min: number; max: number };

const isWhole: Rule = { fault: 'wrong-type', holds: (value) => Number.isSafeInteger(value) };
const within = ({ min, max }: Range): Rule => ({
  fault: 'out-of-range',
  holds: (value) => typeof value !== 'number' || (value >= min && value <= max),
});

export const IntegerField = ({ min, max, ...options }: MemberOptions & Range): PropertyDecorator =>
  member({ type: 'integer', minimum: min, maximum: max }, [isWhole, within({ min, max })], options);

/** A whole number in a query, where every value arrives as text. */
export const QueryInteger = ({ min, max, ...options }: MemberOptions & Range): PropertyDecorator =>
  member({ type: 'integer', minimum: min, maximum: max }, [isWhole, within({ min, max })], options, { read: numberIn });

const numberIn = (text: unknown): unknown => (typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : text);

export const BooleanField = (options: MemberOptions = {}): PropertyDecorator =>
  member({ type: 'boolean' }, [{ fault: 'wrong-type', holds: (value) => typeof value === 'boolean' }], options);

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON object whose members the domain checks, and names faults in by their pointer. */
export const DocumentField = (options: MemberOptions = {}): PropertyDecorator =>
  member({ type: 'object', additionalProperties: true }, [{ fault: 'wrong-type', holds: isObject }], options);

/** Members and items in one of a list of documents. */
export const DOCUMENT_VALUES_MAX = 2_000;

/** How many members and items are in a value; no more than one above `max` are counted. */
function valuesIn(value: unknown, max: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  for (const name in value) {
    count += 1 + (count < max ? valuesIn((value as Record<string, unknown>)[name], max - count) : 0);
    if (count > max) break;
  }
  return count;
}

/** A list of such objects, at least one, each of at most 2,000 members and items. */
export const DocumentList = ({ maxItems, ...options }: MemberOptions & { maxItems: number }): PropertyDecorator =>
  member(
    { type: 'array', items: { type: 'object', additionalProperties: true }, minItems: 1, maxItems },
    [
      ...lengthOf({ min: 1, max: maxItems }),
      eachOf(isObject),
      {
        fault: 'too-many',
        holds: (value) => !Array.isArray(value) || value.every((one) => valuesIn(one, DOCUMENT_VALUES_MAX) <= DOCUMENT_VALUES_MAX),
      },
    ],
    options,
  );

// the class is handed on as a new arrow below: swagger tells a lazy type by the function's name
/** An object with members of its own. */
export const Nested = (type: ClassOf, options: MemberOptions = {}): PropertyDecorator =>
  applyDecorators(
    member({ type: () => type() }, [{ fault: 'wrong-type', holds: isObject }], options, { of: type }),
    ValidateNested(),
    Type(type),
  );

/** A list of such objects. */
export const NestedList = (type: ClassOf, { maxItems, ...options }: MemberOptions & { maxItems: number }): PropertyDecorator =>
  applyDecorators(
    member({ type: () => type(), isArray: true, maxItems }, [...lengthOf({ max: maxItems }), eachOf(isObject)], options, { of: type }),
    ValidateNested(),
    Type(type),
  );

/** An amount in the smallest unit of its currency: cents, fen. */
export class MoneyBody {
  @IntegerField({
    min: -Number.MAX_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
    description: 'In the smallest unit of the currency',
    example: 12500,
  })
  amountMinor: number;

  @CurrencyField()
  currency: string;
}

/** One that is not below zero: what is disputed, what is paid. */
export class AmountBody {
  @IntegerField({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'In the smallest unit of the currency', example: 12500 })
  amountMinor: number;

  @CurrencyField()
  currency: string;
}

export const MoneyField = (options: MemberOptions = {}): PropertyDecorator => Nested(() => MoneyBody, options);
export const AmountField = (options: MemberOptions = {}): PropertyDecorator => Nested(() => AmountBody, options);
