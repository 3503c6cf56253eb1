import type { Database } from '#database';
import { lead, type OnAppended, Wake } from '#event-feed';
import { derivedId, type Instant, type RecordedEvent, type Uuid } from '#event-sourcing';
import type { LogReader } from '#event-store';
import { createLogger } from '#telemetry';
import { metadataOfEvent } from '#application';
import { CaseStore, type Progress, Replaced } from './case-store.js';
import { byCommand, isSameCommand, type LogEntry, logEntryOf, type RuleEvent } from './log-entries.js';
import type { Look } from './reactions.js';
import { RulesHistory } from './rules-history.js';
import { timersFired } from './timekeeper-figures.js';
import { type CommandOf, LoadedCases, type LoadedCasesParts } from './loaded-cases.js';

export interface TimekeeperOptions extends LoadedCasesParts {
  pool: Database;
  reader: Pick<LogReader, 'read'>;
  onAppended?: OnAppended;
  /** This machine's clock; timers fire when it and the database's agree that they are due. */
  now?: () => Instant;
  pageSize?: number;
  pollMs?: number;
}

const PAGE_SIZE = 500;
const POLL_MS = 100;
const DUE_BATCH = 200;
const RETRY_MS = 1_000;
const NIL = '00000000-0000-0000-0000-000000000000';
const log = createLogger('timekeeper');
/** What one timekeeper holds at a time. */
export const TIMEKEEPER_LEASE = 'timekeeper';

/**
 * Reads the log in order and answers with what commitments say next; at the log's end it lets time pass. One leader, and
 * standbys. Every answer has an id derived from its cause, so that a repeat, or two who answer at once, have one effect.
 */
export class Timekeeper {
  private readonly cases: CaseStore;
  private rules = new RulesHistory();
  private progress: Progress = { epoch: 0, position: 0 };
  private looks = 0;

  constructor(private readonly options: TimekeeperOptions) {
    this.cases = new CaseStore(options.pool);
  }

  /** All up to here has had its effect. */
  get position(): number {
    return this.progress.position;
  }

  /** Grows with every event answered and every due case looked at. */
  get done(): number {
    return this.progress.position + this.looks;
  }

  /** Runs until `signal` aborts. */
  run(signal: AbortSignal): Promise<void> {
    return lead(this.options.pool, TIMEKEEPER_LEASE, signal, (term) => this.serve(term));
  }

  private async serve(signal: AbortSignal): Promise<void> {
    const wake = new Wake(this.options.onAppended);
    try {
      while (!signal.aborted) {
        try {
          this.progress = await this.cases.beginTerm();
          this.rules = new RulesHistory(await this.cases.rules());
          await this.keepTime(wake, signal);
        } catch (error) {
          if (signal.aborted || error instanceof Replaced) return;
          log.warn({ error: String(error), position: this.position }, 'going on from what was saved');
          await wake.wait(RETRY_MS, signal);
        }
      }
    } finally {
      wake.close();
    }
  }

  private async keepTime(wake: Wake, signal: AbortSignal): Promise<void> {
    const { pollMs = POLL_MS } = this.options;
    let nextDue: Instant | null = null;
    let stale = true; // whether something may have become due earlier than was known
    while (!signal.aborted) {
      if (await this.takePage()) {
        stale = true;
        continue;
      }
      if (stale) [nextDue, stale] = [await this.cases.nextDue(), false];
      if (nextDue !== null && nextDue <= this.ownNow() && (await this.letTimePass())) {
        stale = true;
        continue;
      }
      await wake.wait(pollMs, signal);
    }
  }

  private async learn(rule: RuleEvent): Promise<void> {
    const why = this.rules.add(rule);
    if (why === undefined && rule.type === 'CalendarRevised') await this.cases.mended(rule.position);
    if (why === undefined) return;
    log.error({ position: rule.position, error: why }, 'nothing can be reckoned with this rule; the clocks go on without it');
    await this.cases.keepUnread(rule.position, why);
  }

  /** The next page of the log, with its effects. Answers whether there was one. */
  private async takePage(): Promise<boolean> {
    const rows = await this.page();
    const last = rows.at(-1);
    if (!last) return false;
    const entries: LogEntry[] = [];
    for (const row of rows) {
      try {
        entries.push(...[logEntryOf(row, this.options.registry) ?? []].flat());
      } catch (error) {
        log.error({ position: row.position, error: String(error) }, 'an event could not be read; the clocks go on without it');
        await this.cases.keepUnread(row.position, String(error));
      }
    }
    await this.cases.keep(entries);
    for (const { rule } of entries) if (rule) await this.learn(rule); // read back as of a position, so all of them may be known
    const loaded = this.newLoadedCases();
    await loaded.load(entries.flatMap(({ facts }) => (facts ? [facts.subjectId] : [])));
    for (const group of byCommand(entries)) await this.takeGroup(group, loaded);
    await loaded.settled();
    this.progress = { ...this.progress, position: last.position };
    await this.cases.save(this.progress, loaded.seen());
    return true;
  }

  /** A page that ends where a command's events end. */
  private async page(): Promise<RecordedEvent[]> {
    const { reader, pageSize = PAGE_SIZE } = this.options;
    const rows = await reader.read({ after: this.position, limit: pageSize });
    const mark = (row: RecordedEvent) => ({ ...metadataOfEvent(row), streamId: row.streamId, recordedAt: row.recordedAt });
    while (rows.length >= pageSize) {
      const [next] = await reader.read({ after: rows.at(-1)!.position, limit: 1 });
      if (!next || !isSameCommand(mark(rows.at(-1)!), mark(next))) break;
      rows.push(next);
    }
    return rows;
  }

  private async takeGroup(group: readonly LogEntry[], loaded: LoadedCases): Promise<void> {
    const last = group.at(-1)!;
    const look: Look = {
      upTo: last.position,
      nowMs: Date.parse(last.recordedAt),
      timePasses: false,
      detectedAt: last.recordedAt,
      cause: last.eventId,
    };
    const commandOf = answering(last);
    for (const { facts } of group) if (facts) loaded.look(facts.subjectId, look, last, commandOf);
    if (group.some(({ tier }) => tier)) {
      await loaded.settled();
      await loaded.load(await this.cases.runningOfClient(last.clientId, last.position));
      for (const subjectId of loaded.ofClient(last.clientId, last.position)) loaded.look(subjectId, look, last, commandOf);
    }
    for (const { rule } of group) {
      if (rule?.type === 'CalendarRevised') await this.recalendar(rule.data.name, look, last, loaded);
    }
  }

  /** Every running commitment on a revised calendar, however many: a page of cases at a time. */
  private async recalendar(calendar: string, look: Look, cause: LogEntry, loaded: LoadedCases): Promise<void> {
    await loaded.settled();
    await this.cases.save(this.progress, loaded.seen()); // so that the pages below hold what this page of the log has started
    let after: Uuid = NIL;
    for (;;) {
      const subjects = await this.cases.runningOnCalendar(calendar, look.upTo, after, DUE_BATCH);
      const last = subjects.at(-1);
      if (last === undefined) return;
      const page = this.newLoadedCases();
      await page.load(subjects);
      for (const subjectId of subjects) page.look(subjectId, look, cause, answering(cause));
      await page.settled();
      await this.cases.save(this.progress, page.seen());
      loaded.forget(subjects);
      after = last;
    }
  }

  /** What is due at the log's end. Answers whether anything was. */
  private async letTimePass(): Promise<boolean> {
    const [own, server] = [this.ownNow(), await this.cases.now()];
    const now = own < server ? own : server; // whoever's clock was stepped forward, nothing is due before both say so
    const due = await this.cases.due(now, DUE_BATCH);
    if (due.length === 0) return false;
    const loaded = this.newLoadedCases();
    await loaded.load(due);
    const look: Look = { upTo: this.position, nowMs: Date.parse(now), timePasses: true, detectedAt: now, cause: null };
    for (const subjectId of due) loaded.look(subjectId, look, undefined, byTimer);
    await loaded.settled();
    await this.cases.save(this.progress, loaded.seen());
    timersFired.inc(due.length);
    this.looks += due.length;
    return true;
  }

  private newLoadedCases(): LoadedCases {
    return new LoadedCases(this.options, this.cases, this.rules);
  }

  private ownNow(): Instant {
    return this.options.now?.() ?? new Date().toISOString();
  }
}

// The version is part of it: evidence that comes and goes may make the same instant due again.
const byTimer: CommandOf = ({ stream, cycle, version }, { wakeAt }) => derivedId(stream.id, `timer|${cycle}|${wakeAt}|${version}`);

const answering =
  (cause: LogEntry): CommandOf =>
  ({ stream, version }) =>
    derivedId(cause.eventId, `commitment|${stream.id}|${version}`);
