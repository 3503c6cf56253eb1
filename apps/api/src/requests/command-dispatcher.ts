import { type Command, CommandBus } from '@nestjs/cqrs';
import type { CommandContext, CommandResult } from '#application';
import { type Instant, instant, knowsTime, type LocalDate, type When } from '#event-sourcing';
import { RequestHasher } from '#privacy';
import { localDateOf, whenOf } from '../fields/time-fields.js';
import { Problem } from '../problems/problem.js';
import type { CommandRequest } from './command-request.js';
import { countCommand } from './request-metrics.js';

/** Hands commands to the application, each with what its request says. */
export class CommandDispatcher {
  /** Requests under way, by command id. A repeat waits here for the first; that only one takes effect, the log sees to. */
  private readonly underWay = new Map<string, Promise<unknown>>();

  constructor(
    private readonly bus: CommandBus,
    private readonly hasher: RequestHasher,
    /** IANA zone of the firm: where a day begins, and which day today is. */
    private readonly zone: string,
  ) {}

  /** What a command's request says of who asks, when and on which version. `occurred`: when the act happened, where the person says so. */
  context(request: CommandRequest, body: object, occurred?: When): CommandContext {
    const context: CommandContext = { ...request, requestHash: this.hasher.hash(body), keepOutcome: 'sevenDays' };
    if (occurred) context.occurred = occurred;
    return context;
  }

  /** A repeat that comes while the first is under way waits for it. */
  perform<R extends CommandResult>(command: Command<R> & { readonly context: CommandContext }): Promise<R> {
    return this.inTurn(command.context.commandId, () => countCommand(command, () => this.bus.execute(command)));
  }

  when(text: string): When {
    return whenOf(text, this.zone);
  }

  /** A moment of an act through a channel. Throws a Problem for a date alone where whoever states it knows the time. */
  whenBy({ principal }: CommandRequest, member: string, text: string, channel: string | undefined): When {
    const when = this.when(text);
    if (when.precision === 'day' && knowsTime(channel) && principal.role !== 'integrationClient')
      throw new Problem('time-required', { errors: [{ pointer: `/${member}`, code: 'time-required' }] });
    return when;
  }

  /** The stated time of an act, or now. Throws a Problem for a time to come. */
  occurred(stated: string | undefined, now: Instant): When {
    return stated === undefined ? instant(now) : this.past(stated, now, '/occurredAt');
  }

  /** The stated time of something that has happened. Throws a Problem that points at it, for a time to come. */
  past(stated: string, now: Instant, pointer: string): When {
    const when = this.when(stated);
    if (when.at > now) throw new Problem('act-in-the-future', { errors: [{ pointer, code: 'act-in-the-future' }] });
    return when;
  }

  /** When an act happened, as its body states it, and the time it is stated at. */
  timed(request: CommandRequest, { occurredAt, channel }: { occurredAt?: string; channel?: string }): { at: When; now: Instant } {
    const { now } = request;
    if (occurredAt !== undefined) this.whenBy(request, 'occurredAt', occurredAt, channel);
    return { at: this.occurred(occurredAt, now), now };
  }

  today(now: Instant): LocalDate {
    return localDateOf(now, this.zone);
  }

  private async inTurn<T>(commandId: string, run: () => Promise<T>): Promise<T> {
    const first = this.underWay.get(commandId);
    const result = first ? first.then(run, run) : run();
    this.underWay.set(commandId, result);
    try {
      return await result;
    } finally {
      if (this.underWay.get(commandId) === result) this.underWay.delete(commandId);
    }
  }
}
