import { severities } from '#event-sourcing';
import { type SelectorName, selectorNames, type ServicePromise } from '../format/format.js';

/**
 * The cases that a promise matches are a box: a set of values on each of four axes. Each axis has the values that any
 * promise mentions and one more, which stands for every other value and for none; a set of them is the bits of a bigint.
 */
type Box = readonly bigint[];

/** Boxes compared for one edition; beyond it the answer is that there is none. A real edition takes some thousands. */
const MAX_COMPARISONS = 1_000_000;
class TooIntricate extends Error {}
interface Budget {
  comparisons: number;
}

/** Indexes of promises that, for some case, win together with an earlier one. */
export function equallySpecific(promises: readonly ServicePromise[]): Map<number, 'clash' | 'tooIntricate'> {
  const verdicts = new Map<number, 'clash' | 'tooIntricate'>();
  const budget = { comparisons: MAX_COMPARISONS };
  for (const group of groupsOf(promises).values()) {
    const axes = axesOf(group.map(({ promise }) => promise));
    const boxes = group.map(({ promise, index }) => ({ index, box: boxOf(promise, axes), count: selectorCount(promise) }));
    boxes.forEach(({ index, box, count }, i) => {
      const rivals = boxes.slice(0, i).filter((other) => other.count === count && meets(other.box, box));
      if (rivals.length === 0) return;
      const winners = boxes.filter((other) => other.count > count && meets(other.box, box)).map((other) => other.box);
      const verdict = ifDecided(() => rivals.some((rival) => !isCovered(common(rival.box, box), winners, budget)));
      if (verdict !== false) verdicts.set(index, verdict === true ? 'clash' : 'tooIntricate');
    });
  }
  return verdicts;
}

/** Indexes of `covers` whose process has a case, by tier, channel and severity, without a promise of a resolution. */
export function uncoveredProcesses(promises: readonly ServicePromise[], covers: readonly string[]): Map<number, 'gap' | 'tooIntricate'> {
  const verdicts = new Map<number, 'gap' | 'tooIntricate'>();
  const budget = { comparisons: MAX_COMPARISONS };
  covers.forEach((process, i) => {
    const matching = promises.filter(({ metric, appliesTo }) => metric === 'resolution' && (appliesTo?.process?.includes(process) ?? true));
    // the process is given and every case has a severity, so neither has other values
    const axes = axesOf(matching);
    const whole: Box = selectorNames.map((name, axis) => {
      if (name === 'process') return axes[axis]!.get(process) ?? OTHER;
      return name === 'severity' ? allOf(axes[axis]!) & ~OTHER : allOf(axes[axis]!);
    });
    const boxes = matching.map((promise) => boxOf(promise, axes));
    const verdict = ifDecided(() => !isCovered(whole, boxes, budget));
    if (verdict !== false) verdicts.set(i, verdict === true ? 'gap' : 'tooIntricate');
  });
  return verdicts;
}

interface Indexed {
  promise: ServicePromise;
  index: number;
}

function groupsOf(promises: readonly ServicePromise[]): Map<string, Indexed[]> {
  const groups = new Map<string, Indexed[]>();
  promises.forEach((promise, index) => {
    const name = JSON.stringify([promise.metric, promise.class ?? 'service', promise.step]);
    const group = groups.get(name);
    if (group) group.push({ promise, index });
    else groups.set(name, [{ promise, index }]);
  });
  return groups;
}

/** Bit of each value mentioned. */
type Axis = ReadonlyMap<string, bigint>;
const OTHER = 1n;

const axesOf = (promises: readonly ServicePromise[]): readonly Axis[] =>
  selectorNames.map((name) => {
    const mentioned = new Set([
      ...(name === 'severity' ? severities : []),
      ...promises.flatMap(({ appliesTo }) => appliesTo?.[name] ?? []),
    ]);
    return new Map([...mentioned].map((value, i) => [value, 1n << BigInt(i + 1)]));
  });

const allOf = (axis: Axis): bigint => (1n << BigInt(axis.size + 1)) - 1n;

const selected = (values: readonly string[], axis: Axis): bigint => values.reduce((bits, value) => bits | axis.get(value)!, 0n);

const boxOf = ({ appliesTo = {} }: ServicePromise, axes: readonly Axis[]): Box =>
  selectorNames.map((name: SelectorName, i) => {
    const values = appliesTo[name];
    return values ? selected(values, axes[i]!) : allOf(axes[i]!);
  });

const selectorCount = ({ appliesTo = {} }: ServicePromise): number => selectorNames.filter((name) => appliesTo[name] !== undefined).length;

const common = (a: Box, b: Box): Box => a.map((bits, i) => bits & b[i]!);
const meets = (a: Box, b: Box): boolean => a.every((bits, i) => (bits & b[i]!) !== 0n);

/** Whether the others together hold the whole box: what is left of it beside the first of them must be in the rest. */
function isCovered(box: Box, others: readonly Box[], budget: Budget): boolean {
  const first = others.findIndex((other) => meets(other, box));
  budget.comparisons -= 1 + (first < 0 ? others.length : first);
  if (budget.comparisons < 0) throw new TooIntricate();
  if (first < 0) return false;
  const cut = others[first]!;
  const rest = others.slice(first + 1);
  return box.every((bits, axis) => {
    const outside = bits & ~cut[axis]!;
    if (outside === 0n) return true;
    // inside the cut on the axes before, so that the parts do not overlap
    return isCovered(
      box.map((all, i) => (i === axis ? outside : i < axis ? all & cut[i]! : all)),
      rest,
      budget,
    );
  });
}

function ifDecided(question: () => boolean): boolean | undefined {
  try {
    return question();
  } catch (error) {
    if (error instanceof TooIntricate) return undefined;
    throw error;
  }
}
