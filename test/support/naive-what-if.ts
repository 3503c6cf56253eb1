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
import { NaiveCommitment, type Printed } from './naive-commitment.js';

export type NaiveAnswer = { answers: { asOf: string; promises: Printed[] }[] };

/**
 * A what-if document answered by replaying its facts from the beginning for each `asOf`, one commitment at a time, without `why`.
 * It exists to disagree with the engine.
 */
export function naiveWhatIf(document: WhatIfDocument): NaiveAnswer {
  return {
    answers: document.asOf.map((asOf) => {
      const course = new Course(document);
      for (const fact of document.timeline) if (Date.parse(fact.at) <= Date.parse(asOf)) course.apply(fact);
      return { asOf, promises: course.answer(Date.parse(asOf)) };
    }),
  };
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

  constructor(private readonly document: WhatIfDocument) {
    this.calendars = new Map(Object.entries(document.calendars).map(([name, calendar]) => [name, new NaiveCalendar(calendar)]));
    this.subject = document.subject;
  }

  apply(fact: Fact): void {
    const at = Date.parse(fact.at);
    for (const commitment of this.commitments) commitment.advanceTo(at);
    switch (fact.fact) {
      case 'received':
        this.receive(at);
        break;
      case 'outbound':
        this.communicate(at, fact.by === 'human');
        break;
      case 'clientAsked':
        // First a communication, then a question: the update cycle that it starts waits for the client too.
        this.communicate(at, true);
        for (const commitment of this.commitments) commitment.pause(at);
        break;
      case 'inbound':
      case 'clientReplied':
        for (const commitment of this.commitments) commitment.resume(at);
        break;
      case 'accepted':
      case 'declined':
        this.stop(at, ['decision']);
        break;
      case 'completed':
        this.stop(at, ['resolution', 'update']);
        break;
      case 'reopened':
        this.reopen(at);
        break;
      case 'cancelled':
        for (const commitment of this.commitments) commitment.end(at, 'cancelled');
        break;
      case 'stepStarted':
        this.startStep(at, fact.step);
        break;
      case 'stepCompleted':
        this.stop(at, ['step'], fact.step);
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
  answer(asOf: number): Printed[] {
    for (const commitment of this.commitments) commitment.advanceTo(asOf);
    return [...new Set(this.commitments.map(kindOf))].map((kind) => {
      const printed = this.commitments.filter((commitment) => kindOf(commitment) === kind).map((commitment) => commitment.print(asOf));
      const latest = printed.pop() as Printed;
      return printed.length === 0 ? latest : { ...latest, earlier: printed };
    });
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

  private start(at: number, policy: ServicePromise, edition: HandbookEdition, target = policy.target, targetMs?: number): void {
    const cycle = 1 + this.commitments.filter((commitment) => kindOf(commitment) === kindOf({ policy })).length;
    const { tier, severity } = this.subject;
    const calendar = this.calendars.get(policy.calendar);
    if (calendar === undefined) throw new Error(`no calendar ${policy.calendar}`);
    this.commitments.push(new NaiveCommitment(policy, edition, cycle, calendar, at, target, targetMs, tier, severity));
  }

  private receive(at: number): void {
    const edition = this.editionAt(at);
    if (this.received || edition === undefined) return;
    this.received = true;
    const chosen = edition.promises.filter((promise) => promise.metric !== 'step' && this.select(edition, promise) === promise);
    for (const promise of chosen) this.start(at, promise, edition);
  }

  private startStep(at: number, step: string): void {
    const edition = this.editionAt(at);
    if (edition === undefined) return;
    for (const promise of edition.promises) {
      if (promise.metric !== 'step' || promise.step !== step || this.select(edition, promise) !== promise) continue;
      const running = this.commitments.some((commitment) => !commitment.ended && kindOf(commitment) === kindOf({ policy: promise }));
      if (!running) this.start(at, promise, edition);
    }
  }

  private stop(at: number, metrics: readonly Metric[], step?: string): void {
    for (const commitment of this.commitments)
      if (metrics.includes(commitment.policy.metric) && (step === undefined || commitment.policy.step === step))
        commitment.end(at, 'stopped');
  }

  private communicate(at: number, human: boolean): void {
    this.stop(at, ['acknowledgement']);
    if (!human) return;
    const updates = this.commitments.filter(({ policy, ended }) => policy.metric === 'update' && !ended);
    this.stop(at, ['firstResponse', 'update']);
    for (const { policy, edition, fullTarget } of updates) if (policy.recurring) this.start(at, policy, edition, fullTarget);
  }

  private reopen(at: number): void {
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
const kindOf = ({ policy }: { policy: ServicePromise }) => `${policy.metric} ${policy.class ?? 'service'} ${policy.step ?? ''}`;

function matches({ appliesTo = {} }: ServicePromise, { type, process, tier, channel, severity }: Subject): boolean {
  if (type === 'complaint' && appliesTo.tier !== undefined) return false;
  const fits = (allowed: readonly string[] | undefined, value: string | undefined) =>
    allowed === undefined || (value !== undefined && allowed.includes(value));
  return (
    fits(appliesTo.process, process) && fits(appliesTo.tier, tier) && fits(appliesTo.channel, channel) && fits(appliesTo.severity, severity)
  );
}
