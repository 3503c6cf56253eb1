import { membersOf, type StatedMember } from './member.js';

type Check = (value: unknown) => boolean;

const checks = new Map<new () => object, Check>();

/**
 * Whether a JSON value is in order for a class: the rules of its members themselves, without class-validator's way to
 * them, which costs more than all else that happens to a command's body. What is wrong, class-validator says.
 */
export function fits(type: new () => object, value: unknown): boolean {
  let check = checks.get(type);
  if (!check) checks.set(type, (check = checkOf(type)));
  return check(value);
}

function checkOf(type: new () => object): Check {
  const members = [...membersOf(type)].map(([name, own]) => ({ name, optional: own.optional, check: memberCheck(own) }));
  const names = new Set(members.map(({ name }) => name));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    for (const name of Object.keys(value)) if (!names.has(name)) return false;
    for (const { name, optional, check } of members) {
      const own = (value as Record<string, unknown>)[name];
      if (own === undefined ? !optional : !check(own)) return false;
    }
    return true;
  };
}

function memberCheck({ rules, of }: StatedMember): Check {
  const holds = rules.map((rule) => rule.holds);
  const own: Check = (value) => holds.every((one) => one(value));
  if (!of) return own;
  // a class may hold itself, so its check is made when it is needed
  const inner: Check = (value) => (Array.isArray(value) ? value.every((item) => fits(of(), item)) : fits(of(), value));
  return (value) => own(value) && inner(value);
}
