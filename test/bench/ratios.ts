export interface Spread {
  min: number;
  median: number;
  max: number;
}

export interface BenchResult {
  ratios: Record<string, Spread>;
  /** For people. */
  report: string;
}

export interface BenchSettings {
  rounds: number;
  /** Of each measurement. */
  seconds: number;
  /** How many accounts are evaluated, ascending. */
  accounts: readonly number[];
  /** How pgbench sends its statement. */
  protocol: 'simple' | 'prepared';
}

/** Of quotients taken within one round each, so that what slows the machine for a while slows both sides. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { min: rounded(sorted[0]!), median: rounded(median), max: rounded(sorted.at(-1)!) };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** Plain text in columns, the first one left-aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const cell = (text: string, column: number): string => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!));
  return rows.map((row) => row.map(cell).join('  ')).join('\n');
}

/** Operations per second of so many callers, each with one operation under way, after a warm-up that is not counted. */
export async function rateOf(callers: number, seconds: number, operation: () => Promise<unknown>): Promise<number> {
  const start = performance.now() + (seconds * 1_000) / 4;
  const end = start + seconds * 1_000;
  let done = 0;
  const call = async (): Promise<void> => {
    for (let now = 0; now < end; now = performance.now()) {
      await operation();
      if (performance.now() >= start) done++;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return done / ((performance.now() - start) / 1_000);
}
