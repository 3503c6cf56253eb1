/** Log positions as ranges: an import's are mostly one after another, so a long import is a short list. */
export class PositionSet {
  private readonly ranges: [from: number, to: number][] = [];

  /** Adds `from`..`to`, both inclusive; nothing where `to` is below `from`. */
  add(from: number, to: number): void {
    if (to >= from) this.ranges.push([from, to]);
    if (this.ranges.length >= COMPACT_AT && this.ranges.length % COMPACT_AT === 0) this.compact();
  }

  /** Ascending, disjoint, neighbours joined. */
  toRanges(): readonly (readonly [from: number, to: number])[] {
    this.compact();
    return this.ranges;
  }

  /** How many positions it holds. */
  get size(): number {
    return this.toRanges().reduce((sum, [from, to]) => sum + to - from + 1, 0);
  }

  get highest(): number {
    return this.ranges.reduce((highest, [, to]) => Math.max(highest, to), 0);
  }

  private compact(): void {
    this.ranges.sort(([a], [b]) => a - b);
    let kept = 0;
    for (const range of this.ranges) {
      const last = this.ranges[kept - 1];
      if (last && range[0] <= last[1] + 1) last[1] = Math.max(last[1], range[1]);
      else this.ranges[kept++] = range;
    }
    this.ranges.length = kept;
  }
}

const COMPACT_AT = 4_096;
