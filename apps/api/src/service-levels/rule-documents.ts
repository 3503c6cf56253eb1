import { Body, Param, type PipeTransform } from '@nestjs/common';
import { ApiBody, ApiParam } from '@nestjs/swagger';
import { CALENDAR_NAME, MAX_EDITION_NUMBER } from '#service-levels';
import { VERSION_PATTERN } from '#tiers';
import { ERRORS_MAX } from '../fields/index.js';
import { type FieldError, invalidRequest } from '../problems/problem.js';

/** What a check of the format found sound. Throws a Problem (400) that names the first faults. */
export function sound<T extends object>(checked: T | { faults: readonly FieldError[] }): Exclude<T, { faults: unknown }> {
  if (!isFaulty(checked)) return checked as Exclude<T, { faults: unknown }>;
  throw invalidRequest(...checked.faults.slice(0, ERRORS_MAX));
}

const isFaulty = (checked: object): checked is { faults: readonly FieldError[] } => 'faults' in checked;

class AnyObject implements PipeTransform<unknown, object> {
  transform(value: unknown): object {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    throw invalidRequest({ pointer: '', code: 'wrong-type' });
  }
}

/** Parameter of a controller method: a body that is one document of the published format, for the domain to check. */
export const DocumentBody =
  (description: string): ParameterDecorator =>
  (target, method, index) => {
    Body(new AnyObject())(target, method, index);
    const described = Object.getOwnPropertyDescriptor(target, method!)!;
    ApiBody({ description, required: true, schema: { type: 'object', additionalProperties: true } })(target, method!, described);
  };

class InPath<T> implements PipeTransform<string, T> {
  constructor(
    private readonly name: string,
    private readonly read: (text: string) => T | undefined,
  ) {}

  transform(text: string): T {
    const value = this.read(text);
    if (value === undefined) throw invalidRequest({ pointer: `#/path/${this.name}`, code: 'bad-format' });
    return value;
  }
}

const inPath =
  <T>(name: string, schema: object, read: (text: string) => T | undefined): ParameterDecorator =>
  (target, method, index) => {
    Param(name, new InPath(name, read))(target, method, index);
    const described = Object.getOwnPropertyDescriptor(target, method!)!;
    ApiParam({ name, required: true, schema })(target, method!, described);
  };

const calendarName = new RegExp(CALENDAR_NAME);

/** Parameter of a controller method: the name of a calendar in the path. */
export const CalendarName = (): ParameterDecorator =>
  inPath('name', { type: 'string', pattern: CALENDAR_NAME }, (text) => (calendarName.test(text) ? text : undefined));

/** Parameter of a controller method: the number of an edition in the path. */
export const EditionNumber = (): ParameterDecorator =>
  inPath('edition', { type: 'integer', minimum: 1, maximum: MAX_EDITION_NUMBER }, (text) => {
    const number = /^[1-9]\d{0,6}$/.test(text) ? Number(text) : 0;
    return number >= 1 && number <= MAX_EDITION_NUMBER ? number : undefined;
  });

const ruleVersion = new RegExp(VERSION_PATTERN);

/** Parameter of a controller method: the version of tier rules in the path. */
export const RuleVersion = (): ParameterDecorator =>
  inPath('ruleVersion', { type: 'string', pattern: VERSION_PATTERN }, (text) => (ruleVersion.test(text) ? text : undefined));

const PRESET = '^[a-z][a-z0-9-]{0,63}$';
const presetId = new RegExp(PRESET);

/** Parameter of a controller method: the id of a preset in the path. */
export const PresetId = (): ParameterDecorator =>
  inPath('presetId', { type: 'string', pattern: PRESET }, (text) => (presetId.test(text) ? text : undefined));
