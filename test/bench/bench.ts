import { shown, type Spread, spreadOf } from './ratios.js';

export interface BenchSettings {
  /** How often every contender is measured. */
  rounds: number;
  /** Of each measurement that is bounded by time. */
  seconds: number;
  /** Small sizes: shows that everything runs, not how fast. */
  quick: boolean;
  /** The big sizes, which take minutes to set up. */
  full: boolean;
  /** Of everything that is chosen at random. */
  seed: number;
  /** How many accounts are evaluated, ascending. */
  accounts: readonly number[];
}

/** One side of a comparison. */
export interface Contender {
  name: string;
  unit: string;
  /** One figure. Rejects where what was done is not what should have been. */
  measure: () => Promise<number>;
}

/** `stretch`: where one would like to be; met or not, nothing fails. */
export type Aim = { atLeast: number; stretch?: number } | { atMost: number; stretch?: number } | { from: number; to: number };

/** One line of the table: a ratio of two contenders within each round, or where there is no peer an absolute figure. */
export interface ResultRow {
  what: string;
  /** Of both absolute figures. */
  unit: string;
  ours: number;
  theirs?: number;
  spread: Spread;
  aim?: Aim;
}

export interface BenchResult {
  rows: ResultRow[];
  /** What was the same on both sides, a sentence each. */
  held: string[];
}

export type Bench = (settings: BenchSettings) => Promise<BenchResult>;

/** Figures of every contender, a round an element. */
export class Rounds {
  private readonly figures = new Map<string, number[]>();
  private readonly units = new Map<string, string>();

  /** Measures all of them in each round, in an order that turns from round to round. */
  static async of(contenders: readonly Contender[], rounds: number): Promise<Rounds> {
    const all = new Rounds();
    await all.measure(contenders, rounds);
    return all;
  }

  async measure(contenders: readonly Contender[], rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < contenders.length; i++) {
        const { name, unit, measure } = contenders[(i + round) % contenders.length]!;
        this.add(name, unit, await measure());
      }
      const told = contenders.map(({ name, unit }) => `${name} ${shown(this.of(name).at(-1)!)} ${unit}`);
      console.error(`round ${round + 1} of ${rounds}: ${told.join('; ')}`);
    }
  }

  add(name: string, unit: string, figure: number): void {
    const own = this.figures.get(name);
    if (own) own.push(figure);
    else this.figures.set(name, [figure]);
    this.units.set(name, unit);
  }

  of(name: string): readonly number[] {
    const own = this.figures.get(name);
    if (!own) throw new Error(`${name} was not measured`);
    return own;
  }

  /** `ours` / `theirs` within each round. */
  ratio(what: string, ours: string, theirs: string, aim?: Aim): ResultRow {
    const [own, other] = [this.of(ours), this.of(theirs)];
    const spread = spreadOf(own.map((figure, round) => figure / other[round]!));
    return { what, unit: this.units.get(ours)!, ours: spreadOf(own).median, theirs: spreadOf(other).median, spread, aim };
  }

  absolute(what: string, name: string, aim?: Aim): ResultRow {
    const spread = spreadOf(this.of(name));
    return { what, unit: this.units.get(name)!, ours: spread.median, spread, aim };
  }
}

/** Whether a smaller figure of this row is a better one: as its aim says, or else its unit. */
export function isLessBetter({ aim, unit }: Pick<ResultRow, 'aim' | 'unit'>): boolean {
  if (aim && 'atLeast' in aim) return false;
  return (aim && 'atMost' in aim) || COSTS.has(unit);
}
const COSTS: ReadonlySet<string> = new Set(['µs', 'ms', 's', 'MiB']);

/** One of the three sizes of a bench. */
export const sizeOf = <T>({ quick, full }: BenchSettings, sizes: { quick: T; usual: T; full: T }): T =>
  quick ? sizes.quick : full ? sizes.full : sizes.usual;

/** Whether the median is where it was aimed at; undefined where there is no aim. */
export function isMet({ aim, spread: { median } }: ResultRow): boolean | undefined {
  if (!aim) return undefined;
  if ('atLeast' in aim) return median >= aim.atLeast;
  return 'atMost' in aim ? median <= aim.atMost : median >= aim.from && median <= aim.to;
}

/** Throws where a benchmark did something else than it says. */
export function assertSame(what: string, actual: unknown, expected: unknown): void {
  const [is, should] = [actual, expected].map((value) => JSON.stringify(value));
  if (is !== should) throw new Error(`wrong result, ${what}: ${is} is not ${should}`);
}
