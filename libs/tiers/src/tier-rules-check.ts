import { CURRENCY_PATTERN } from '#event-sourcing';
import { checkValueScales } from './value-scales-check.js';
import { ladder, type TierName } from './tier-events.js';
import type { TierRulesCode, TierRulesFault } from './tier-rules-faults.js';
import type { TierRules } from './tier-rules.js';

export const MAX_WINDOW_DAYS = 1_000;
export const MAX_GRACE_DAYS = 3_660;
export const MAX_STRIKES = 100;
/** Names a version in addresses too. */
export const VERSION_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';
/** As the handbook names calendars. */
const CALENDAR_PATTERN = '^[\\p{L}\\p{N}][\\p{L}\\p{N} _.:/-]{0,63}$';

/** Whoever has that many to take out needs not be told of further ones. */
const UNKNOWN_TOLD_MAX = 50;

const criteria = ['adaMinor', 'netCommissionMinor'] as const;
type Members = Readonly<Record<string, unknown>>;
type Report = (pointer: string, code: TierRulesCode) => void;

/** The rules, or everything that is wrong in them. Total: any value is answered, none throws. */
export function checkTierRules(document: unknown): { rules: TierRules } | { faults: TierRulesFault[] } {
  const faults: TierRulesFault[] = [];
  const report: Report = (pointer, code) => faults.push({ pointer, code });
  const required = ['version', 'currency', 'windowDays', 'dayBasis', 'retentionBasisPoints', 'graceDays', 'strikesToDemote', 'tiers'];
  const rules = membersOf(document, '', required, ['calendar', 'value'], report);
  if (!rules) return { faults };
  text(rules, 'version', VERSION_PATTERN, 'bad-format', report);
  text(rules, 'currency', CURRENCY_PATTERN, 'bad-currency', report);
  text(rules, 'calendar', CALENDAR_PATTERN, 'bad-format', report);
  integer(rules, 'windowDays', 1, MAX_WINDOW_DAYS, report);
  integer(rules, 'graceDays', 0, MAX_GRACE_DAYS, report);
  integer(rules, 'strikesToDemote', 1, MAX_STRIKES, report);
  const { retentionBasisPoints, dayBasis, calendar } = rules;
  if (Number.isInteger(retentionBasisPoints) && Number(retentionBasisPoints) > 10_000)
    report('/retentionBasisPoints', 'retention-above-entry');
  else integer(rules, 'retentionBasisPoints', 0, 10_000, report);
  if (has(rules, 'dayBasis')) {
    if (dayBasis !== 'calendar' && dayBasis !== 'trading') report('/dayBasis', typeof dayBasis === 'string' ? 'not-allowed' : 'wrong-type');
    if (dayBasis === 'trading' && calendar === undefined) report('/calendar', 'calendar-not-named');
  }
  if (has(rules, 'tiers')) ladderIn(rules['tiers'], report);
  if (has(rules, 'value')) checkValueScales(rules['value'], '/value', report);
  return faults.length > 0 ? { faults } : { rules: document as TierRules };
}

function ladderIn(value: unknown, report: Report): void {
  if (!Array.isArray(value)) return report('/tiers', 'wrong-type');
  if (value.length === 0) report('/tiers', 'too-few');
  const highest = new Map<string, number>();
  let below = -1;
  for (const [i, item] of value.slice(0, ladder.length + 1).entries()) {
    const at = `/tiers/${i}`;
    const step = membersOf(item, at, ['tier'], ['entry', 'retention'], report);
    if (!step) continue;
    const rank = ladder.indexOf(step['tier'] as TierName);
    if (has(step, 'tier') && rank < 0) report(`${at}/tier`, typeof step['tier'] === 'string' ? 'not-allowed' : 'wrong-type');
    else if (rank >= 0 && rank <= below) report(`${at}/tier`, 'ladder-not-ascending');
    below = Math.max(below, rank);
    if (i === 0) {
      for (const name of ['entry', 'retention']) if (has(step, name)) report(`${at}/${name}`, 'lowest-needs-nothing');
    } else thresholdsIn(step, at, highest, report);
  }
}

/** `highest`: of each criterion the entry threshold of the tiers below. */
function thresholdsIn(step: Members, at: string, highest: Map<string, number>, report: Report): void {
  const entry = has(step, 'entry') ? membersOf(step['entry'], `${at}/entry`, [], criteria, report) : {};
  const retention = has(step, 'retention') ? membersOf(step['retention'], `${at}/retention`, [], criteria, report) : {};
  if (entry && criteria.every((name) => !has(entry, name))) report(`${at}/entry`, 'no-threshold');
  for (const name of criteria) {
    const entered = amount(entry ?? {}, name, `${at}/entry`, report);
    const retained = amount(retention ?? {}, name, `${at}/retention`, report);
    if (entered !== undefined) {
      if (entered <= (highest.get(name) ?? -1)) report(`${at}/entry/${name}`, 'threshold-not-above-lower');
      highest.set(name, Math.max(entered, highest.get(name) ?? -1));
      if (retained !== undefined && retained > entered) report(`${at}/retention/${name}`, 'retention-above-entry');
    } else if (retained !== undefined && entry && !has(entry, name)) report(`${at}/retention/${name}`, 'retention-without-entry');
  }
}

/** Minor units that hold; undefined where absent or at fault. */
function amount(members: Members, name: string, at: string, report: Report): number | undefined {
  if (!has(members, name)) return undefined;
  const value = members[name];
  if (typeof value !== 'number') report(`${at}/${name}`, 'wrong-type');
  else if (value < 0) report(`${at}/${name}`, 'negative-amount');
  else if (Number.isFinite(value) && !Number.isInteger(value)) report(`${at}/${name}`, 'fractional-amount');
  else if (!Number.isSafeInteger(value)) report(`${at}/${name}`, 'out-of-range');
  else return value;
  return undefined;
}

function membersOf(value: unknown, at: string, required: readonly string[], optional: readonly string[], report: Report) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report(at, 'wrong-type');
    return undefined;
  }
  const object = value as Members;
  let unknown = 0;
  for (const name of Object.keys(object)) {
    if (!has(object, name) || required.includes(name) || optional.includes(name)) continue;
    report(`${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, 'unknown-member');
    if (++unknown >= UNKNOWN_TOLD_MAX) break;
  }
  for (const name of required) if (!has(object, name)) report(`${at}/${name}`, 'missing');
  return object;
}

function integer(members: Members, name: string, min: number, max: number, report: Report): void {
  if (!has(members, name)) return;
  const value = members[name];
  if (typeof value !== 'number' || (Number.isFinite(value) && !Number.isInteger(value))) report(`/${name}`, 'wrong-type');
  else if (!(value >= min && value <= max)) report(`/${name}`, 'out-of-range');
}

function text(members: Members, name: string, pattern: string, code: TierRulesCode, report: Report): void {
  if (!has(members, name)) return;
  const value = members[name];
  if (typeof value !== 'string') report(`/${name}`, 'wrong-type');
  else if (!new RegExp(pattern, 'u').test(value)) report(`/${name}`, code);
}

const has = (object: Members, name: string): boolean => Object.hasOwn(object, name) && object[name] !== undefined;
