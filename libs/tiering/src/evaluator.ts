import type { Database } from '#database';
import type { LocalDate, Uuid } from '#event-sourcing';
import { type DayAnswer, type DayToEvaluate, evaluateDays, eventsOf, type StopReason, type TierEvent, type TierRules } from '#tiers';
import { clientFacts } from './client-facts.js';
import { dayReasons, dayToEvaluate, type FirmFacts, gapReasons } from './day-inputs.js';
import { evaluationDates } from './rules-of-runs.js';
import { readFirmFacts } from './firm-facts.js';
import type { EvaluationDate, LateFacts } from './late-facts.js';
import { type PageClient, pageOfClients } from './page-inputs.js';
import type { PublishedRules } from './published-rules.js';
import { beginRun, type Run, runs, saveRun } from './runs.js';
import { evaluationPurpose, type TierWriter } from './tier-writer.js';

export interface EvaluatorParts {
  pool: Database;
  rules: PublishedRules;
  writer: TierWriter;
  late: LateFacts;
  /** Waits until the read models hold the whole log as it is now; answers the position that they hold. */
  readModelsReady: () => Promise<number>;
  pageSize?: number;
}

/** No rules are in force on the evaluation date. */
export class NoRules extends Error {
  constructor(readonly on: LocalDate) {
    super(`no tier rules are in force on ${on}`);
  }
}

const PAGE_CLIENTS = 2_000;

/**
 * One evaluation date over all clients, a page at a time: sums in the database, judged by the pure rules, appended side by
 * side. Left at any point it is taken up again, and a client who was evaluated is not evaluated twice.
 */
export class Evaluator {
  constructor(private readonly parts: EvaluatorParts) {}

  /** Throws NoRules. `progress`: clients done, after each page. A finished run is answered as it was. */
  async run(on: LocalDate, signal: AbortSignal, progress: (clients: number) => void = () => {}): Promise<Run> {
    const { pool, readModelsReady } = this.parts;
    const rules = await this.parts.rules.on(on);
    if (!rules) throw new NoRules(on);
    const run = await beginRun(pool, on, rules.version, await readModelsReady());
    if (run.finishedAt !== null) return run;
    const others = (await runs(pool)).filter((other) => other.finishedAt !== null && other.on !== on);
    const dates = [...(await evaluationDates(this.parts.rules, others)), { on, rules }].sort((a, b) => (a.on < b.on ? -1 : 1));
    const firm = await readFirmFacts(pool, this.parts.rules, rules, [on], run.knownTo);
    const ask = (after: Uuid): Promise<PageClient[]> => {
      const page = pageOfClients(pool, { rules, on, knownTo: run.knownTo, after, limit: this.pageSize });
      page.catch(() => undefined); // awaited below, unless the page before fails first
      return page;
    };
    let next = ask(run.after);
    for (;;) {
      const page = await next;
      signal.throwIfAborted();
      const last = page.at(-1);
      if (last && page.length === this.pageSize) next = ask(last.clientId);
      const days = await this.daysOf(page, rules, firm, on, run.knownTo);
      const answers = await Promise.all(page.map((client) => this.take(client, days.get(client.clientId), rules, firm, dates, run)));
      for (const answer of answers) count(run, answer);
      await this.lookAgain(page);
      run.after = last?.clientId ?? run.after;
      const finished = page.length < this.pageSize;
      await saveRun(pool, run, finished);
      progress(run.clients);
      if (finished) return { ...run, finishedAt: new Date().toISOString() };
    }
  }

  /** At whom a read model could not apply all, although what they wait for may be applied before anybody looks at what is parked. */
  private async lookAgain(page: readonly PageClient[]): Promise<void> {
    const parked = page.filter((client) => client.parked).map(({ clientId }) => clientId);
    if (parked.length === 0) return;
    await this.parts.pool.query('INSERT INTO tiering.pending SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING', [parked]);
  }

  private get pageSize(): number {
    return this.parts.pageSize ?? PAGE_CLIENTS;
  }

  /** Days of the clients whose sums the database could not make, and the gaps of those that have some. */
  private async daysOf(
    page: readonly PageClient[],
    rules: TierRules,
    firm: FirmFacts,
    on: LocalDate,
    knownTo: number,
  ): Promise<ReadonlyMap<Uuid, DayToEvaluate>> {
    const single = page.filter((client) => toDo(client, on) && (client.hasGap || client.inputs === undefined));
    if (single.length === 0) return new Map();
    const facts = await clientFacts(
      this.parts.pool,
      single.map(({ clientId }) => clientId),
      knownTo,
    );
    return new Map(
      single.flatMap(({ clientId, hasGap }) => {
        const own = facts.get(clientId)!;
        const day = hasGap ? { on, rules, inputs: gapReasons(own) } : dayToEvaluate(rules, own, firm, on);
        return day ? [[clientId, day] as const] : [];
      }),
    );
  }

  private async take(
    client: PageClient,
    single: DayToEvaluate | undefined,
    rules: TierRules,
    firm: FirmFacts,
    dates: readonly EvaluationDate[],
    { on, knownTo }: Run,
  ): Promise<DayAnswer | undefined> {
    if (!toDo(client, on)) return undefined;
    // a later month end was made before this one: what it stands on is made anew with it
    if ((client.standing?.evaluatedOn ?? '') > on) return this.parts.late.takeOne(client.clientId, dates, knownTo, on);
    const missing = dayReasons(client.sources, firm, on);
    if (missing === undefined) return undefined;
    const day = single ?? { on, rules, inputs: missing.length > 0 ? missing : client.inputs! };
    const parked: StopReason[] = client.parked ? [{ code: 'facts-parked' }] : [];
    const all = Array.isArray(day.inputs) ? [...parked, ...merged(day.inputs as StopReason[], missing)] : parked;
    const inputs = all.length > 0 ? all : day.inputs;
    const lowest = rules.tiers[0]!.tier;
    const standing = client.standing ?? { tier: lowest, strikes: 0, promotedFrom: null };
    const answer = evaluateDays(standing, [{ ...day, inputs }], knownTo, firm.tradingDays)[0]!;
    const initial: TierEvent = { type: 'TierInitialised', data: { tier: lowest, effectiveFrom: client.firstOn, basis: 'first-account' } };
    const events = [...(client.standing ? [] : [initial]), ...eventsOf(answer)];
    const version = client.standing?.version ?? 0;
    const outcome = await this.parts.writer.append(client.clientId, client.branchId, version, evaluationPurpose(on), events);
    if (outcome.kind === 'accepted' || outcome.kind === 'repeat') return answer;
    // somebody moved the client's tier in between: an override, or the one who did this run before us
    return this.parts.late.takeOne(client.clientId, dates, knownTo, on);
  }
}

/** Not closed, and neither evaluated nor stopped on this date before. */
function toDo({ closed, standing }: PageClient, on: LocalDate): boolean {
  if (closed) return false;
  return !standing || (standing.initialFrom <= on && standing.evaluatedOn !== on && standing.stoppedOn !== on);
}

const merged = (reasons: readonly StopReason[], missing: readonly StopReason[]): StopReason[] => [
  ...reasons,
  ...missing.filter(({ source, code }) => !reasons.some((known) => known.code === code && known.source === source)),
];

function count(run: Run, answer: DayAnswer | undefined): void {
  if (!answer) return;
  run.clients++;
  if (answer.kind === 'stopped') {
    run.stopped++;
    return;
  }
  run.evaluated++;
  const change = eventsOf(answer)[1]?.type;
  if (change === 'TierPromoted') run.promoted++;
  if (change === 'TierDemoted') run.demoted++;
}
