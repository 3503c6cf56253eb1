import { DomainError } from '#event-sourcing';
import type { ServicePromise } from '../format/format.js';
import { handbookProblems } from './handbook-events.js';
import { type Calendars, handbookFaults } from './handbook-faults.js';

const refusal = DomainError.of(handbookProblems);

type HandbookFault = { pointer: string; code: keyof typeof handbookProblems };

/** Faults of promises that are to be in force beside others, which were in order without them. */
export function faultsBeside(others: readonly ServicePromise[], added: readonly ServicePromise[], calendars: Calendars): HandbookFault[] {
  const found = handbookFaults({ promises: [...others, ...added] }, calendars).flatMap(({ pointer, code }) => {
    const [, index, rest] = /^\/promises\/(\d+)(.*)$/.exec(pointer) as unknown as [string, string, string];
    const own = Number(index) - others.length;
    return own < 0 ? [] : [{ pointer: `/promises/${own}${rest}`, code }];
  });
  const taken = new Set(others.map(({ id }) => id));
  const twice = added.flatMap<HandbookFault>(({ id }, i) =>
    taken.has(id) ? [{ pointer: `/promises/${i}/id`, code: 'promise-id-taken' }] : [],
  );
  return [...found, ...twice];
}

/** Throws a DomainError that names every place and what is wrong there; its own code where it is one for all. */
export function refuseFaults(faults: readonly HandbookFault[]): void {
  const [first] = faults;
  if (!first) return;
  const code = faults.every((fault) => fault.code === first.code) ? first.code : 'edition-not-publishable';
  throw refusal(
    code,
    faults.map(({ pointer }) => pointer),
    faults,
  );
}
