import {
  type HandbookEdition,
  type Metric,
  type PromiseClass,
  selectorNames,
  type ServicePromise,
  type Subject,
} from '../format/format.js';
import { type FullPromise, withDefaults } from '../handbook/promise-defaults.js';

/** What makes a promise one of its kind: of each, at most one applies to a case. */
export interface PromiseKind {
  metric: Metric;
  class: PromiseClass;
  step?: string;
}

export const kindKey = ({ metric, class: promiseClass, step = '' }: PromiseKind): string => `${metric}|${promiseClass}|${step}`;

/** The edition whose `[effectiveFrom, effectiveTo)` holds an instant; of several the one that took effect last. */
export function editionInForce(handbook: readonly HandbookEdition[], ms: number): HandbookEdition | undefined {
  let found: HandbookEdition | undefined;
  for (const edition of handbook) {
    const from = Date.parse(edition.effectiveFrom);
    const to = edition.effectiveTo === null ? Infinity : Date.parse(edition.effectiveTo);
    if (from <= ms && ms < to && (!found || Date.parse(found.effectiveFrom) <= from)) found = edition;
  }
  return found;
}

/** Whether every selector of the promise matches. A promise for complaints names no tier, so one that does is not for them. */
export function applies(promise: ServicePromise, subject: Subject): boolean {
  const selectors = promise.appliesTo ?? {};
  if (subject.type === 'complaint' && selectors.tier) return false;
  return selectorNames.every((name) => {
    const values = selectors[name];
    return values === undefined || (subject[name] !== undefined && values.includes(subject[name]));
  });
}

/** Of each kind the promise that matches and names the most selectors, in the edition's order. */
export function promisesFor({ promises }: HandbookEdition, subject: Subject): FullPromise[] {
  const best = new Map<string, FullPromise>();
  for (const promise of promises) {
    if (!applies(promise, subject)) continue;
    const full = withDefaults(promise);
    const rival = best.get(kindKey(full));
    if (rival && selectorCount(full) <= selectorCount(rival)) continue;
    best.delete(kindKey(full)); // so that it stands in its own place
    best.set(kindKey(full), full);
  }
  return [...best.values()];
}

export const promiseOfKind = (edition: HandbookEdition, subject: Subject, kind: PromiseKind): FullPromise | undefined =>
  promisesFor(edition, subject).find((promise) => kindKey(promise) === kindKey(kind));

const selectorCount = ({ appliesTo }: FullPromise): number => selectorNames.filter((name) => appliesTo[name] !== undefined).length;
