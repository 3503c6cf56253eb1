import { type LocalDate, toLocalDate } from '#event-sourcing';
import { datesToEvaluate, openTiering, type Run, type RunCounts, runs, type Tiering } from '#tiering';
import { type Installation, UsageError } from '../installation.js';
import { progressBar } from '../progress-bar.js';
import { startProjecting } from '../projecting.js';
import { statedDate } from './stated-date.js';

export interface EvaluateTiersOptions {
  /** Month ends up to this date. */
  asOf: LocalDate;
  /** The first month end to make where it was not made; default after the last one made, or since the first rules. */
  from?: LocalDate;
}

/** What was evaluated, the earliest date first, and how many clients late facts had changed something for. */
export interface EvaluationReport {
  dates: ({ on: LocalDate; ruleVersion: string } & RunCounts)[];
  lookedAtAgain: number;
}

/**
 * Evaluates every month end that is due, over all clients, and re-makes what facts that came late change. Left and run
 * again, it goes on where it was. Throws UsageError where no rules are published, or the date is to come.
 */
export async function evaluateTiers(
  installation: Installation,
  firmZone: string,
  options: EvaluateTiersOptions,
): Promise<EvaluationReport> {
  const today = toLocalDate(new Date().toISOString(), firmZone);
  const { asOf, from } = { asOf: statedDate(options.asOf, '--as-of'), from: options.from && statedDate(options.from, '--from') };
  if (asOf >= today) throw new UsageError(`--as-of ${asOf} is not over yet in ${firmZone}`);
  if (from !== undefined && from > asOf) throw new UsageError('--from is later than --as-of');
  const projecting = installation.served ? undefined : startProjecting(installation.url, installation.master, firmZone);
  try {
    const tiering = await openTiering({ url: installation.url, firmZone });
    try {
      return await evaluate(tiering, asOf, from);
    } finally {
      await tiering.close();
    }
  } finally {
    await projecting?.stop();
  }
}

async function evaluate(tiering: Tiering, asOf: LocalDate, from: LocalDate | undefined): Promise<EvaluationReport> {
  const { pool, rules, evaluator, latePass, readModelsReady } = tiering;
  const firstRules = await rules.firstOn();
  if (firstRules === undefined) throw new UsageError('no tier rules are published');
  const signal = new AbortController().signal; // killed, it is simply run again
  let lookedAtAgain = await latePass.run(await readModelsReady(), signal); // first: no month end is judged from what is known to be wrong
  const dates: Run[] = [];
  for (const on of datesToEvaluate(await runs(pool), firstRules, from, asOf)) {
    const bar = progressBar(`tiers ${on}`, 'clients');
    bar.start(await clientsOf(tiering), 0);
    dates.push(await evaluator.run(on, signal, (clients) => bar.update(clients)).finally(() => bar.stop()));
  }
  lookedAtAgain += await latePass.run(await readModelsReady(), signal);
  return { dates: dates.map(({ knownTo: _to, after: _after, startedAt: _start, finishedAt: _end, ...counts }) => counts), lookedAtAgain };
}

async function clientsOf({ pool }: Tiering): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('SELECT count(DISTINCT client_id)::int AS count FROM read.accounts');
  return Math.max(1, rows[0]!.count);
}

export const evaluationLines = ({ dates, lookedAtAgain }: EvaluationReport): string[] => [
  ...dates.map(
    ({ on, ruleVersion, clients, evaluated, stopped, promoted, demoted }) =>
      `${on} by ${ruleVersion}: ${clients} clients = ${evaluated} evaluated + ${stopped} stopped; ${promoted} promoted, ${demoted} demoted`,
  ),
  ...(dates.length === 0 ? ['every month end up to then was evaluated already'] : []),
  ...(lookedAtAgain > 0 ? [`facts came late for ${lookedAtAgain} clients: their evaluations were looked at again`] : []),
];
