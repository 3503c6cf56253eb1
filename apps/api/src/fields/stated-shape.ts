import { isReservedName, pointerOf, textFault } from '#event-sourcing';
import type { FieldFault } from '../problems/edge-problems.js';
import { type FieldError, invalidRequest } from '../problems/problem.js';
import { CompiledShape, type Fault, shapeOf } from './compiled-shape.js';
import { membersOf } from './member.js';

/** So many faults are told of a request. */
export const ERRORS_MAX = 50;

type ClassOfDto = new () => object;

/** Checks bodies against their class: unknown members are refused; none at all is an empty object. */
export function bodyCheck(type: ClassOfDto): (value: unknown) => object {
  const shape = shapeOf(type);
  return (value = {}) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidRequest({ pointer: '', code: 'wrong-type' });
    if (shape.fits(value)) return value;
    throw refusal(shape.faultsOf(value, ERRORS_MAX), ({ path, code }) => ({ pointer: pointerOf(path), code }));
  };
}

/**
 * Checks queries against their class: unknown and repeated parameters are refused. Answers what is stated, numbers as
 * such, without what is not.
 */
export function queryCheck(type: ClassOfDto): (value: unknown) => object {
  const shape = new CompiledShape(type, ({ ofBodies = false }) => !ofBodies);
  const readers = new Map([...membersOf(type)].flatMap(([name, { read }]) => (read ? [[name, read] as const] : [])));
  return (value = {}) => {
    const query = { ...(value as Record<string, unknown>) };
    const misspelt: FieldError[] = [];
    for (const [name, stated] of Object.entries(query)) {
      const code = isReservedName(name) ? 'unknown-parameter' : parameterFault(stated);
      if (code && misspelt.length < ERRORS_MAX) misspelt.push({ pointer: queryPointer(name), code });
      query[name] = readers.get(name)?.(stated) ?? stated;
    }
    if (misspelt.length > 0) throw invalidRequest(...misspelt);
    if (shape.fits(query)) return query;
    throw refusal(shape.faultsOf(query, ERRORS_MAX), ({ path, code }) => ({
      pointer: queryPointer(path.join('.')),
      code: code === 'unknown-member' ? 'unknown-parameter' : code,
    }));
  };
}

function parameterFault(stated: unknown): FieldFault | undefined {
  if (Array.isArray(stated)) return 'duplicate-parameter';
  return typeof stated === 'string' ? textFault(stated) : 'wrong-type';
}

const queryPointer = (name: string): string => `#/query${textFault(name) ? '' : pointerOf([name])}`;

const refusal = (faults: readonly Fault[], told: (fault: Fault) => FieldError) => invalidRequest(...faults.map(told));
