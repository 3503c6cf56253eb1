import type { ArgumentMetadata, PipeTransform, Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { isReservedName, pointerOf, textFault } from '#event-sourcing';
import type { FieldFault } from '../problems/edge-problems.js';
import { type FieldError, invalidRequest } from '../problems/problem.js';
import { fits } from './fits.js';
import { faultOrder } from './member.js';

const ERRORS_MAX = 50;

/** The body, checked against its class; unknown members are refused. Answers plain JSON without absent members. */
export class BodyShape implements PipeTransform {
  transform(value: unknown, { metatype }: ArgumentMetadata): unknown {
    const body = value === undefined ? {} : value; // none at all is an empty one
    if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalidRequest({ pointer: '', code: 'wrong-type' });
    if (fits(metatype as Type<object>, body)) return body;
    const { errors } = checked(metatype as Type<object>, body, 'unknown-member');
    refuse(errors.map(({ path, code }) => ({ pointer: pointerOf(path), code })));
    return body;
  }
}

/** The query, checked against its class; unknown and repeated parameters are refused. */
export class QueryShape implements PipeTransform {
  transform(value: unknown, { metatype }: ArgumentMetadata): unknown {
    const entries = Object.entries((value ?? {}) as Record<string, unknown>);
    refuse(
      entries.flatMap(([name, stated]) => {
        const code = isReservedName(name) ? 'unknown-parameter' : queryFault(stated);
        return code ? [{ pointer: queryPointer(name), code }] : [];
      }),
    );
    const { errors, instance } = checked(metatype as Type<object>, Object.fromEntries(entries), 'unknown-parameter');
    refuse(errors.map(({ path, code }) => ({ pointer: queryPointer(path.join('.')), code })));
    return Object.fromEntries(Object.entries(instance).filter(([, stated]) => stated !== undefined));
  }
}

function queryFault(stated: unknown): FieldFault | undefined {
  if (Array.isArray(stated)) return 'duplicate-parameter';
  return typeof stated === 'string' ? textFault(stated) : 'wrong-type';
}

const queryPointer = (name: string): string => `#/query${textFault(name) ? '' : pointerOf([name])}`;

function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidRequest(...errors.slice(0, ERRORS_MAX));
}

export interface Fault {
  path: readonly string[];
  code: FieldFault;
}

type UnknownFault = 'unknown-member' | 'unknown-parameter';

/** The value as class-validator sees it. */
export function checked(metatype: Type<object>, value: object, unknown: UnknownFault): { errors: Fault[]; instance: object } {
  // class-validator cannot tell a class without members from one that it does not know
  if (getMetadataStorage().getTargetValidationMetadatas(metatype, '', false, false).length === 0) {
    return { errors: Object.keys(value).map((name) => ({ path: [name], code: unknown })), instance: {} };
  }
  const instance = plainToInstance(metatype, value);
  const found = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
  return { errors: found.flatMap((error) => faultsOf(error, unknown, [])), instance };
}

function faultsOf(
  { property, constraints = {}, children = [] }: ValidationError,
  unknown: UnknownFault,
  above: readonly string[],
): Fault[] {
  const path = [...above, property];
  const names = new Set(Object.keys(constraints));
  if (names.has('whitelistValidation')) return [{ path, code: unknown }];
  const code = faultOrder.find((fault) => names.has(fault));
  if (code) return [{ path, code }];
  const inner = children.flatMap((child) => faultsOf(child, unknown, path));
  return inner.length > 0 ? inner : [{ path, code: 'wrong-type' }];
}
