import type { FieldFault } from '../problems/edge-problems.js';
import { type ClassOf, membersOf, type Rule } from './member.js';

/** What is wrong, and the names that lead there from the outermost object. */
export interface Fault {
  readonly path: readonly string[];
  readonly code: FieldFault;
}

interface CompiledMember {
  readonly name: string;
  readonly optional: boolean;
  readonly rules: readonly Rule[];
  readonly of: ClassOf | undefined;
}

const shapes = new Map<new () => object, CompiledShape>();

/** The rules that a class's members state, laid out once; requests only ask them. */
export function shapeOf(type: new () => object): CompiledShape {
  let shape = shapes.get(type);
  if (!shape) shapes.set(type, (shape = new CompiledShape(type)));
  return shape;
}

/**
 * The same rules that class-validator has from the same decorators, and the same faults, at a cost that is bounded
 * however much is wrong: whoever asks for faults stops at as many as they want, and a list that is too long is never
 * entered.
 */
export class CompiledShape {
  private readonly members: readonly CompiledMember[];
  private readonly names: ReadonlySet<string>;

  constructor(type: new () => object, asked: (rule: Rule) => boolean = () => true) {
    this.members = [...membersOf(type)].map(([name, { optional, rules, of }]) => ({ name, optional, rules: rules.filter(asked), of }));
    this.names = new Set(this.members.map(({ name }) => name));
  }

  /** Whether a JSON value is in order. */
  fits(value: unknown): boolean {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    for (const name in value) if (!this.names.has(name)) return false;
    for (const member of this.members) {
      const own = (value as Record<string, unknown>)[member.name];
      if (own === undefined ? !member.optional : !memberFits(member, own)) return false;
    }
    return true;
  }

  /** The first `max` things that are wrong with a JSON object: members it does not have, then members in the order of the class. */
  faultsOf(value: object, max: number): Fault[] {
    const found: Fault[] = [];
    this.find(value as Record<string, unknown>, [], found, max);
    return found;
  }

  private find(value: Readonly<Record<string, unknown>>, above: readonly string[], found: Fault[], max: number): void {
    for (const name in value) {
      if (found.length >= max) return;
      if (!this.names.has(name)) found.push({ path: [...above, name], code: 'unknown-member' });
    }
    for (const member of this.members) {
      if (found.length >= max) return;
      const own = value[member.name];
      const code = codeOf(member, own);
      if (code) found.push({ path: [...above, member.name], code });
      else if (own !== undefined && member.of) shapeOf(member.of()).findInside(own, [...above, member.name], found, max);
    }
  }

  /** In one object, or in each of a list of them. */
  private findInside(value: unknown, above: readonly string[], found: Fault[], max: number): void {
    if (!Array.isArray(value)) return this.find(value as Record<string, unknown>, above, found, max);
    for (let at = 0; at < value.length && found.length < max; at++) {
      if (!this.fits(value[at])) this.find(value[at] as Record<string, unknown>, [...above, String(at)], found, max);
    }
  }
}

function memberFits({ rules, of }: CompiledMember, value: unknown): boolean {
  for (const rule of rules) if (!rule.holds(value)) return false;
  if (!of) return true;
  // a class may hold itself, so its shape is looked up when it is needed
  const shape = shapeOf(of());
  return Array.isArray(value) ? value.every((item) => shape.fits(item)) : shape.fits(value);
}

/** Of the member itself, whatever is inside it. */
function codeOf({ optional, rules }: CompiledMember, value: unknown): FieldFault | undefined {
  if (value === undefined) return optional ? undefined : 'missing';
  return rules.find((rule) => !rule.holds(value))?.fault;
}
