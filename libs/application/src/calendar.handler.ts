import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { HEAD_OFFICE } from '#event-sourcing';
import { calendar, type CalendarCommand, calendarStream } from '#service-levels';
import { ALL_BRANCHES, type CommandContext, type CommandResult, NotFound, type Principal } from './command.js';
import { CommandRunner } from './command-runner.js';

/** What concerns no client belongs to the branch of who did it, or to the head office. */
export const branchOf = ({ branchScope }: Principal): string => (branchScope === ALL_BRANCHES ? HEAD_OFFICE : branchScope);

/** Publishes the calendar of this name, or revises it. */
export class ChangeCalendar extends Command<CommandResult> {
  constructor(
    readonly name: string,
    readonly command: CalendarCommand,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeCalendar)
export class ChangeCalendarHandler implements ICommandHandler<ChangeCalendar> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ name, command, context }: ChangeCalendar): Promise<CommandResult> {
    const stream = calendarStream(name);
    const created = command.type === 'PublishCalendar';
    return this.runner.run({ id: stream.id, created }, context, async () => {
      const loaded = await this.runner.load(calendar, stream.id);
      if (!loaded && !created) throw new NotFound();
      const events = calendar.decide(command, loaded?.state ?? calendar.initial);
      return { stream, version: loaded?.version ?? 0, decision: { events, branchId: branchOf(context.principal) } };
    });
  }
}
