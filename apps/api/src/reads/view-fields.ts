import { type ApiPropertyOptions } from '@nestjs/swagger';
import { IntegerField, InstantField, member, QueryInteger, Text } from '../fields/index.js';
import { PAGE_MAX } from './read-dispatcher.js';

/** A member of an answer: published, never checked. `null` where there is none. */
export const Shown = (schema: ApiPropertyOptions, description?: string): PropertyDecorator =>
  member(schema, [], { optional: schema.required === false, ...(description && { description }) });
export const ShownText = (description?: string): PropertyDecorator => Shown({ type: 'string' }, description);
export const ShownTextOrNull = (description?: string): PropertyDecorator => Shown({ type: 'string', nullable: true }, description);
export const ShownNumber = (description?: string): PropertyDecorator => Shown({ type: 'integer' }, description);
export const ShownNumberOrNull = (description?: string): PropertyDecorator => Shown({ type: 'integer', nullable: true }, description);
export const ShownFlag = (description?: string): PropertyDecorator => Shown({ type: 'boolean' }, description);
/** An object whose members depend on what happened. */
export const ShownObject = (description?: string): PropertyDecorator => Shown({ type: 'object', additionalProperties: true }, description);
export const ShownList = (type: () => new () => object, description?: string): PropertyDecorator =>
  Shown({ type: () => type(), isArray: true }, description);
export const ShownOne = (type: () => new () => object, description?: string): PropertyDecorator =>
  Shown({ type: () => type() }, description);

/** How fresh an answer is. */
export class FreshView {
  @IntegerField({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Everything up to this log position is in the answer' })
  asOfPosition: number;
  @InstantField({ description: 'Nothing that was recorded before this time is missing' }) asOf: string;
}

export class PageView extends FreshView {
  @ShownTextOrNull('Cursor of the next page, null on the last') next: string | null;
}

export class ListQuestion {
  @QueryInteger({ min: 1, max: PAGE_MAX, optional: true, description: 'Items on a page, default 50' }) limit?: number;
  @Text({ max: 1024, optional: true, description: '`next` of the page before' }) cursor?: string;
}
