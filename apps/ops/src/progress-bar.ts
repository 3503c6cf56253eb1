import { Presets, SingleBar } from 'cli-progress';

/** On standard error, and in lines of its own where that is no terminal. */
export const progressBar = (name: string, unit: string): SingleBar =>
  new SingleBar(
    {
      format: `${name} {bar} {percentage}% | {value} of {total} ${unit} | {duration_formatted}`,
      stream: process.stderr,
      noTTYOutput: true,
      notTTYSchedule: 2_000,
    },
    Presets.shades_classic,
  );
