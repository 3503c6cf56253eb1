import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { ValidateBy, ValidateIf } from 'class-validator';
import type { FieldFault } from '../problems/edge-problems.js';

export interface MemberOptions {
  /** The member may be left out; it may never be null. */
  optional?: boolean;
  description?: string;
  example?: unknown;
}

/** What a value must be, and the published code of its refusal. */
export interface Rule {
  readonly fault: FieldFault;
  readonly holds: (value: unknown) => boolean;
  /** Of what is stated; whoever only asks may ask beyond. */
  readonly ofBodies?: boolean;
}

/** A member of a class, as its compiled shape asks for it. */
export interface StatedMember {
  readonly optional: boolean;
  readonly rules: readonly Rule[];
  /** The class of the object, or of each of a list of objects. */
  readonly of?: ClassOf;
  /** Of a query, where every value arrives as text: the value that the text stands for, or the text itself. */
  readonly read?: (text: unknown) => unknown;
}

/** What a member holds beside plain values. */
export type StatedValue = Pick<StatedMember, 'of' | 'read'>;

export type ClassOf = () => new () => object;

const stated = new Map<object, Map<string, StatedMember>>();

/** The members of a class by name, those that it inherits too. */
export function membersOf(type: new () => object): ReadonlyMap<string, StatedMember> {
  const members = new Map<string, StatedMember>();
  for (let prototype = type.prototype as object; prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype) as object) {
    for (const [name, own] of stated.get(prototype) ?? []) if (!members.has(name)) members.set(name, own);
  }
  return members;
}

const state =
  (own: StatedMember): PropertyDecorator =>
  (prototype, name) => {
    const members = stated.get(prototype) ?? new Map<string, StatedMember>();
    stated.set(prototype, members.set(String(name), own));
  };

/**
 * The one decorator of a DTO member: class-validator's rule and the OpenAPI schema from one statement, so that what is
 * published is what is checked. The first rule that does not hold is the one told, so a list's length stands before what
 * its items must be.
 */
export function member(
  schema: ApiPropertyOptions,
  rules: readonly Rule[],
  options: MemberOptions,
  value: StatedValue = {},
): PropertyDecorator {
  const { optional = false, description, example } = options;
  const published = { ...schema, required: !optional, ...(description && { description }), ...(example !== undefined && { example }) };
  return applyDecorators(
    state({ ...value, optional, rules }),
    ApiProperty(published as ApiPropertyOptions),
    ...(optional ? [ValidateIf((_, value) => value !== undefined)] : []),
    ...[presence, ...rules].map(({ fault, holds }) => ValidateBy({ name: fault, validator: { validate: (value) => holds(value) } })),
  );
}

const presence: Rule = { fault: 'missing', holds: (value) => value !== undefined };

/** Holds where the value has another type, which has a fault of its own. */
export const forText = (holds: (text: string) => boolean) => (value: unknown) => typeof value !== 'string' || holds(value);
export const isText: Rule = { fault: 'wrong-type', holds: (value) => typeof value === 'string' };

/** A list's length, asked before anything in it is looked at. */
export const lengthOf = ({ min = 0, max }: { min?: number; max: number }): readonly Rule[] => [
  { fault: 'wrong-type', holds: (value) => Array.isArray(value) },
  ...(min > 0 ? [{ fault: 'too-few', holds: (value) => !Array.isArray(value) || value.length >= min } satisfies Rule] : []),
  { fault: 'too-many', holds: (value) => !Array.isArray(value) || value.length <= max },
];

/** What each item of a list must be, where it is no longer than it may be. */
export const eachOf = (type: (item: unknown) => boolean): Rule => ({
  fault: 'wrong-type',
  holds: (value) => !Array.isArray(value) || value.every(type),
});
