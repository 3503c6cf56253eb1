import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangeCalendar } from '#application';
import { CalendarListQuery, CalendarQuery } from '#read-models';
import type { Principal } from '#access';
import { type CalendarCommand, checkCalendar, checkCalendarChanges } from '#service-levels';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import type { AnsweredCommand } from '../requests/command-answer.js';
import { ChangeCommand, type CommandRequest, MinPosition, NewCommand } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Caller } from '../requests/request-context.js';
import { Changes, Creates, Reads, Stated } from '../requests/routes.js';
import { PublishCalendarBody, ReviseCalendarBody } from './rule-bodies.js';
import { CalendarName, sound } from './rule-documents.js';
import { CalendarAnswer, CalendarsView } from './rule-views.js';

/** When the firm works. A calendar's name is its address. */
@ApiTags('service levels')
@Controller('v1/calendars')
export class CalendarsController {
  constructor(
    private readonly commands: CommandDispatcher,
    private readonly reads: ReadDispatcher,
  ) {}

  @Creates('', 'calendar.publish', '/v1/calendars', 'Publish a calendar')
  async publish(@NewCommand() request: CommandRequest, @Stated() body: PublishCalendarBody): Promise<AnsweredCommand> {
    const { name, effectiveFrom, sourceNotice } = body;
    const { calendar } = sound(checkCalendar(body.calendar, '/calendar'));
    const command: CalendarCommand = { type: 'PublishCalendar', name, calendar, effectiveFrom, sourceNotice };
    const result = await this.commands.perform(new ChangeCalendar(name, command, this.commands.context(request, body)));
    return { ...result, location: `/v1/calendars/${name}` };
  }

  @Changes(':name/revise', 'calendar.revise', 'Revise a calendar, as a notice says')
  revise(@ChangeCommand() request: CommandRequest, @CalendarName() name: string, @Stated() body: ReviseCalendarBody) {
    const { effectiveFrom, sourceNotice } = body;
    const { changes } = sound(checkCalendarChanges(body.changes, '/changes'));
    const command: CalendarCommand = { type: 'ReviseCalendar', changes, effectiveFrom, sourceNotice };
    return this.commands.perform(new ChangeCalendar(name, command, this.commands.context(request, body)));
  }

  @Reads('', 'calendar.list', CalendarsView, 'Every calendar, as last published or revised')
  list(@Caller() { branchScope }: Principal, @MinPosition() minPosition: number) {
    return this.reads.one({ models: ['calendars'], minPosition }, new CalendarListQuery(branchScope));
  }

  @Reads(':name', 'calendar.read', CalendarAnswer, 'One calendar with its versions')
  one(@Caller() { branchScope }: Principal, @MinPosition() minPosition: number, @CalendarName() name: string) {
    return this.reads.one({ models: ['calendars'], minPosition }, new CalendarQuery(name, branchScope));
  }
}
