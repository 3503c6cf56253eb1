import type { Chance } from '../support/chance.js';
import { deliveryFaults, topicsDeleted } from './faults/deliveries.js';
import type { Fault } from './faults/fault.js';
import { answersLost, lineFaults } from './faults/lines.js';
import { machineFaults } from './faults/machine.js';
import { processFaults } from './faults/processes.js';
import { rebuiltUnderLoad } from './faults/rebuilds.js';

export interface Size {
  rounds: number;
  /** People at work at the same time. */
  callers: number;
  /** SIGKILLs of each round at least. */
  kills: number;
  /** Faults of other kinds in each round. */
  others: number;
  /** Read models rebuilt in each round. */
  rebuilds: number;
  /** Answers lost in each round. */
  lostAnswers: number;
  /** Between two faults at most. */
  pauseMs: number;
  /** Events of each round at least, read at the log's end as they come: the load goes on until then. */
  events: number;
}

/** `full`: 200 kills, 2,000 lost answers, 20 rebuilds, 100,000 events. `hunt`: at most 50 kills, to find a mutant. */
export const SIZES = {
  quick: { rounds: 1, callers: 8, kills: 11, others: 8, rebuilds: 1, lostAnswers: 40, pauseMs: 400, events: 0 },
  full: { rounds: 10, callers: 24, kills: 20, others: 12, rebuilds: 2, lostAnswers: 210, pauseMs: 2_000, events: 10_000 },
  hunt: { rounds: 4, callers: 8, kills: 12, others: 10, rebuilds: 1, lostAnswers: 40, pauseMs: 400, events: 0 },
} satisfies Record<string, Size>;

export const FAULTS: readonly Fault[] = [...processFaults, ...lineFaults, ...machineFaults, ...deliveryFaults, rebuiltUnderLoad];

/** What of this machine's faults can be done; the rest is reported as not run. */
export const able = (has: { disk: boolean; faketime: boolean }): { can: Fault[]; notRun: Fault[] } => {
  const can = FAULTS.filter(({ needs }) => !needs || (needs === 'faketime' ? has.faketime : has.disk));
  return { can, notRun: FAULTS.filter((fault) => !can.includes(fault)) };
};

/** Faults in order, one plan a round: every kind comes before any comes again; lost answers and a rebuild come each round. */
export function* plans(chance: Chance, size: Size, faults: readonly Fault[]): Generator<Fault[]> {
  const deck = (from: readonly Fault[]): (() => Fault) => {
    let left: Fault[] = [];
    return () => {
      if (left.length === 0) left = chance.shuffled(from);
      return left.pop()!;
    };
  };
  const always = [answersLost, ...Array.from({ length: size.rebuilds }, () => rebuiltUnderLoad)];
  const other = deck(faults.filter((fault) => fault.kills === 0 && !always.includes(fault)));
  const kill = deck(faults.filter(({ kills }) => kills > 0));
  for (let round = 0; round < size.rounds; round++) {
    const plan = [...always, ...Array.from({ length: size.others }, other)];
    for (let kills = 0; kills < size.kills;) {
      const next = kill();
      kills += next.kills;
      plan.push(next);
    }
    // a topic that is filled anew would hide what was lost before
    yield chance.shuffled(plan).sort((a, b) => Number(b === topicsDeleted) - Number(a === topicsDeleted));
  }
}
