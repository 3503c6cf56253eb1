import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import type { Fault } from '../../apps/api/src/fields/compiled-shape.js';
import type { FieldFault } from '../../apps/api/src/problems/edge-problems.js';

/** class-validator asks every rule of a member; the first of this order is the one told. A list's length comes before its items. */
const faultOrder: readonly FieldFault[] = [
  'missing',
  'too-few',
  'too-many',
  'wrong-type',
  'too-long',
  'too-short',
  'unseen-character',
  'bad-format',
  'not-allowed',
  'out-of-range',
];

/** What class-validator finds wrong with a value by the decorators of a class: what the compiled shape is held against. */
export function faultsByClassValidator(type: new () => object, value: object): Fault[] {
  // class-validator cannot tell a class without members from one that it does not know
  if (getMetadataStorage().getTargetValidationMetadatas(type, '', false, false).length === 0) {
    return Object.keys(value).map((name) => ({ path: [name], code: 'unknown-member' }));
  }
  const found = validateSync(plainToInstance(type, value), { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
  return found.flatMap((error) => faultsIn(error, []));
}

function faultsIn({ property, constraints = {}, children = [] }: ValidationError, above: readonly string[]): Fault[] {
  const path = [...above, property];
  const names = new Set(Object.keys(constraints));
  if (names.has('whitelistValidation')) return [{ path, code: 'unknown-member' }];
  const code = faultOrder.find((fault) => names.has(fault));
  if (code) return [{ path, code }];
  const inner = children.flatMap((child) => faultsIn(child, path));
  return inner.length > 0 ? inner : [{ path, code: 'wrong-type' }];
}
