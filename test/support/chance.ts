/** Seeded chance (mulberry32, by Tommy Ettinger): the same seed makes the same plan of faults and the same commands. */
export class Chance {
  constructor(private state: number) {}

  /** At least 0, below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** At least 0, below `bound`. */
  whole(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  happens(probability: number): boolean {
    return this.next() < probability;
  }

  one<T>(from: readonly T[]): T {
    return from[this.whole(from.length)]!;
  }

  shuffled<T>(all: readonly T[]): T[] {
    const left = [...all];
    return Array.from(all, () => left.splice(this.whole(left.length), 1)[0]!);
  }

  /** Chance of its own: what one part draws does not depend on how often another does. */
  branch(): Chance {
    return new Chance(this.whole(2 ** 32));
  }
}
