import type { Chance } from '../../support/chance.js';
import type { Rogue } from '../rogue.js';
import type { World } from '../world.js';

/** What a fault may use and has to tell. */
export interface Breaking {
  world: World;
  chance: Chance;
  rogue: Rogue;
  /** What must never be, in a sentence. */
  onViolation: (sentence: string) => void;
  /** Commands acknowledged so far. */
  acknowledged: () => number;
  /** How many answers of an API one fault loses. */
  lostAnswers: number;
}

export interface Fault {
  name: string;
  /** SIGKILLs in it. */
  kills: number;
  /** What this machine may lack. */
  needs?: 'a disk that it may fill' | 'faketime';
  run(breaking: Breaking): Promise<void>;
}
