import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { calendar, type CalendarCommand, calendarStream } from '#service-levels';
import { type CommandContext, type CommandResult, NotFound } from './command.js';
import { CommandRunner } from './command-runner.js';
import { act } from './transactions.js';

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
    const revised = async (loaded: object | undefined): Promise<CalendarCommand> => {
      if (!loaded) throw new NotFound();
      return command;
    };
    const created = command.type === 'PublishCalendar';
    return act(this.runner, calendar, stream, { is: 'firm' }, context, created ? command : revised, { id: stream.id, created });
  }
}
