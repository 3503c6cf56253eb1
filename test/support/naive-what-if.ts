import { severities } from '#event-sourcing';
import {
  type Fact,
  type HandbookEdition,
  type Metric,
  type PromiseAnswer,
  type ServicePromise,
  type Subject,
  type WhatIfAnswer,
  type WhatIfDocument,
} from '../../libs/service-levels/src/format/format.js';
import { NaiveCalendar } from './naive-clock.js';
import { type PlacedFact, placedFacts } from './naive-evidence.js';
import { NaiveCommitment, type Printed } from './naive-commitment.js';

export type NaiveAnswer = { answers: { asOf: string; promises: Printed[] }[] };

/**
 * A what-if document answered by replaying its facts from the beginning for each `asOf`, one commitment at a time, without `why`.
 * It exists to disagree with the engine.
 */
export function naiveWhatIf(document: WhatIfDocument): NaiveAnswer {
  return {
    answers: document.asOf.map((asOf) => {
      const missedBy = (facts: PlacedFact[], at: number) => courseOf(document, facts, at).missed(at);
      const facts = placedFacts(document, Date.parse(asOf), missedBy);
      return { asOf, promises: courseOf(document, facts, Date.parse(asOf)).answer(Date.parse(asOf), facts) };
    }),
  };
}

function courseOf(document: WhatIfDocument, facts: readonly PlacedFact[], until: number): Course {
  const course = new Course(document);
  for (const fact of facts) if (fact.at <= until) course.apply(fact);
  return course;
}

export type WithoutWhy = Omit<PromiseAnswer, 'why' | 'earlier'> & { earlier?: WithoutWhy[] };

/** What the naive answer is compared with: the engine's, without its reasons. */
export function withoutWhy(answer: WhatIfAnswer): { answers: { asOf: string; promises: WithoutWhy[] }[] } {
  const strip = ({ why: _why, earlier, ...rest }: PromiseAnswer): WithoutWhy => ({
    ...rest,
    ...(earlier === undefined ? {} : { earlier: earlier.map(strip) }),
  });
  return { answers: answer.answers.map(({ asOf, promises }) => ({ asOf, promises: promises.map(strip) })) };
}

const minuteMs = 60_000;

class Course {
  private readonly commitments: NaiveCommitment[] = [];
  private readonly calendars: Map<string, NaiveCalendar>;
  private subject: Subject;
  private received = false;
  /** Questions known by their day that nobody has answered yet. */
  private readonly unanswered = new Set<Fact>();

  constructor(private readonly document: WhatIfDocument) {
    this.calendars = new Map(Object.entries(document.calendars).map(([name, calendar]) => [name, new NaiveCalendar(calendar)]));
    this.subject = document.subject;
  }

  apply(placed: PlacedFact): void {
    const { stated: fact, at } = placed;
    for (const commitment of this.commitments) commitment.advanceTo(at);
    if (placed.waitingFor) {
      if (this.unanswered.delete(placed.waitingFor.stated)) for (const commitment of this.commitments) commitment.pause(at);
      return;
    }
    switch (fact.fact) {
      case 'received':
        this.receive(placed);
        break;
      case 'outbound':
        this.communicate(placed, fact.by === 'human');
        break;
      case 'clientAsked':
        // First a communication, then a question: the update cycle that it starts waits for the client too.
        this.communicate(placed, true);
        if (placed.date !== undefined) this.unanswered.add(fact);
        else for (const commitment of this.commitments) commitment.pause(at);
        break;
      case 'inbound':
      case 'clientReplied':
        this.unanswered.clear();
        for (const commitment of this.commitments) commitment.resume(at);
        break;
      case 'accepted':
      case 'declined':
        this.stop(placed, ['decision']);
        break;
      case 'completed':
        this.stop(placed, ['resolution', 'update']);
        break;
      case 'reopened':
        this.reopen(placed);
        break;
      case 'cancelled':
        for (const commitment of this.commitments) commitment.end(at, 'cancelled');
        break;
      case 'stepStarted':
        this.startStep(placed, fact.step);
        break;
      case 'stepCompleted':
        this.stop(placed, ['step'], fact.step);
        break;
      case 'tierChanged':
        this.subject = { ...this.subject, tier: fact.to };
        for (const commitment of this.commitments)
          if (commitment.policy.tierMode === 'favourable_only' && this.retarget(commitment, at, { tier: fact.to }))
            commitment.tier = fact.to;
        break;
      case 'severityChanged':
        this.subject = { ...this.subject, severity: fact.to };
        for (const commitment of this.commitments) {
          if (severities.indexOf(fact.to) <= severities.indexOf(commitment.severity ?? 'low')) continue;
          this.retarget(commitment, at, { severity: fact.to });
          // the tier that the client has by now is favourable as well, where tiers count
          if (commitment.policy.tierMode === 'favourable_only')
            this.retarget(commitment, at, { severity: fact.to, tier: this.subject.tier });
          commitment.severity = fact.to;
        }
        break;
      case 'extended':
        for (const commitment of this.commitments) if (commitment.policy.id === fact.promise) commitment.extend(at, fact.days);
        break;
      case 'calendarRevised': {
        const calendar = this.calendars.get(fact.calendar)?.revised(fact.closed ?? [], fact.special);
        if (calendar === undefined) break;
        this.calendars.set(fact.calendar, calendar);
        for (const commitment of this.commitments) if (commitment.policy.calendar === fact.calendar) commitment.revise(at, calendar);
        break;
      }
      case 'note':
        break;
    }
  }

  /** One entry a promise, in the order of their first starts; its latest cycle, earlier ones under it. */
  answer(asOf: number, facts: readonly PlacedFact[]): Printed[] {
    for (const commitment of this.commitments) commitment.advanceTo(asOf);
    for (const { stated, late } of facts) {
      if (!late) continue;
      for (const commitment of this.commitments) {
        if (![nameOf(commitment), 'any'].some((name) => late.commitments.includes(name))) continue;
        const [statedAt, recordedAt] = [commitment.instant(late.statedAt), commitment.instant(late.recordedAt)];
        commitment.late.push({ fact: stated.fact, statedAt, recordedAt });
      }
    }
    return [...new Set(this.commitments.map(kindOf))].map((kind) => {
      const printed = this.commitments.filter((commitment) => kindOf(commitment) === kind).map((commitment) => commitment.print(asOf));
      const latest = printed.pop() as Printed;
      return printed.length === 0 ? latest : { ...latest, earlier: printed };
    });
  }

  /** What has missed its deadline by an instant. */
  missed(at: number): string[] {
    for (const commitment of this.commitments) commitment.advanceTo(at);
    return this.commitments.filter((commitment) => commitment.missed).map(nameOf);
  }

  /** The edition in force at an instant. */
  private editionAt(at: number): HandbookEdition | undefined {
    return this.document.handbook
      .filter(({ effectiveFrom, effectiveTo }) => Date.parse(effectiveFrom) <= at && (effectiveTo === null || at < Date.parse(effectiveTo)))
      .sort((a, b) => Date.parse(b.effectiveFrom) - Date.parse(a.effectiveFrom))[0];
  }

  /** Of an edition's promises of the same metric, class and step: the match that names the most selectors. */
  private select(edition: HandbookEdition, like: ServicePromise, subject = this.subject): ServicePromise | undefined {
    const named = (promise: ServicePromise) => Object.keys(promise.appliesTo ?? {}).length;
    return edition.promises
      .filter((promise) => promise.metric === like.metric && promise.step === like.step)
      .filter((promise) => (promise.class ?? 'service') === (like.class ?? 'service') && matches(promise, subject))
      .sort((a, b) => named(b) - named(a))[0];
  }

  private start(
    { at, date }: PlacedFact,
    policy: ServicePromise,
    edition: HandbookEdition,
    target = policy.target,
    targetMs?: number,
  ): void {
    const cycle = 1 + this.commitments.filter((commitment) => kindOf(commitment) === kindOf({ policy })).length;
    const { tier, severity } = this.subject;
    const calendar = this.calendars.get(policy.calendar);
    if (calendar === undefined) throw new Error(`no calendar ${policy.calendar}`);
    this.commitments.push(new NaiveCommitment(policy, edition, cycle, calendar, at, target, targetMs, tier, severity, date));
  }

  private receive(at: PlacedFact): void {
    const edition = this.editionAt(at.at);
    if (this.received || edition === undefined) return;
    this.received = true;
    const chosen = edition.promises.filter((promise) => promise.metric !== 'step' && this.select(edition, promise) === promise);
    for (const promise of chosen) this.start(at, promise, edition);
  }

  private startStep(at: PlacedFact, step: string): void {
    const edition = this.editionAt(at.at);
    if (edition === undefined) return;
    for (const promise of edition.promises) {
      if (promise.metric !== 'step' || promise.step !== step || this.select(edition, promise) !== promise) continue;
      const running = this.commitments.some((commitment) => !commitment.ended && kindOf(commitment) === kindOf({ policy: promise }));
      if (!running) this.start(at, promise, edition);
    }
  }

  private stop({ at, until = at, date }: PlacedFact, metrics: readonly Metric[], step?: string): void {
    for (const commitment of this.commitments) {
      if (!metrics.includes(commitment.policy.metric) || (step !== undefined && commitment.policy.step !== step)) continue;
      if (date === undefined) commitment.end(at, 'stopped');
      else commitment.endByDay(at, until, date);
    }
  }

  private communicate(at: PlacedFact, human: boolean): void {
    this.stop(at, ['acknowledgement']);
    if (!human) return;
    const updates = this.commitments.filter(({ policy, ended }) => policy.metric === 'update' && !ended);
    this.stop(at, ['firstResponse', 'update']);
    for (const { policy, edition, fullTarget } of updates) if (policy.recurring) this.start(at, policy, edition, fullTarget);
  }

  private reopen(at: PlacedFact): void {
    const latest = new Map(this.commitments.map((commitment) => [kindOf(commitment), commitment]));
    for (const { policy, edition, fullTarget, unusedMs, ended } of latest.values()) {
      if (policy.metric === 'step' || policy.class === 'regulatory' || !ended) continue;
      const resumes = policy.reopenMode === 'resume_original' && !policy.recurring && unusedMs !== undefined;
      const targetMs = resumes ? Math.max(unusedMs, policy.reopenFloorMinutes * minuteMs) : undefined;
      this.start(at, policy, edition, fullTarget, targetMs);
    }
  }

  /** Selects again in the pinned edition, with the tier and severity that the commitment has so far and what has changed. */
  private retarget(commitment: NaiveCommitment, at: number, change: Partial<Subject>): boolean {
    const { tier, severity } = commitment;
    const promise = this.select(commitment.edition, commitment.policy, { ...this.subject, tier, severity, ...change });
    return promise !== undefined && commitment.retarget(at, promise.target);
  }
}

/** Of each at most one promise applies to a case: its cycles follow each other, also where a later edition names it anew. */
const nameOf = ({ policy, cycle }: NaiveCommitment) => `${kindOf({ policy })} ${cycle}`;
const kindOf = ({ policy }: { policy: ServicePromise }) => `${policy.metric} ${policy.class ?? 'service'} ${policy.step ?? ''}`;

function matches({ appliesTo = {} }: ServicePromise, { type, process, tier, channel, severity }: Subject): boolean {
  if (type === 'complaint' && appliesTo.tier !== undefined) return false;
  const fits = (allowed: readonly string[] | undefined, value: string | undefined) =>
    allowed === undefined || (value !== undefined && allowed.includes(value));
  return (
    fits(appliesTo.process, process) && fits(appliesTo.tier, tier) && fits(appliesTo.channel, channel) && fits(appliesTo.severity, severity)
  );
}
