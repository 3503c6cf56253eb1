import { Presets, SingleBar } from 'cli-progress';

/** `more`: further fields, whose values come with each update. On standard error, and in lines of its own where that is no terminal. */
export const progressBar = (name: string, unit: string, more = ''): SingleBar =>
  new SingleBar(
    {
      format: `${name} {bar} {percentage}% | {value} of {total} ${unit} | {duration_formatted}${more}`,
      stream: process.stderr,
      noTTYOutput: true,
      notTTYSchedule: 2_000,
    },
    Presets.shades_classic,
  );
