import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError, type Uuid } from '#event-sourcing';
import {
  acknowledgement,
  type AcknowledgementCommand,
  acknowledgementStream,
  type Calendar,
  calendar,
  type Calendars,
  calendarStream,
  deliveries,
  deliveriesStream,
  type DeliveryCommand,
  handbook,
  type HandbookCommand,
  handbookProblems,
  type HandbookState,
  handbookStream,
} from '#service-levels';
import { type CommandContext, type CommandResult, NotFound } from './command.js';
import { CommandRunner } from './command-runner.js';
import { act, branchOf } from './transactions.js';

const refusal = DomainError.of(handbookProblems);

/** A handbook's command as a person states it: which calendars are published is for the handler to know. */
type WithoutCalendars<C> = C extends unknown ? Omit<C, 'calendars'> : never;
export type HandbookRequest = WithoutCalendars<HandbookCommand>;

/** Drafts, approves, publishes or retires an edition, or switches a regulatory preset. */
export class ChangeHandbook extends Command<CommandResult> {
  constructor(
    readonly command: HandbookRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeHandbook)
export class ChangeHandbookHandler implements ICommandHandler<ChangeHandbook> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ command, context }: ChangeHandbook): Promise<CommandResult> {
    return this.runner.run({ id: handbookStream.id, created: false }, context, async () => {
      const loaded = await this.runner.load(handbook, handbookStream.id);
      const state = loaded?.state ?? handbook.initial;
      if ('edition' in command && !state.editions.has(command.edition)) throw new NotFound();
      const { decided, guards } = await this.complete(command, state);
      const decision = { events: handbook.decide(decided, state), branchId: branchOf(context.principal), guards };
      return { stream: handbookStream, version: loaded?.version ?? 0, decision };
    });
  }

  private async complete(command: HandbookRequest, state: HandbookState): Promise<{ decided: HandbookCommand; guards: Guard[] }> {
    if (command.type !== 'PublishEdition' && command.type !== 'SwitchOnPreset') return { decided: command, guards: [] };
    const promises = command.type === 'SwitchOnPreset' ? command.promises : state.editions.get(command.edition)!.handbook.promises;
    const { calendars, guards } = await this.published(new Set(promises.map((promise) => promise.calendar)));
    return { decided: { ...command, calendars }, guards };
  }

  /** The calendars of these names; they must still be as they were read when the decision is stored. */
  private async published(names: ReadonlySet<string>): Promise<{ calendars: Calendars; guards: Guard[] }> {
    const calendars: Record<string, Calendar> = {};
    const guards: Guard[] = [];
    for (const name of names) {
      const { id } = calendarStream(name);
      const found = await this.runner.load(calendar, id);
      if (!found || !('calendar' in found.state)) continue;
      calendars[name] = found.state.calendar;
      guards.push({ stream: id, version: found.version });
    }
    return { calendars, guards };
  }
}

interface Guard {
  stream: Uuid;
  version: number;
}

/** Somebody of the firm has read a published edition. */
export class AcknowledgeHandbook extends Command<CommandResult> {
  constructor(
    readonly command: AcknowledgementCommand,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(AcknowledgeHandbook)
export class AcknowledgeHandbookHandler implements ICommandHandler<AcknowledgeHandbook> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ command, context }: AcknowledgeHandbook): Promise<CommandResult> {
    const stream = acknowledgementStream(command.edition, command.staffId);
    return act(this.runner, acknowledgement, stream, { is: 'firm' }, context, async () => {
      if (!(await editionOf(this.runner, command.edition))) throw new NotFound();
      await checkPublished(this.runner, command.edition);
      return command;
    });
  }
}

/** A client was given a published edition. */
export class DeliverHandbook extends Command<CommandResult> {
  constructor(
    readonly clientId: Uuid,
    readonly command: DeliveryCommand,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(DeliverHandbook)
export class DeliverHandbookHandler implements ICommandHandler<DeliverHandbook> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ clientId, command, context }: DeliverHandbook): Promise<CommandResult> {
    const checked = async (): Promise<DeliveryCommand> => {
      await checkPublished(this.runner, command.edition);
      return command;
    };
    return act(this.runner, deliveries, deliveriesStream(clientId), { is: 'openClient', clientId }, context, checked);
  }
}

// What is published stays so, retired or not; nothing has to be guarded.
async function checkPublished(runner: CommandRunner, edition: number): Promise<void> {
  const found = await editionOf(runner, edition);
  if (!found || found.status === 'drafted' || found.status === 'approved') throw refusal('edition-not-published', ['/edition']);
}

const editionOf = async (runner: CommandRunner, edition: number) =>
  (await runner.load(handbook, handbookStream.id))?.state.editions.get(edition);
